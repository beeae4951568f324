import type { Statement } from '@opem/domain'
import { localMonth, statementOf } from '@opem/domain'
import { useQuery } from '@tanstack/react-query'
import { useMemo, useState } from 'react'
import type { Community, Member } from '../api/communities.ts'
import { pricesQuery } from '../api/prices.ts'
import { tradingQuery } from '../api/trading.ts'
import { kwh } from '../format/energy.ts'
import { eur } from '../format/money.ts'
import { seriesOf } from '../format/rules.ts'
import { monthName, monthOf, shiftMonth } from '../format/time.ts'
import { Button } from '../parts/Button.tsx'
import { download } from '../parts/download.ts'
import { Figure } from '../parts/Facts.tsx'
import { messageOf, Notice, ReadProblem, Waiting } from '../parts/Notice.tsx'
import { periodsOf } from './settled.ts'
import { statementCsv, statementJson } from './statement-file.ts'

type Outcome = { statement: Statement } | { problem: string }

/** A month in money, computed in the browser from evidence, rules and prices. */
export function MonthSection({ community, member, at }: { community: Community; member: Member; at: number }) {
  const [steps, setSteps] = useState(0)
  const month = shiftMonth(monthOf(at, community.timeZone), steps)
  const span = localMonth(month, community.timeZone)
  const range = { from: span.start, to: span.end }
  const trading = useQuery(tradingQuery(community.id, range, member.id))
  const prices = useQuery(pricesQuery(seriesOf(community.rules), range))
  const outcome = useMemo((): Outcome | undefined => {
    if (trading.data === undefined || prices.data === undefined) return undefined
    try {
      const statement = statementOf({
        member: member.id,
        periods: periodsOf(trading.data, member.id),
        rules: community.rules,
        prices: prices.data,
        timeZone: community.timeZone,
        month,
      })
      return { statement }
    } catch (error) {
      return { problem: messageOf(error) }
    }
  }, [trading.data, prices.data, community, member.id, month])
  const error = trading.error ?? prices.error
  return (
    <section className="panel" aria-labelledby="month">
      <div className="row apart">
        <h2 id="month">Statement for {monthName(month)}</h2>
        <div className="row">
          <Button aria-label="Previous month" onPress={() => setSteps(steps - 1)}>
            <span aria-hidden="true">←</span>
          </Button>
          <Button aria-label="Next month" onPress={() => setSteps(steps + 1)}>
            <span aria-hidden="true">→</span>
          </Button>
        </div>
      </div>
      {error ? (
        <ReadProblem error={error} retry={() => Promise.all([trading.refetch(), prices.refetch()])} />
      ) : outcome === undefined ? (
        <Waiting what="the month" />
      ) : 'problem' in outcome ? (
        <Notice tone="warn" title="The month cannot be priced">
          <p>{outcome.problem}</p>
        </Notice>
      ) : outcome.statement.periods === 0 ? (
        <p className="soft">Nothing is settled for this member in this month.</p>
      ) : (
        <Shown
          statement={outcome.statement}
          community={community}
          file={`statement-${month}-${member.id.slice(2, 10)}`}
        />
      )}
    </section>
  )
}

function Shown({ statement, community, file }: { statement: Statement; community: Community; file: string }) {
  const { energy, money, days } = statement
  const rows = [
    ['Bought from neighbours', energy.bought, money.communityDebit, undefined],
    ['Bought from the grid', energy.gridImport, money.commercialDebit, undefined],
    ['Sold to neighbours', energy.sold, undefined, money.communityCredit],
    ['Fed into the grid', energy.gridExport, undefined, money.feedInCredit],
  ] as const
  const owes = money.balance > 0n
  return (
    <>
      <div className="figures">
        <Figure
          label={owes ? 'To pay' : 'To receive'}
          value={eur(owes ? money.balance : -money.balance)}
          note={`${statement.periods} settled periods`}
        />
        <Figure label="From neighbours" value={kwh(energy.bought)} unit="kWh" tone="shared" />
        <Figure label="To neighbours" value={kwh(energy.sold)} unit="kWh" tone="shared" />
      </div>
      <div className="table-wrap">
        <table>
          <caption>Money of the month: debits rounded up, credits rounded down, to a millionth of a euro</caption>
          <thead>
            <tr>
              <th scope="col">What</th>
              <th scope="col" className="n">
                kWh
              </th>
              <th scope="col" className="n">
                To pay
              </th>
              <th scope="col" className="n">
                To receive
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.map(([name, wh, debit, credit]) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                <td className="n">{kwh(wh, 3)}</td>
                <td className="n">{debit === undefined ? '' : eur(debit)}</td>
                <td className="n">{credit === undefined ? '' : eur(credit)}</td>
              </tr>
            ))}
          </tbody>
          <tfoot>
            <tr>
              <th scope="row">Balance</th>
              <td />
              <td className="n">{owes ? eur(money.balance) : ''}</td>
              <td className="n">{owes ? '' : eur(-money.balance)}</td>
            </tr>
          </tfoot>
        </table>
      </div>
      <details>
        <summary>Day by day</summary>
        <div className="table-wrap">
          <table>
            <caption>Each day of the month, kWh</caption>
            <thead>
              <tr>
                <th scope="col">Day</th>
                <th scope="col" className="n">
                  From neighbours
                </th>
                <th scope="col" className="n">
                  From the grid
                </th>
                <th scope="col" className="n">
                  To neighbours
                </th>
                <th scope="col" className="n">
                  To the grid
                </th>
              </tr>
            </thead>
            <tbody>
              {days.map((day) => (
                <tr key={day.date}>
                  <th scope="row">{day.date}</th>
                  <td className="n">{kwh(day.energy.bought, 3)}</td>
                  <td className="n">{kwh(day.energy.gridImport, 3)}</td>
                  <td className="n">{kwh(day.energy.sold, 3)}</td>
                  <td className="n">{kwh(day.energy.gridExport, 3)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </details>
      <div className="row">
        <Button onPress={() => download(`${file}.csv`, 'text/csv', statementCsv(statement))}>
          Download statement (CSV)
        </Button>
        <Button onPress={() => download(`${file}.json`, 'application/json', statementJson(community.id, statement))}>
          Download statement (JSON)
        </Button>
      </div>
    </>
  )
}
