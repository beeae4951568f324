import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { JournalEntry } from './journal.ts'

/**
 * The chain on disk: `snapshot-N` (state dump of anvil) and `journal-N` (what happened after it). Generation 0 has no
 * snapshot. The next generation exists from the instant its snapshot has its name; older files are then without use.
 */
export interface Generation {
  readonly number: number
  readonly snapshot: string | null
  readonly journal: string
}

/** The newest whole generation in `dir`. */
export async function findGeneration(dir: string): Promise<Generation> {
  await mkdir(dir, { recursive: true, mode: 0o700 })
  const numbers = (await readdir(dir)).map((name) => Number(/^snapshot-(\d+)$/.exec(name)?.[1] ?? 0))
  return generation(dir, Math.max(0, ...numbers))
}

/** Writes generation `current + 1` so that a kill at any instant leaves a whole one, and removes the older files. */
export async function nextGeneration(
  dir: string,
  current: Generation,
  dump: string,
  first: readonly JournalEntry[],
): Promise<Generation> {
  const next = generation(dir, current.number + 1)
  await writeDurably(next.journal, first.map((entry) => `${JSON.stringify(entry)}\n`).join(''))
  await writeDurably(`${next.snapshot}.part`, dump)
  await rename(`${next.snapshot}.part`, next.snapshot!)
  await syncFolder(dir)
  for (const name of await readdir(dir)) {
    const number = /^(?:snapshot|journal)-(\d+)/.exec(name)?.[1]
    if (number !== undefined && Number(number) < next.number) await rm(join(dir, name))
  }
  return next
}

/** Genesis time of this chain (epoch seconds), chosen at its first start: a chain begun anew is told apart by its genesis hash. */
export async function genesisTime(dir: string, now: number): Promise<number> {
  const path = join(dir, 'genesis')
  const kept = await readFile(path, 'utf8').catch(() => null)
  if (kept !== null) return Number(kept)
  await writeDurably(`${path}.part`, String(now))
  await rename(`${path}.part`, path)
  await syncFolder(dir)
  return now
}

function generation(dir: string, number: number): Generation {
  return {
    number,
    snapshot: number === 0 ? null : join(dir, `snapshot-${number}`),
    journal: join(dir, `journal-${number}`),
  }
}

async function writeDurably(path: string, text: string): Promise<void> {
  const file = await open(path, 'w', 0o600)
  await file.writeFile(text)
  await file.sync()
  await file.close()
}

/** A new name is durable only when its folder is. */
async function syncFolder(dir: string): Promise<void> {
  const folder = await open(dir, 'r')
  await folder.sync()
  await folder.close()
}
