import type { Lake } from '../../lake/lake.ts'
import { type LakeQuery, streamRows } from './query.ts'

export const DATA_FORMATS = ['csv', 'ndjson', 'parquet'] as const
export type DataFormat = (typeof DATA_FORMATS)[number]

export const MEDIA_TYPES: Readonly<Record<DataFormat, string>> = {
  csv: 'text/csv; charset=utf-8; header=present',
  ndjson: 'application/x-ndjson',
  parquet: 'application/vnd.apache.parquet',
}

/**
 * The rows of a query as a file, in pieces as the lake gives them: a file of any length needs the memory of one piece.
 * @throws ERR_LAKE, ERR_LAKE_AWAY, also in the middle: half a file must not look like a whole one
 */
export async function* fileOf(
  lake: Lake,
  query: LakeQuery,
  format: DataFormat,
  rows: number,
): AsyncIterable<Uint8Array> {
  if (format === 'parquet')
    return yield* lake.bytes(`${query.sql} LIMIT {most:UInt64}`, 'Parquet', { ...query.parameters, most: rows })
  if (format === 'csv') yield Buffer.from(`${query.columns.join(',')}\n`)
  for await (const chunk of streamRows(lake, query, rows)) {
    let text = ''
    for (const row of chunk)
      text += `${format === 'csv' ? query.columns.map((name) => row[name]).join(',') : JSON.stringify(row)}\n`
    yield Buffer.from(text)
  }
}
