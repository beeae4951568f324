import type { AdjustmentLine } from '@opem/domain'
import { billed } from '@opem/domain'
import { kwh } from '../format/energy.ts'
import { eur } from '../format/money.ts'

/** What became known in the month about earlier, final periods: differences, each with its own line. */
export function AdjustmentsTable({
  lines,
  balance,
  time,
}: {
  lines: readonly AdjustmentLine[]
  balance: bigint
  time: (at: number) => string
}) {
  return (
    <div className="table-wrap">
      <table>
        <caption>
          Adjustments: readings that came after the correction window. Differences at the prices of their period, kWh
        </caption>
        <thead>
          <tr>
            <th scope="col">Period</th>
            {['Known', 'From neighbours', 'From the grid', 'To neighbours', 'To the grid', 'To pay'].map((name) => (
              <th key={name} scope="col" className="n">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {lines.map(({ start, number, knownAt, energy, exact }) => (
            <tr key={`${start} ${number}`}>
              <th scope="row">{time(start)}</th>
              <td className="n">{time(knownAt)}</td>
              {[energy.bought, energy.gridImport, energy.sold, energy.gridExport].map((wh, i) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: four columns, always the same
                <td key={i} className="n">
                  {kwh(wh, 3)}
                </td>
              ))}
              <td className="n">{eur(billed(exact).balance)}</td>
            </tr>
          ))}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row">Together, rounded once</th>
            <td colSpan={5} />
            <td className="n">{eur(balance)}</td>
          </tr>
        </tfoot>
      </table>
    </div>
  )
}
