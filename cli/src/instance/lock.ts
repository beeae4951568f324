import { randomUUID } from 'node:crypto'
import { mkdir, open, readFile, rm, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { refusal } from '../failure.ts'

/** A lock this old is of a command that was killed: who holds one finishes, or gives up, before. */
export const STALE_MS = 10_000
const AGAIN_MS = 25
const PATIENCE_MS = 3 * STALE_MS

/**
 * Does something that only one command at a time may do, in this process or another: who comes second waits. The work has to
 * end within `STALE_MS`.
 * @throws ERR_LOCKED when others keep it busy for half a minute
 */
export async function withLock<T>(path: string, work: () => Promise<T>): Promise<T> {
  const own = randomUUID()
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  const until = Date.now() + PATIENCE_MS
  while (!(await take(path, own))) {
    if (Date.now() > until) {
      throw refusal('ERR_LOCKED', `Other commands keep ${path} busy: try again, or remove it if no command runs.`)
    }
    if (await isStale(path)) await rm(path, { force: true })
    else await sleep(AGAIN_MS)
  }
  try {
    return await work()
  } finally {
    // Who was too slow has lost it to another, who still needs it.
    if ((await readFile(path, 'utf8').catch(() => '')) === own) await rm(path, { force: true })
  }
}

async function take(path: string, own: string): Promise<boolean> {
  try {
    const file = await open(path, 'wx', 0o600)
    await file.writeFile(own)
    await file.close()
    return true
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw cause
  }
}

const isStale = (path: string): Promise<boolean> =>
  stat(path).then(
    ({ mtimeMs }) => Date.now() - mtimeMs > STALE_MS,
    () => false,
  )
