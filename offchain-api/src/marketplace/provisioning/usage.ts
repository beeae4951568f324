import { hasEnded, PROCESS } from '../../operational/living.ts'
import { Refusal } from '../../unified-api/problem.ts'
import type { Rows } from '../contracting/offers.ts'

/** A call that nobody answered within this time was never answered, if nothing said so before. Longer than any call may take. */
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

export interface AskedCall {
  readonly agreement: string
  readonly request: string
  readonly method: string
  readonly now: number
  /** Another process goes on with it when this one ends. */
  readonly outlivesProcess?: boolean
}

/**
 * Writes a call down before the provider is asked. A call that failed may be asked again under its name; one that was counted, or is
 * under way, is not asked a second time.
 * @throws Refusal ERR_REQUEST_REPEATED
 */
export async function noteAsked(
  rows: Rows,
  { agreement, request, method, now, outlivesProcess = false }: AskedCall,
): Promise<void> {
  const written = await rows(
    `INSERT INTO market_usage (agreement, request, at, state, method, process) VALUES ($1, $2, $3, 'asked', $4, $6)
     ON CONFLICT (agreement, request) DO UPDATE
       SET state = 'asked', at = excluded.at, method = excluded.method, process = excluded.process
       WHERE market_usage.state = 'failed' OR (market_usage.state = 'asked' AND market_usage.at < $5)
     RETURNING request`,
    [agreement, request, now, method, now - ASKED_SECONDS, outlivesProcess ? null : PROCESS],
  )
  if (written.length === 0)
    throw new Refusal(
      409,
      'ERR_REQUEST_REPEATED',
      `the request ${request} was made already and is counted once; give a new one another OPEM-Request-Id`,
    )
}

/**
 * The provider has answered: counted before a byte of the answer goes on, in the call's row and in the agreement's total at once.
 * @returns false when it was counted already
 */
export const noteCounted = async (
  rows: Rows,
  it: { agreement: string; request: string; milliUnits: bigint; status: number },
): Promise<boolean> =>
  (
    await rows(
      `WITH counted AS (
         UPDATE market_usage SET state = 'counted', milli_units = $3, status = $4
         WHERE agreement = $1 AND request = $2 AND state = 'asked' RETURNING agreement, milli_units)
       INSERT INTO market_usage_totals AS total (agreement, calls, milli_units) SELECT agreement, 1, milli_units FROM counted
       ON CONFLICT (agreement) DO UPDATE
         SET calls = total.calls + 1, milli_units = total.milli_units + excluded.milli_units
       RETURNING agreement`,
      [it.agreement, it.request, it.milliUnits.toString(), it.status],
    )
  ).length > 0

/** What was counted could not be handed over after all: it costs nothing. */
export const takeBack = (rows: Rows, { agreement, request }: { agreement: string; request: string }) =>
  rows(
    `WITH counted AS (
       SELECT milli_units FROM market_usage WHERE agreement = $1 AND request = $2 AND state = 'counted' FOR UPDATE),
     failed AS (
       UPDATE market_usage SET state = 'failed', milli_units = 0, status = NULL
       WHERE agreement = $1 AND request = $2 AND state = 'counted' AND EXISTS (SELECT 1 FROM counted))
     UPDATE market_usage_totals total SET calls = calls - 1, milli_units = total.milli_units - counted.milli_units
     FROM counted WHERE total.agreement = $1`,
    [agreement, request],
  )

/** The provider did not answer, or said that it failed: it costs nothing. */
export const noteFailed = (rows: Rows, it: { agreement: string; request: string; status: number | null }) =>
  rows(
    `UPDATE market_usage SET state = 'failed', milli_units = 0, status = $3
     WHERE agreement = $1 AND request = $2 AND state = 'asked'`,
    [it.agreement, it.request, it.status],
  )

/**
 * Calls whose process ended, by kill -9 say, before the provider's answer was counted: nobody received one. They cost nothing, hold
 * nothing of what is covered, and may be made again under their names.
 */
export const forgetCutOff = (rows: Rows) =>
  rows(
    `UPDATE market_usage SET state = 'failed', milli_units = 0, status = NULL
     WHERE state = 'asked' AND ${hasEnded('market_usage.process')}`,
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

export interface UsageTotal {
  readonly calls: number
  readonly milliUnits: bigint
  /** Calls that the provider has not answered yet. */
  readonly underWay: number
}

/** All use of an agreement so far, as of one moment. */
export async function usageTotal(rows: Rows, agreement: string): Promise<UsageTotal> {
  const [total] = await rows<{ calls: number; milli_units: string; under_way: number }>(
    `SELECT coalesce(max(calls), 0)::float8 AS calls, coalesce(max(milli_units), 0)::text AS milli_units,
       (SELECT count(*)::integer FROM market_usage
        WHERE agreement = $1 AND state = 'asked' AND at > extract(epoch FROM now()) - ${ASKED_SECONDS}) AS under_way
     FROM market_usage_totals WHERE agreement = $1`,
    [agreement],
  )
  return { calls: total!.calls, milliUnits: BigInt(total!.milli_units), underWay: total!.under_way }
}

/** Until the transaction ends nobody else judges whether the agreement may be used more. */
export const lockUse = (rows: Rows, agreement: string) =>
  rows('SELECT pg_advisory_xact_lock(7263546, hashtext($1))', [agreement])
