import { createWriteStream } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { refusal } from '../failure.ts'

/** Streams rows to a file, or to standard output. @throws what the API refused */
export async function saveAnswer(answer: Response, out: string | undefined): Promise<void> {
  if (!answer.ok || answer.body === null) {
    const problem = (await answer.json().catch(() => ({}))) as { code?: string; detail?: string }
    throw refusal(problem.code ?? 'ERR_API', problem.detail ?? `The download failed (HTTP ${answer.status}).`)
  }
  // Readings of people: readable by their owner alone.
  const to = out === undefined ? process.stdout : createWriteStream(out, { mode: 0o600 })
  await pipeline(Readable.fromWeb(answer.body as never), to, { end: out !== undefined })
}
