import { Refusal } from '../../unified-api/problem.ts'
import type { Rows } from '../contracting/offers.ts'

/** A call that nobody answered within this time was never answered. Longer than any call may take. */
export const ASKED_SECONDS = 600
const MOST_MILLI_UNITS = 1_000_000_000_000n

/**
 * Units that a provider reports with its answer, in thousandths; one when it says nothing. What is no number counts as one.
 * @example unitsOf('2.5') // 2500n
 */
export function unitsOf(header: string | undefined): bigint {
  const found = /^(\d{1,9})(?:\.(\d{1,3}))?$/.exec(header?.trim() ?? '')
  if (!found) return 1000n
  const units = BigInt(found[1]!) * 1000n + BigInt((found[2] ?? '').padEnd(3, '0'))
  return units > MOST_MILLI_UNITS ? 1000n : units
}

/**
 * Writes a call down before the provider is asked. A call that failed may be asked again under its name; one that was counted, or is
 * under way, is not asked a second time.
 * @throws Refusal ERR_REQUEST_REPEATED
 */
export async function noteAsked(
  rows: Rows,
  { agreement, request, method, now }: { agreement: string; request: string; method: string; now: number },
): Promise<void> {
  const written = await rows(
    `INSERT INTO market_usage (agreement, request, at, state, method) VALUES ($1, $2, $3, 'asked', $4)
     ON CONFLICT (agreement, request) DO UPDATE SET state = 'asked', at = excluded.at, method = excluded.method
       WHERE market_usage.state = 'failed' OR (market_usage.state = 'asked' AND market_usage.at < $5)
     RETURNING request`,
    [agreement, request, now, method, now - ASKED_SECONDS],
  )
  if (written.length === 0)
    throw new Refusal(
      409,
      'ERR_REQUEST_REPEATED',
      `the request ${request} was made already and is counted once; give a new one another OPEM-Request-Id`,
    )
}

/** The provider has answered: counted before a byte of the answer goes on. @returns false when it was counted already */
export const noteCounted = async (
  rows: Rows,
  it: { agreement: string; request: string; milliUnits: bigint; status: number },
): Promise<boolean> =>
  (
    await rows(
      `UPDATE market_usage SET state = 'counted', milli_units = $3, status = $4
       WHERE agreement = $1 AND request = $2 AND state = 'asked' RETURNING request`,
      [it.agreement, it.request, it.milliUnits.toString(), it.status],
    )
  ).length > 0

/** The provider did not answer, or said that it failed: it costs nothing. */
export const noteFailed = (rows: Rows, it: { agreement: string; request: string; status: number | null }) =>
  rows(
    `UPDATE market_usage SET state = 'failed', milli_units = 0, status = $3
     WHERE agreement = $1 AND request = $2 AND state = 'asked'`,
    [it.agreement, it.request, it.status],
  )

export interface UsageHour {
  readonly hour: number
  readonly calls: number
  readonly milliUnits: bigint
}

/** Use by the hour in `[from, to)`, the earliest first. */
export const usageHours = async (
  rows: Rows,
  { agreement, from, to }: { agreement: string; from: number; to: number },
): Promise<UsageHour[]> =>
  (
    await rows<{ hour: number; calls: number; milli_units: string }>(
      `SELECT hour::float8 AS hour, calls::float8 AS calls, milli_units::text AS milli_units FROM market_usage_hours
       WHERE agreement = $1 AND hour >= $2 AND hour < $3 ORDER BY market_usage_hours.hour LIMIT 10000`,
      [agreement, from - (from % 3600), to],
    )
  ).map(({ hour, calls, milli_units }) => ({ hour, calls, milliUnits: BigInt(milli_units) }))

export async function usageTotal(rows: Rows, agreement: string): Promise<{ calls: number; milliUnits: bigint }> {
  const [total] = await rows<{ calls: number; milli_units: string | null }>(
    `SELECT count(*)::float8 AS calls, sum(milli_units)::text AS milli_units FROM market_usage
     WHERE agreement = $1 AND state = 'counted'`,
    [agreement],
  )
  return { calls: total?.calls ?? 0, milliUnits: BigInt(total?.milli_units ?? 0) }
}
