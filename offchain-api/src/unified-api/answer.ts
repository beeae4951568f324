import { once } from 'node:events'
import type { Request, Response } from 'express'
import type { FileAnswer, RowsAnswer } from './route.ts'

/** Streams rows; an answer of any length needs the memory of one chunk. */
export async function answerRows(request: Request, response: Response, { name, rows }: RowsAnswer): Promise<void> {
  const lines = request.accepts(['application/json', 'application/x-ndjson']) === 'application/x-ndjson'
  const chunks = rows[Symbol.asyncIterator]()
  const first = await chunks.next() // an error before the first row is still a problem document
  response.status(200).set('Content-Type', lines ? 'application/x-ndjson' : 'application/json')
  if (!lines) response.write(`{${JSON.stringify(name)}:[`)
  let comma = ''
  try {
    for (let next = first; !next.done; next = await chunks.next()) {
      if (response.destroyed) return
      let text = ''
      for (const row of next.value) {
        text += lines ? `${JSON.stringify(row)}\n` : comma + JSON.stringify(row)
        comma = ','
      }
      if (text && !response.write(text)) await Promise.race([once(response, 'drain'), once(response, 'close')])
    }
  } catch (cause) {
    response.destroy() // half an answer must not look like a whole one
    throw cause
  } finally {
    await chunks.return?.()
  }
  response.end(lines ? undefined : ']}')
}

/** Streams a file to be saved; what goes wrong before its first byte is still a problem document. */
export async function answerFile(response: Response, { type, name, bytes }: FileAnswer): Promise<void> {
  const pieces = bytes[Symbol.asyncIterator]()
  const first = await pieces.next()
  response.status(200).set('Content-Type', type).set('Content-Disposition', `attachment; filename="${name}"`)
  try {
    for (let next = first; !next.done; next = await pieces.next()) {
      if (response.destroyed) return
      if (!response.write(next.value)) await Promise.race([once(response, 'drain'), once(response, 'close')])
    }
  } catch (cause) {
    response.destroy() // half a file must not look like a whole one
    throw cause
  } finally {
    await pieces.return?.()
  }
  response.end()
}
