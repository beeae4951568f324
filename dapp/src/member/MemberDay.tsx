import { describeStanding, notMeasured, periodStarts, standingOf, Wh } from '@opem/domain'
import { useQuery } from '@tanstack/react-query'
import { lazy, Suspense, useMemo } from 'react'
import type { Community, Member } from '../api/communities.ts'
import { tradingQuery } from '../api/trading.ts'
import type { Day } from '../app/day.ts'
import { sum } from '../app/day.ts'
import { useStandings } from '../chain/use-standings.ts'
import type { Names } from '../charts/balance.ts'
import { kwh, kwhUnit } from '../format/energy.ts'
import { clock, dateClock, longDate } from '../format/time.ts'
import { Figure } from '../parts/Facts.tsx'
import { Notice, ReadProblem, Waiting } from '../parts/Notice.tsx'
import { memberRow, periodsOf } from './settled.ts'

const BalanceChart = lazy(() => import('../charts/BalanceChart.tsx'))
const names: Names = {
  restUp: 'Fed into the grid',
  sharedUp: 'Sold to neighbours',
  sharedDown: 'Bought from neighbours',
  restDown: 'Bought from the grid',
}
const none = { sold: Wh(0), gridExport: Wh(0), bought: Wh(0), gridImport: Wh(0) }

/** What one member gave and got on a day, period by period. */
export function MemberDay({ community, member, day }: { community: Community; member: Member; day: Day }) {
  const trading = useQuery(tradingQuery(community.id, { from: day.start, to: day.end }))
  const standings = useStandings(community, { from: day.start, to: day.end }, trading.data)
  const periods = useMemo(() => {
    const all = periodsOf(trading.data ?? [], member.id)
    return new Map(
      all.flatMap((period) => (period.members[0] === undefined ? [] : [[period.start, period.members[0]] as const])),
    )
  }, [trading.data, member.id])
  const rows = useMemo(
    () =>
      periodStarts(day.start, day.end, community.periodSeconds).map((start) =>
        memberRow(start, periods.get(start) ?? none),
      ),
    [day, community.periodSeconds, periods],
  )
  if (trading.error) return <ReadProblem error={trading.error} retry={() => trading.refetch()} />
  if (trading.data === undefined) return <Waiting what="the day" />
  const inDay = rows.filter((row) => periods.has(row.start))
  if (inDay.length === 0) return <p className="empty soft">This member has no settled period on this day.</p>
  const starts = inDay.map(({ start }) => start)
  const standing = standings && standingOf(standings.settledIn, starts, standings.correctionWindow, standings.now)
  const unmeasured = starts.flatMap((start) => {
    const reasons = notMeasured(periods.get(start)?.flags ?? 0)
    return reasons.length === 0 ? [] : [{ start, reasons }]
  })
  const time = (at: number) => dateClock(at, community.timeZone)
  const [sold, fedIn, bought, fromGrid] = (['sharedUp', 'restUp', 'sharedDown', 'restDown'] as const).map((id) =>
    sum(rows.map((row) => row[id])),
  ) as [bigint, bigint, bigint, bigint]
  return (
    <>
      <div className="figures">
        <Figure label="Sold to neighbours" value={kwh(sold)} unit="kWh" tone="shared" />
        <Figure label="Fed into the grid" value={kwh(fedIn)} unit="kWh" tone="surplus" />
        <Figure label="Bought from neighbours" value={kwh(bought)} unit="kWh" tone="shared" />
        <Figure label="Bought from the grid" value={kwh(fromGrid)} unit="kWh" tone="demand" />
      </div>
      {standing === undefined ? null : <p className="soft small">{describeStanding(standing, time)}</p>}
      {unmeasured.length === 0 ? null : (
        <Notice tone="warn" title="Not every period was measured">
          <ul>
            {unmeasured.map(({ start, reasons }) => (
              <li key={start}>
                {clock(start, community.timeZone)}: {reasons.join(', ')}
              </li>
            ))}
          </ul>
        </Notice>
      )}
      <Suspense fallback={<Waiting what="the chart" />}>
        <BalanceChart
          rows={rows}
          timeZone={community.timeZone}
          names={names}
          tableName="The day"
          summary={`${member.name} on ${longDate(day.start, community.timeZone)}: sold ${kwhUnit(sold)} to neighbours and ${kwhUnit(fedIn)} to the grid, bought ${kwhUnit(bought)} from neighbours and ${kwhUnit(fromGrid)} from the grid.`}
        />
      </Suspense>
    </>
  )
}
