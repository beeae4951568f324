import { createReadStream } from 'node:fs'
import { resolve } from 'node:path'
import { deliverItems, type ImportItem, replayRejected } from '@opem/adaptors'
import { type ImportFlags, openApi, readMapping } from './flags.ts'

/** Reads rejected rows again with today's importers and mapping; rows that became readings are marked replayed. */
export async function importRejected(flags: ImportFlags): Promise<0> {
  const mapping = readMapping(flags.map)
  const api = openApi(flags)
  const kept = (await api.listRejected(flags.source)).filter(({ replayedAt }) => !replayedAt)
  const now = new Date().toISOString().replace(/\.\d+Z$/, 'Z')
  const still: { id: string; source: string; row: number | undefined; code: string; reason: string }[] = []
  let [replayed, accepted, duplicates] = [0, 0, 0]
  for (const row of kept) {
    const items: ImportItem[] = []
    const companion = (name: string) => createReadStream(resolve(name))
    for await (const item of replayRejected(row, { now, mapping, timeZone: flags.timeZone, companion }))
      items.push(item)
    const readable = items.filter(({ type }) => type === 'reading' || type === 'price')
    const report = await deliverItems(stream(readable), {
      file: row.source,
      format: row.format ?? '',
      api: flags.dryRun ? undefined : { ...api, postRejected: async () => {} },
    })
    const failed = items.find((item) => item.type === 'rejected')
    if (readable.length > 0 && report.rejected === 0 && !failed) {
      if (!flags.dryRun) await api.markReplayed(row.id)
      replayed++
      accepted += report.accepted
      duplicates += report.duplicates
    } else {
      const why = failed?.type === 'rejected' ? failed.rejected : row
      still.push({ id: row.id, source: row.source, row: row.row, code: why.code, reason: why.reason })
    }
  }
  if (flags.json)
    process.stdout.write(`${JSON.stringify({ rejected: kept.length, replayed, accepted, duplicates, still })}\n`)
  else {
    process.stdout.write(
      `${kept.length} rejected rows: ${replayed} read now (${accepted} stored, ${duplicates} known already), ${still.length} still rejected\n`,
    )
    for (const { source, row, code, reason } of still)
      process.stdout.write(`  ${source}${row ? ` line ${row}` : ''}: ${code}: ${reason}\n`)
  }
  return 0
}

async function* stream<T>(items: readonly T[]): AsyncGenerator<T> {
  yield* items
}
