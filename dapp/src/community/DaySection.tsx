import { lazy, Suspense, useMemo } from 'react'
import type { Community } from '../api/communities.ts'
import type { PeriodSummary } from '../api/periods.ts'
import type { Day } from '../app/day.ts'
import { dayRows, sum } from '../app/day.ts'
import type { Names } from '../charts/balance.ts'
import { kwh, kwhUnit, percent } from '../format/energy.ts'
import { longDate } from '../format/time.ts'
import { Figure } from '../parts/Facts.tsx'
import { Waiting } from '../parts/Notice.tsx'

const BalanceChart = lazy(() => import('../charts/BalanceChart.tsx'))
const names: Names = {
  restUp: 'Surplus fed into the grid',
  sharedUp: 'Shared among neighbours',
  sharedDown: 'Shared among neighbours',
  restDown: 'Demand met by the grid',
}

/** The day's sums and its periods: above the line what the homes gave, below what they needed. */
export function DaySection({
  community,
  day,
  periods,
}: {
  community: Community
  day: Day
  periods: readonly PeriodSummary[] | undefined
}) {
  const rows = useMemo(
    () => dayRows(day, community.periodSeconds, periods ?? []),
    [day, community.periodSeconds, periods],
  )
  if (periods === undefined)
    return (
      <div className="day">
        <Waiting what="the day" />
      </div>
    )
  const surplus = sum(periods.map((period) => period.surplusWh))
  const demand = sum(periods.map((period) => period.demandWh))
  const shared = sum(periods.map((period) => period.sharedWh))
  return (
    <div className="day">
      <div className="figures" aria-live="polite">
        <Figure
          label="Surplus"
          value={kwh(surplus)}
          unit="kWh"
          tone="surplus"
          note={`${percent(shared, surplus)} stayed in the community`}
        />
        <Figure
          label="Demand"
          value={kwh(demand)}
          unit="kWh"
          tone="demand"
          note={`${percent(shared, demand)} came from neighbours`}
        />
        <Figure
          label="Shared"
          value={kwh(shared)}
          unit="kWh"
          tone="shared"
          note="the smaller of the two, period by period"
        />
        <Figure
          label="Settled"
          value={`${periods.length} / ${rows.length}`}
          note={community.periodSeconds === 900 ? 'quarter hours' : 'hours'}
        />
      </div>
      {periods.length === 0 ? (
        <p className="empty soft">
          Nothing is settled on this day. Choose another day, or wait for its first period to end.
        </p>
      ) : (
        <Suspense fallback={<Waiting what="the chart" />}>
          <BalanceChart
            rows={rows}
            timeZone={community.timeZone}
            names={names}
            tableName="The day"
            summary={`${longDate(day.start, community.timeZone)}: surplus ${kwhUnit(surplus)}, demand ${kwhUnit(demand)}, shared ${kwhUnit(shared)}. The table below has every period.`}
          />
        </Suspense>
      )}
    </div>
  )
}
