import type { StatementFile } from '@opem/domain'
import { formatInstant, standingOf, statementOf } from '@opem/domain'
import { useMemo, useState } from 'react'
import type { Community, Member } from '../api/communities.ts'
import { useSettings } from '../app/settings.ts'
import { monthName, monthOf, shiftMonth } from '../format/time.ts'
import { Button } from '../parts/Button.tsx'
import { messageOf, Notice, ReadProblem, Waiting } from '../parts/Notice.tsx'
import { StatementShown } from './StatementShown.tsx'
import type { Month } from './use-month.ts'
import { useMonth } from './use-month.ts'

type Outcome = { file: StatementFile } | { problem: string }

/** A month in money, computed in the browser from evidence, adjustments, rules and prices. */
export function MonthSection({ community, member, at }: { community: Community; member: Member; at: number }) {
  const settings = useSettings()
  const [steps, setSteps] = useState(0)
  const month = shiftMonth(monthOf(at, community.timeZone), steps)
  const { outcome: read, error, retry } = useMonth(community, month, member.id)
  const outcome = useMemo((): Outcome | undefined => {
    if (read === undefined || 'problem' in read) return read
    try {
      const proof = { chainId: settings.chainId, settlement: settings.addresses.Settlement }
      return { file: fileOf(community, member, month, read.month, proof) }
    } catch (error) {
      return { problem: messageOf(error) }
    }
  }, [read, community, member, month, settings])
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
        <ReadProblem error={error} retry={retry} />
      ) : outcome === undefined ? (
        <Waiting what="the month" />
      ) : 'problem' in outcome ? (
        <Notice tone="warn" title="The month cannot be priced">
          <p>{outcome.problem}</p>
        </Notice>
      ) : outcome.file.statement.periods === 0 && outcome.file.statement.adjustments.lines.length === 0 ? (
        <p className="soft">Nothing is settled for this member in this month.</p>
      ) : (
        <StatementShown of={outcome.file} name={`statement-${month}-${member.id.slice(2, 10)}`} />
      )}
    </section>
  )
}

/** The statement with what its file says beside it: the same file that `opem statement` writes. */
function fileOf(
  community: Community,
  member: Member,
  month: string,
  { periods, adjusted, prices, trading, standings, correctionWindow }: Month,
  chain: { chainId: number; settlement: string },
): StatementFile {
  const { rules, timeZone } = community
  const statement = statementOf({ member: member.id, periods, rules, prices, timeZone, month, adjusted })
  const starts = periods
    .filter(({ start, members }) => members.length > 0 && start >= statement.from && start < statement.to)
    .map(({ start }) => start)
  return {
    community: { id: community.id, name: community.name },
    member: { id: member.id, name: member.name },
    statement,
    standing: standingOf(standings.settledIn, starts, correctionWindow, standings.now),
    proof: {
      ...chain,
      batches: trading.map(({ start, revision, root }) => ({ start: formatInstant(start), revision, root })),
    },
  }
}
