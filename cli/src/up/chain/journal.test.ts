import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { findGeneration, genesisTime, nextGeneration } from './generation.ts'
import { type JournalEntry, openJournal } from './journal.ts'

let dir: string
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'opem-journal-'))
})
afterEach(() => rm(dir, { recursive: true, force: true }))

const entry = (number: number): JournalEntry => ({
  kind: 'block',
  number,
  parent: '0xab',
  timestamp: 1_700_000_000,
  raws: ['0x02'],
})

test('a torn last line was never acknowledged and is cut off; the journal goes on after it', async () => {
  const path = join(dir, 'journal-0')
  const { journal } = await openJournal(path)
  await journal.append(entry(1))
  await journal.close()
  await appendFile(path, '{"kind":"block","number":2,"par')
  const again = await openJournal(path)
  expect(again.entries).toEqual([entry(1)])
  await again.journal.append(entry(2))
  await again.journal.close()
  const last = await openJournal(path)
  expect(last.entries).toEqual([entry(1), entry(2)])
  await last.journal.close()
})

test('damage before the end is refused with its line', async () => {
  const path = join(dir, 'journal-0')
  await writeFile(path, `${JSON.stringify(entry(1))}\n{"kind":"blok"}\n${JSON.stringify(entry(3))}\n`)
  await expect(openJournal(path)).rejects.toThrow(`line 2 of ${path} is not a journal entry`)
})

test('a kill before the snapshot has its name leaves the generation before whole', async () => {
  const first = await findGeneration(dir)
  expect(first).toMatchObject({ number: 0, snapshot: null })
  await writeFile(join(dir, 'journal-1'), '')
  await writeFile(join(dir, 'snapshot-1.part'), '0xab')
  expect((await findGeneration(dir)).number).toBe(0)
  const second = await nextGeneration(dir, first, '0xabcd', [entry(9)])
  expect(await findGeneration(dir)).toEqual(second)
  expect(await readFile(second.snapshot!, 'utf8')).toBe('0xabcd')
  const { entries, journal } = await openJournal(second.journal)
  expect(entries).toEqual([entry(9)])
  await journal.close()
})

test('genesis time is chosen once', async () => {
  expect(await genesisTime(dir, 1_700_000_000)).toBe(1_700_000_000)
  expect(await genesisTime(dir, 1_800_000_000)).toBe(1_700_000_000)
})
