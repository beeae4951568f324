import { createHash } from 'node:crypto'
import type { Lake } from '../lake.ts'

/** A row that could not become a reading, kept as it came so that it can be replayed. Instants in ms since 1970. */
export interface RejectedRow {
  readonly id: string
  readonly source: string
  readonly meter: string
  /** Line number in the source, 0 when unknown. */
  readonly row: number
  readonly raw: string
  readonly code: string
  readonly reason: string
  readonly rejectedAt: number
  /** 0 while it has not been replayed. */
  readonly replayedAt: number
  readonly format: string
  /** JSON of the importer's options, '' when there are none. */
  readonly options: string
}

/** The same row of the same source is one rejection, however often it is sent. */
export const rejectedId = (row: Pick<RejectedRow, 'source' | 'row' | 'raw' | 'code'>) =>
  createHash('sha256')
    .update(JSON.stringify([row.source, row.row, row.raw, row.code]))
    .digest('hex')
    .slice(0, 32)

const COLUMNS = [
  'id',
  'source',
  'meter',
  'row',
  'raw',
  'code',
  'reason',
  'rejected_at',
  'replayed_at',
  'format',
  'options',
  'version',
]

/** Keeps rows; one that was replayed and is rejected again is open again. */
export const keepRejected = (lake: Lake, rows: readonly RejectedRow[], now: number) =>
  lake.insert(
    'rejected',
    COLUMNS,
    rows.map((row) => [
      row.id,
      row.source,
      row.meter,
      row.row,
      row.raw,
      row.code,
      row.reason,
      row.rejectedAt,
      row.replayedAt,
      row.format,
      row.options,
      now,
    ]),
  )

const SELECT = `SELECT id, source, meter, row, raw, code, reason, rejected_at AS rejectedAt, replayed_at AS replayedAt,
  format, options FROM opem.rejected FINAL`

/** Rows of one source, or of all; in order of their place in it. */
export const rejectedRows = (lake: Lake, source?: string) =>
  source === undefined
    ? lake.stream<RejectedRow>(`${SELECT} ORDER BY source, row, id`)
    : lake.stream<RejectedRow>(`${SELECT} WHERE source = {source:String} ORDER BY row, id`, { source })

/** Marks a row as replayed. @returns false when there is no such row */
export async function markReplayed(lake: Lake, id: string, now: number): Promise<boolean> {
  const [row] = await lake.rows<RejectedRow>(`${SELECT} WHERE id = {id:String}`, { id })
  if (!row) return false
  await keepRejected(lake, [{ ...row, replayedAt: now }], now)
  return true
}
