import { meteringPointId, type PeriodReading } from '@opem/domain'
import type { Hex } from 'viem'
import type { ApiMember, ApiProfile, UnifiedApi } from '../api/unified-api.ts'
import type { ChainCommunity, ChainMember } from '../watch/read-community.ts'
import { type Complaint, isReadable, type MatchedMember, matchMembers, membersAt } from './match-members.ts'
import { keccak } from './recompute.ts'

type HistoryOf = (meter: string, start: number) => readonly PeriodReading[]

/** Cleansed readings of `[from, to)` with the profile that was in force when they were read. */
export interface ReadingsWindow {
  readonly from: number
  readonly to: number
  readonly readAt: number
  readonly profile: ApiProfile
  readonly watermark: number
  readingOf(meter: string, start: number): PeriodReading | undefined
  membersOf(members: readonly ChainMember[]): { members: MatchedMember[]; complaints: Complaint[] }
  /** Candidates for every reading that a batch misses. */
  historyFor(
    members: readonly MatchedMember[],
    batch: { start: number; periods: number },
    seconds: number,
  ): Promise<HistoryOf>
}

// What one answer of the API may hold, and how far ahead a catching-up node reads.
const READINGS_AHEAD = 20_000
const PERIODS_AHEAD = 2_000
// As far back as a substitute may come from (domain, substituteReading).
const HISTORY_SECONDS = 28 * 86_400
const PROFILE_AGE_MS = 30_000

/**
 * The node's reading glass on the lake. Of periods that are over it reads many at once and keeps them, so that a node
 * that catches up asks once for weeks; what it keeps is dropped as soon as anybody disagrees with what came of it.
 */
export function openReadings({
  api,
  now,
  graceSeconds,
}: {
  readonly api: UnifiedApi
  readonly now: () => number
  readonly graceSeconds: number
}) {
  // Kept with the lists they were read for: the chain view makes a new list when members or rules change.
  const windows = new Map<string, { window: ReadingsWindow; upTo: number; for: ChainCommunity }>()
  // Ids of metering points do not change; hashing them for every batch would.
  const ids = new Map<string, Hex>()
  const idOf = (saltKey: Hex, meter: string): Hex => {
    const key = `${saltKey} ${meter}`
    const id = ids.get(key) ?? meteringPointId(keccak, saltKey, meter)
    ids.set(key, id)
    return id
  }

  async function read(community: ChainCommunity, from: number, to: number): Promise<ReadingsWindow> {
    const readAt = now()
    const answer = await api.oracle(community.id, from, to)
    const byMeter = new Map<string, Map<number, PeriodReading>>()
    for (const reading of answer.readings) {
      const meter = byMeter.get(reading.meter) ?? new Map<number, PeriodReading>()
      byMeter.set(reading.meter, meter.set(reading.start, reading))
    }
    const readingOf = (meter: string, start: number) => byMeter.get(meter)?.get(start)
    return {
      from,
      to,
      readAt,
      profile: answer.community,
      watermark: answer.watermark,
      readingOf,
      membersOf: memoise((members) => matchMembers(members, answer.members as ApiMember[], idOf)),
      async historyFor(members, batch, seconds) {
        const missing = missingReadings(members, batch, seconds, readingOf)
        const found = new Map(
          await Promise.all(
            [...missing].map(async ([meter, starts]) => [meter, await past(meter, starts, seconds)] as const),
          ),
        )
        return (meter) => found.get(meter) ?? []
      },
    }

    // The history route answers for one period; a meter that is silent for longer is asked for its last weeks at once.
    async function past(meter: string, starts: readonly number[], seconds: number): Promise<readonly PeriodReading[]> {
      const [first, last] = [starts[0]!, starts.at(-1)!]
      if (first === last) return api.history(community.id, meter, first)
      return api.readings(meter, first - HISTORY_SECONDS, last, seconds)
    }
  }

  /** The latest end a window may have: of periods whose grace has passed, so that what is kept was complete when read. */
  const closable = (seconds: number) => Math.floor((now() - graceSeconds) / seconds) * seconds

  const keptFor = (community: ChainCommunity) => {
    const kept = windows.get(community.id)
    return kept?.for.members === community.members && kept.for.rules === community.rules ? kept : undefined
  }

  return {
    /** A window over `[from, to)`; a kept one when there is one and `fresh` does not ask for the lake's present state. */
    async window(community: ChainCommunity, from: number, to: number, fresh = false): Promise<ReadingsWindow> {
      const kept = keptFor(community)
      if (!fresh && kept && kept.window.from <= from && to <= kept.upTo) return kept.window
      const meters = Math.max(
        1,
        community.members.reduce((sum, member) => sum + member.points.length, 0),
      )
      const ahead = Math.min(PERIODS_AHEAD, Math.floor(READINGS_AHEAD / meters)) * community.periodSeconds
      const end = Math.max(to, Math.min(from + ahead, closable(community.periodSeconds)))
      const window = await read(community, from, end)
      windows.set(community.id, { window, upTo: Math.min(end, closable(community.periodSeconds)), for: community })
      return window
    },
    /** A window over just these periods, in the lake's present state, kept by nobody. */
    present: read,
    /** Time zone, batch length and rules: read again now and then, and when the chain says something changed. */
    async profile(community: ChainCommunity): Promise<ApiProfile> {
      const kept = keptFor(community)?.window
      if (kept && (now() - kept.readAt) * 1000 < PROFILE_AGE_MS) return kept.profile
      const from = community.next
      return (await this.window(community, from, from + community.periodSeconds, true)).profile
    },
    /** Drops what is kept, unless it was read within the last `seconds`: reading again would find the same. */
    forget(community: string, seconds: number) {
      const kept = windows.get(community)
      if (kept && now() - kept.window.readAt >= seconds) windows.delete(community)
    },
  }
}

export type Readings = ReturnType<typeof openReadings>

/** For every opened meter, the periods of a batch in which it takes part and may be used but has no reading. */
function missingReadings(
  members: readonly MatchedMember[],
  { start, periods }: { readonly start: number; readonly periods: number },
  seconds: number,
  readingOf: ReadingsWindow['readingOf'],
): Map<string, number[]> {
  const missing = new Map<string, number[]>()
  for (let period = start; period < start + periods * seconds; period += seconds) {
    for (const own of membersAt(members, period).flatMap((member) => member.meters)) {
      if (!isReadable(own, period)) continue
      const known = missing.get(own.meter) ?? []
      if (!readingOf(own.meter, period) && known.at(-1) !== period) missing.set(own.meter, [...known, period])
    }
  }
  return missing
}

function memoise<A extends object, B>(compute: (input: A) => B): (input: A) => B {
  let last: { input: A; output: B } | undefined
  return (input) => {
    if (last?.input !== input) last = { input, output: compute(input) }
    return last.output
  }
}
