import type { Lake } from '../lake.ts'
import { CLAIM_COLUMNS, type Claim, claimKey } from './claim.ts'

/** Keys of the stored claims that lie where these do: whoever is among them has been told before. */
export async function knownClaims(lake: Lake, claims: readonly Claim[]): Promise<Set<string>> {
  const ranges = new Map<string, { from: number; to: number }>()
  for (const { meter, start } of claims) {
    const range = ranges.get(meter)
    if (!range) ranges.set(meter, { from: start, to: start })
    else {
      range.from = Math.min(range.from, start)
      range.to = Math.max(range.to, start)
    }
  }
  const known = new Set<string>()
  if (ranges.size === 0) return known
  // Meters of one file cover the same time: few distinct ranges, each with its meters.
  const groups = new Map<string, { from: number; to: number; meters: string[] }>()
  for (const [meter, { from, to }] of ranges) {
    const key = `${from}-${to}`
    const group = groups.get(key)
    if (group) group.meters.push(meter)
    else groups.set(key, { from, to, meters: [meter] })
  }
  for (const { sql, parameters } of questions([...groups.values()])) {
    for (const row of await lake.rows<Claim>(sql, parameters)) known.add(claimKey(row))
  }
  return known
}

const MOST_METERS = 1000
const MOST_GROUPS = 50

function questions(groups: readonly { from: number; to: number; meters: string[] }[]) {
  const from = Math.min(...groups.map((group) => group.from))
  const to = Math.max(...groups.map((group) => group.to))
  const together =
    groups.length > MOST_GROUPS ? [{ from, to, meters: groups.flatMap((group) => group.meters) }] : groups
  return together.flatMap((group) =>
    Array.from({ length: Math.ceil(group.meters.length / MOST_METERS) }, (_, page) => ({
      sql: `SELECT ${CLAIM_COLUMNS} FROM opem.harmonised AS claims WHERE claims.meter IN {meters:Array(String)}
        AND claims.start >= toDateTime({from:UInt32}) AND claims.start <= toDateTime({to:UInt32})`,
      parameters: {
        meters: group.meters.slice(page * MOST_METERS, (page + 1) * MOST_METERS),
        from: group.from,
        to: group.to,
      },
    })),
  )
}
