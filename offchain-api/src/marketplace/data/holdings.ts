import { coversMeter } from '../../access/caller/caller.ts'
import type { Lake } from '../../lake/lake.ts'
import { Refusal } from '../../unified-api/problem.ts'
import type { Rows } from '../contracting/offers.ts'

/** Whose meters are meant: an account and its address on chain. */
export interface Holder {
  readonly account: string
  readonly address: string
}

/** A meter whose readings an account holds in the lake. Instants are seconds since 1970. */
export interface Holding {
  readonly meter: string
  /** Start of the first and of the last reading. */
  readonly first: number
  readonly last: number
  readonly readings: number
  /** Whether it measures somebody else, who must consent before it is shared. */
  readonly foreign: boolean
}

/** Ids, or prefixes that end in `*`: what the account's systems send for, and the meters of its own memberships. */
export const heldPatterns = async (rows: Rows, { account, address }: Holder): Promise<string[]> =>
  (
    await rows<{ meter: string }>(
      `SELECT unnest(meters) AS meter FROM systems WHERE account = $1
       UNION SELECT t.meter FROM meters t JOIN members m ON m.community = t.community AND m.id = t.member WHERE m.account = $2`,
      [account, address],
    )
  ).map(({ meter }) => meter)

/** What of it lies in the lake, by name of the meter. */
export async function holdingsOf(lake: Lake, rows: Rows, holder: Holder): Promise<Holding[]> {
  const patterns = await heldPatterns(rows, holder)
  if (patterns.length === 0) return []
  const found = await lake.rows<Omit<Holding, 'foreign'>>(
    `SELECT toString(meter) AS meter, min(toUInt32(start)) AS first, max(toUInt32(start)) AS last, uniqExact(start, seconds) AS readings
     FROM opem.cleansed AS claims
     WHERE claims.meter IN {meters:Array(String)} OR arrayExists(p -> startsWith(toString(claims.meter), p), {prefixes:Array(String)})
     GROUP BY claims.meter ORDER BY meter LIMIT 1000`,
    {
      meters: patterns.filter((one) => !one.endsWith('*')),
      prefixes: patterns.filter((one) => one.endsWith('*')).map((one) => one.slice(0, -1)),
    },
  )
  const foreign = await foreignMeters(
    rows,
    found.map(({ meter }) => meter),
    holder.address,
  )
  return found.map((one) => ({
    ...{ meter: one.meter, first: Number(one.first), last: Number(one.last), readings: Number(one.readings) },
    foreign: foreign.has(one.meter),
  }))
}

/** Meters that are somebody else's, with the addresses of those. */
export async function foreignMeters(
  rows: Rows,
  meters: readonly string[],
  address: string,
): Promise<Map<string, string[]>> {
  const found = await rows<{ meter: string; subject: string }>(
    `SELECT DISTINCT t.meter, m.account AS subject FROM meters t
     JOIN members m ON m.community = t.community AND m.id = t.member
     WHERE t.meter = ANY($1) AND m.account <> $2`,
    [meters, address],
  )
  const subjects = new Map<string, string[]>()
  for (const { meter, subject } of found) subjects.set(meter, [...(subjects.get(meter) ?? []), subject])
  return subjects
}

/** @throws Refusal ERR_DATA_METER when a meter is not the account's to share; of others it is not said whether they exist */
export async function needHeld(rows: Rows, holder: Holder, meters: readonly string[]): Promise<void> {
  const patterns = await heldPatterns(rows, holder)
  const other = meters.find((meter) => !coversMeter(patterns, meter))
  if (other !== undefined)
    throw new Refusal(
      422,
      'ERR_DATA_METER',
      `your account holds no readings of the meter ${other}: configure the system that sends them, or leave it out`,
    )
}
