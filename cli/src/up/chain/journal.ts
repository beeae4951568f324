import { type FileHandle, open } from 'node:fs/promises'
import { OpemError } from '@opem/domain'
import { z } from 'zod'

const Hex = z.templateLiteral(['0x', z.string().regex(/^[0-9a-f]*$/)])

/**
 * What happened to the chain, in order. Doing the same again on the state before it gives the same chain, hash for hash.
 * `block`: raw transactions handed to the pool, then one block mined at `timestamp` on top of `parent`.
 * `pool`: raw transactions accepted that wait for an earlier nonce; no block.
 * `development`: a state-changing development call (only with OPEM_CHAIN_DEVELOPMENT_RPC=1).
 */
const JournalEntry = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('block'),
    number: z.int().nonnegative(),
    parent: Hex,
    timestamp: z.int().nonnegative(),
    raws: z.array(Hex),
  }),
  z.strictObject({ kind: z.literal('pool'), raws: z.array(Hex) }),
  z.strictObject({ kind: z.literal('development'), method: z.string(), params: z.array(z.unknown()) }),
])
export type JournalEntry = z.infer<typeof JournalEntry>

export interface Journal {
  /** Resolves when the entry is on disk (fdatasync). When it fails, the journal is as it was before. */
  append(entry: JournalEntry): Promise<void>
  close(): Promise<void>
}

/**
 * Opens a journal for appending and reads what it holds. A torn last line (power cut in the middle of a write, so never
 * acknowledged) is cut off; damage anywhere else is refused.
 * @throws OpemError ERR_CHAIN_JOURNAL_DAMAGED with the line
 */
export async function openJournal(path: string): Promise<{ journal: Journal; entries: JournalEntry[] }> {
  const file = await open(path, 'a+', 0o600)
  const text = await file.readFile('utf8')
  const whole = text.slice(0, text.lastIndexOf('\n') + 1)
  const entries = whole
    .split('\n')
    .slice(0, -1)
    .map((line, i) => parseEntry(line, path, i + 1))
  let length = Buffer.byteLength(whole)
  if (length < Buffer.byteLength(text)) await cut(file, length)
  return {
    entries,
    journal: {
      async append(entry) {
        const line = Buffer.from(`${JSON.stringify(entry)}\n`)
        try {
          await file.appendFile(line)
          await file.datasync()
        } catch (cause) {
          await cut(file, length).catch(() => {})
          throw new OpemError({
            code: 'ERR_CHAIN_JOURNAL_WRITE',
            shortMessage: `the journal ${path} cannot be written; free disk space and send the transaction again`,
            retryable: true,
            cause,
          })
        }
        length += line.length
      },
      close: () => file.close(),
    },
  }
}

async function cut(file: FileHandle, length: number): Promise<void> {
  await file.truncate(length)
  await file.datasync()
}

function parseEntry(line: string, path: string, number: number): JournalEntry {
  try {
    return JournalEntry.parse(JSON.parse(line))
  } catch (cause) {
    throw new OpemError({
      code: 'ERR_CHAIN_JOURNAL_DAMAGED',
      shortMessage: `line ${number} of ${path} is not a journal entry; restore the folder from a backup, or move it away to begin an empty chain`,
      details: { line: line.slice(0, 200) },
      cause,
    })
  }
}
