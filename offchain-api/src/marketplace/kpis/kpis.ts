import type { OperationalStore } from '../../operational/store.ts'
import type { Rows } from '../follower/reaction.ts'
import { MEASURES, type Measure } from './measures.ts'

/** A figure as a page shows it: the last value, and one for each of the last days on which it was measured. */
export interface Kpi extends Pick<Measure, 'kpi' | 'label' | 'unit' | 'meaning'> {
  readonly value: number
  /** Seconds since 1970. */
  readonly measuredAt: number
  readonly days: readonly { readonly day: string; readonly value: number }[]
}

const DAYS = 30
/** Seconds until a figure is measured again when somebody asks. */
const FRESH = 60

/** Keeps a figure of a listing; of one day the last value counts. */
export const keepKpi = (
  rows: Rows,
  { listing, kpi, value, at }: { listing: string; kpi: string; value: number; at: number },
): Promise<unknown> =>
  rows(
    `INSERT INTO market_listing_kpis (listing, kpi, day, value, measured_at)
     VALUES ($1, $2, (to_timestamp($4::bigint) AT TIME ZONE 'UTC')::date, $3, $4)
     ON CONFLICT (listing, kpi, day) DO UPDATE SET value = excluded.value, measured_at = excluded.measured_at`,
    [listing, kpi, value, at],
  )

/** Measures every figure of a listing that can be measured here, and keeps what there is to say. */
export async function measure({ rows }: OperationalStore, listing: string, now: number): Promise<void> {
  const tables = [...new Set(MEASURES.flatMap(({ needs }) => needs))]
  const found = await rows<{ name: string }>(
    'SELECT name FROM unnest($1::text[]) AS name WHERE to_regclass(name) IS NOT NULL',
    [tables],
  )
  const here = new Set(found.map(({ name }) => name))
  for (const { kpi, needs, sql } of MEASURES) {
    if (!needs.every((table) => here.has(table))) continue
    const [{ value } = { value: null }] = await rows<{ value: number | null }>(sql, [listing, now])
    if (value !== null) await keepKpi(rows, { listing, kpi, value: Number(value), at: now })
  }
}

/** Figures of a listing, measured anew when they are older than a minute. */
export async function kpisOf(store: OperationalStore, listing: string, now: number): Promise<Kpi[]> {
  const [{ fresh } = { fresh: false }] = await store.rows<{ fresh: boolean }>(
    'SELECT coalesce(max(measured_at) > $2, false) AS fresh FROM market_listing_kpis WHERE listing = $1',
    [listing, now - FRESH],
  )
  if (!fresh) await measure(store, listing, now)
  const found = await store.rows<{ kpi: string; day: string; value: number; measured_at: string }>(
    `SELECT kpi, to_char(day, 'YYYY-MM-DD') AS day, value, measured_at FROM market_listing_kpis k
     WHERE listing = $1 AND k.day > (to_timestamp($2::bigint) AT TIME ZONE 'UTC')::date - ${DAYS} ORDER BY k.day`,
    [listing, now],
  )
  const byKpi = Map.groupBy(found, ({ kpi }) => kpi)
  return MEASURES.flatMap(({ kpi, label, unit, meaning }) => {
    const days = byKpi.get(kpi) ?? []
    const last = days.at(-1)
    if (last === undefined) return []
    return {
      ...{ kpi, label, unit, meaning, value: last.value, measuredAt: Number(last.measured_at) },
      days: days.map(({ day, value }) => ({ day, value })),
    }
  })
}

const A_DAY = 86_400
const AT_ONCE = 200

/** Measures listings that are used and were not measured for a day, so that their figures have a history. */
export async function measureDue(store: OperationalStore, now: number): Promise<void> {
  const due = await store.rows<{ listing: string }>(
    `SELECT DISTINCT e.args->>'listing' AS listing FROM market_events e
     WHERE e.name = 'AgreementConcluded' AND e.applied AND NOT EXISTS (
       SELECT 1 FROM market_listing_kpis k WHERE k.listing = e.args->>'listing' AND k.measured_at > $1)
     LIMIT ${AT_ONCE}`,
    [now - A_DAY],
  )
  for (const { listing } of due) await measure(store, listing, now)
}
