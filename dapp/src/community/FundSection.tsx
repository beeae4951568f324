import { fundOf, fundResidual, statementsOf } from '@opem/domain'
import { useMemo, useState } from 'react'
import type { Community } from '../api/communities.ts'
import { decimal } from '../format/energy.ts'
import { eur } from '../format/money.ts'
import { monthName, monthOf, shiftMonth } from '../format/time.ts'
import { plural } from '../format/words.ts'
import { useMonth } from '../member/use-month.ts'
import { Button } from '../parts/Button.tsx'
import { messageOf, Notice, ReadProblem, Waiting } from '../parts/Notice.tsx'

/** The community's fund, month by month. It is added up when somebody asks: a month of everybody's balances is much to read. */
export function FundSection({ community, at }: { community: Community; at: number }) {
  const [steps, setSteps] = useState(0)
  const [asked, setAsked] = useState(false)
  const month = shiftMonth(monthOf(at, community.timeZone), steps)
  return (
    <section className="panel" aria-labelledby="fund">
      <div className="row apart">
        <h2 id="fund">Community fund, {monthName(month)}</h2>
        <div className="row">
          <Button aria-label="Previous month of the fund" onPress={() => setSteps(steps - 1)}>
            <span aria-hidden="true">←</span>
          </Button>
          <Button aria-label="Next month of the fund" onPress={() => setSteps(steps + 1)}>
            <span aria-hidden="true">→</span>
          </Button>
        </div>
      </div>
      {asked ? (
        <FundMonth community={community} month={month} />
      ) : (
        <p>
          <Button onPress={() => setAsked(true)}>Add up the fund</Button>
        </p>
      )}
    </section>
  )
}

/** What the fund holds of a month, computed in the browser from everybody's balances. */
function FundMonth({ community, month }: { community: Community; month: string }) {
  const { outcome: read, error, retry } = useMonth(community, month)
  const outcome = useMemo(() => {
    if (read === undefined || 'problem' in read) return read
    try {
      const { periods, adjusted, prices } = read.month
      const { rules, timeZone } = community
      const statements = statementsOf({ periods, adjusted, rules, prices, timeZone, month })
      const fund = fundOf(statements)
      return { fund, members: statements.length, left: fundResidual(statements, fund) }
    } catch (error) {
      return { problem: messageOf(error) }
    }
  }, [read, community, month])
  if (error) return <ReadProblem error={error} retry={retry} />
  if (outcome === undefined) return <Waiting what="the fund" />
  if ('problem' in outcome)
    return (
      <Notice tone="warn" title="The month cannot be priced">
        <p>{outcome.problem}</p>
      </Notice>
    )
  if (outcome.members === 0) return <p className="soft">Nothing is settled in this month.</p>
  return <Held {...outcome} />
}

function Held({ fund, members, left }: { fund: ReturnType<typeof fundOf>; members: number; left: bigint }) {
  const nano = (amount: bigint) => `€${decimal(amount, 9, 2)}`
  const rows = [
    ['Paid for energy from neighbours', eur(fund.settled.debits)],
    ['Earned for energy to neighbours', eur(-fund.settled.credits)],
    ['of which the tariffs’ difference', nano(fund.settled.margin)],
    ['of which rounding', nano(fund.settled.residual)],
    ['Adjustments of earlier periods', eur(fund.adjustments.balance)],
  ] as const
  return (
    <div className="table-wrap">
      <table>
        <caption>
          What {plural(members, 'member')} paid inside the community, minus what was earned inside: statements and fund
          leave {eur(left)}
        </caption>
        <tbody>
          {rows.map(([name, amount]) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td className="n">{amount}</td>
            </tr>
          ))}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row">Held by the fund</th>
            <td className="n">{eur(fund.balance)}</td>
          </tr>
        </tfoot>
      </table>
    </div>
  )
}
