import type { StatementFile } from '@opem/domain'
import { describeStanding, statementCsv, statementDocument } from '@opem/domain'
import { kwh } from '../format/energy.ts'
import { eur } from '../format/money.ts'
import { dateClock } from '../format/time.ts'
import { Button } from '../parts/Button.tsx'
import { download } from '../parts/download.ts'
import { Figure } from '../parts/Facts.tsx'
import { AdjustmentsTable } from './AdjustmentsTable.tsx'

/** A statement as a table, with its state, its adjustments, what was not measured, its days, and its files. */
export function StatementShown({ of, name: file }: { of: StatementFile; name: string }) {
  const { statement, standing } = of
  const { energy, money, days, adjustments, due, timeZone } = statement
  const rows = [
    ['Bought from neighbours', energy.bought, money.communityDebit, undefined],
    ['Bought from the grid', energy.gridImport, money.commercialDebit, undefined],
    ['Sold to neighbours', energy.sold, undefined, money.communityCredit],
    ['Fed into the grid', energy.gridExport, undefined, money.feedInCredit],
  ] as const
  const owes = money.balance > 0n
  const adjusted = adjustments.lines.length > 0
  const time = (at: number) => dateClock(at, timeZone)
  return (
    <>
      <div className="figures">
        <Figure
          label={due > 0n ? 'To pay' : 'To receive'}
          value={eur(due > 0n ? due : -due)}
          note={`${statement.periods} settled periods${adjusted ? ', with adjustments' : ''}`}
        />
        <Figure label="From neighbours" value={kwh(energy.bought)} unit="kWh" tone="shared" />
        <Figure label="To neighbours" value={kwh(energy.sold)} unit="kWh" tone="shared" />
      </div>
      <p className="soft small">{describeStanding(standing, time)}</p>
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
      {adjusted ? <AdjustmentsTable lines={adjustments.lines} balance={adjustments.money.balance} time={time} /> : null}
      {statement.unmeasured.length === 0 ? null : (
        <details>
          <summary>{statement.unmeasured.length} periods rest on substituted or estimated readings</summary>
          <ul>
            {statement.unmeasured.map(({ start, reasons }) => (
              <li key={start}>
                {time(start)}: {reasons.join(', ')}
              </li>
            ))}
          </ul>
        </details>
      )}
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
        <Button onPress={() => download(`${file}.csv`, 'text/csv', statementCsv(of))}>Download statement (CSV)</Button>
        <Button
          onPress={() =>
            download(`${file}.json`, 'application/json', `${JSON.stringify(statementDocument(of), null, 2)}\n`)
          }
        >
          Download statement (JSON)
        </Button>
      </div>
    </>
  )
}
