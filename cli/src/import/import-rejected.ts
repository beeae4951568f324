import { createReadStream } from 'node:fs'
import { resolve } from 'node:path'
import { deliverItems, type ImportItem, replayRejected } from '@opem/adaptors'
import { type ImportFlags, openApi, readMapping } from './flags.ts'

/** Reads rejected rows again with today's importers and mapping; rows that became readings are marked replayed. */
export async function importRejected(flags: ImportFlags): Promise<0> {
  const mapping = readMapping(flags.map)
  const api = await openApi(flags)
  const kept = (await api.listRejected(flags.source)).filter(({ replayedAt }) => !replayedAt)
  const still: (Still & { readonly id: string })[] = []
  let [replayed, accepted, duplicates] = [0, 0, 0]
  for (const row of kept) {
    const items: ImportItem[] = []
    const companion = (name: string) => createReadStream(resolve(name))
    for await (const item of replayRejected(row, {
      now: row.rejectedAt.replace(/\.\d+Z$/, 'Z'),
      mapping,
      timeZone: flags.timeZone,
      companion,
    }))
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
    for (const line of grouped(still)) process.stdout.write(`  ${line}\n`)
  }
  return 0
}

interface Still {
  readonly source: string
  readonly row: number | undefined
  readonly code: string
  readonly reason: string
}

/** One line per source and code: how many rows, and the first of them as an example. `--json` has every row. */
function grouped(still: readonly Still[]): string[] {
  const groups = Map.groupBy(still, ({ source, code }) => `${source}: ${code}`)
  return [...groups].map(([name, [first, ...rest]]) => {
    const where = first!.row === undefined ? '' : ` (line ${first!.row})`
    return `${name} ×${1 + rest.length}${where}: ${first!.reason}`
  })
}

async function* stream<T>(items: readonly T[]): AsyncGenerator<T> {
  yield* items
}
