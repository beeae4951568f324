import { useQuery } from '@tanstack/react-query'
import { Link } from 'react-router'
import type { Community } from '../api/communities.ts'
import { periodsQuery } from '../api/periods.ts'
import { dayOf, dayRows, sum } from '../app/day.ts'
import { useNow } from '../app/now.ts'
import { useChain, useSettings } from '../app/settings.ts'
import { chainStateQuery } from '../chain/queries.ts'
import { DayGlyph } from '../charts/DayGlyph.tsx'
import { kwh, kwhUnit } from '../format/energy.ts'
import { longDate } from '../format/time.ts'
import { plural } from '../format/words.ts'
import { Figure } from '../parts/Facts.tsx'

/** A community and its day: today, or the last day that was settled. */
export function CommunityCard({ community }: { community: Community }) {
  const { timeZone } = community
  const chain = useQuery(chainStateQuery(useChain(), useSettings(), community.id))
  const today = dayOf(useNow(), timeZone)
  // The picture is the last 24 hours up to the next period; the figure is the day that they end in.
  const end = chain.data?.nextPeriod ?? today.start
  const day = dayOf(end - 1, timeZone)
  const range = { start: Math.min(end - 86_400, day.start), end }
  const periods = useQuery({
    ...periodsQuery(community.id, { from: range.start, to: range.end }),
    enabled: chain.data !== undefined,
  })
  const recent = periods.data ?? []
  const settled = recent.filter((period) => period.start >= day.start)
  const shared = sum(settled.map((period) => period.sharedWh))
  return (
    <li className="panel card">
      <div className="stack">
        <h3>
          <Link to={`/c/${community.id}`}>{community.name}</Link>
        </h3>
        <p className="soft small">
          {chain.data === undefined
            ? `${community.timeZone}`
            : `${plural(chain.data.members, 'member')} · ${community.timeZone}`}
        </p>
      </div>
      <DayGlyph rows={dayRows({ date: '', start: end - 86_400, end }, community.periodSeconds, recent)} />
      <Figure
        label={day.start === today.start ? 'Shared today' : `Shared on ${longDate(day.start, timeZone)}`}
        value={settled.length === 0 ? '–' : kwh(shared)}
        unit="kWh"
        tone="shared"
        note={
          recent.length === 0
            ? 'nothing settled yet'
            : `${kwhUnit(sum(recent.map((period) => period.sharedWh)))} in the last 24 hours`
        }
      />
    </li>
  )
}
