import { describeState, FLAG_SENTENCES, FLAG_UNAUTHORISED, periodState } from '@opem/domain'
import { useQuery } from '@tanstack/react-query'
import type { Community } from '../api/communities.ts'
import type { PeriodSummary } from '../api/periods.ts'
import { tradingQuery } from '../api/trading.ts'
import type { Day } from '../app/day.ts'
import type { ChainState } from '../chain/queries.ts'
import { useStandings } from '../chain/use-standings.ts'
import { kwh } from '../format/energy.ts'
import { shortHex } from '../format/hex.ts'
import { clocks, dateClock } from '../format/time.ts'
import { indexStateQuery } from '../subgraph/community.ts'

type Props = { community: Community; day: Day; periods: readonly PeriodSummary[]; chain: ChainState | undefined }

/** Every period of the day with its batch, revision and quality: the data behind the picture. */
export function DataBehind({ community, day, periods, chain }: Props) {
  const trading = useQuery(tradingQuery(community.id, { from: day.start, to: day.end }))
  const standings = useStandings(community, { from: day.start, to: day.end }, trading.data)
  const index = useQuery(indexStateQuery(community.id))
  const labels = clocks(
    periods.map((period) => period.start),
    community.timeZone,
  )
  const behind = new Map(
    (trading.data ?? []).flatMap((batch) =>
      batch.books.map(
        (book) =>
          [
            book.start,
            {
              batch,
              members: book.balances.length,
              substituted: book.balances.filter((balance) => (balance.flags & 3) !== 0).length,
              unauthorised: book.balances.filter((balance) => (balance.flags & FLAG_UNAUTHORISED) !== 0).length,
            },
          ] as const,
      ),
    ),
  )
  const life = (start: number) => {
    const batch = standings?.settledIn.get(start)
    if (standings === undefined || batch === undefined) return '–'
    const state = periodState(batch, standings.correctionWindow, standings.now)
    return describeState(state, (at) => dateClock(at, community.timeZone))
  }
  const reached = (start: number) =>
    index.data?.settledTo !== undefined && start < index.data.settledTo
      ? 'indexed'
      : chain !== undefined && start < chain.nextPeriod
        ? 'confirmed'
        : 'sent'
  if (periods.length === 0) return null
  return (
    <section aria-labelledby="behind">
      <h2 id="behind">The data behind it</h2>
      <div className="table-wrap">
        <table>
          <caption>Each period of the day, kWh</caption>
          <thead>
            <tr>
              <th scope="col">Starts</th>
              <th scope="col" className="n">
                Members
              </th>
              <th scope="col" className="n">
                Surplus
              </th>
              <th scope="col" className="n">
                Demand
              </th>
              <th scope="col" className="n">
                Shared
              </th>
              <th scope="col">Reached</th>
              <th scope="col">State</th>
              <th scope="col" className="n">
                Revision
              </th>
              <th scope="col" className="n">
                Substituted
              </th>
              <th scope="col" className="n" title={FLAG_SENTENCES.unauthorised}>
                Not authorised
              </th>
              <th scope="col">Batch root</th>
            </tr>
          </thead>
          <tbody>
            {periods.map((period, i) => {
              const known = behind.get(period.start)
              return (
                <tr key={period.start}>
                  <th scope="row">{labels[i]}</th>
                  <td className="n">{known?.members ?? '–'}</td>
                  <td className="n">{kwh(period.surplusWh, 3)}</td>
                  <td className="n">{kwh(period.demandWh, 3)}</td>
                  <td className="n">{kwh(period.sharedWh, 3)}</td>
                  <td>{reached(period.start)}</td>
                  <td>{life(period.start)}</td>
                  <td className="n">{period.revision}</td>
                  <td className="n">{known?.substituted ?? '–'}</td>
                  <td className="n">{known?.unauthorised ?? '–'}</td>
                  <td className="mono">{known === undefined ? '–' : shortHex(known.batch.root)}</td>
                </tr>
              )
            })}
          </tbody>
        </table>
      </div>
    </section>
  )
}
