import express, { type Request, type Response } from 'express'
import { Refusal } from './problem.ts'

/** Reads a body at most once, when it is first needed. */
export interface Body {
  bytes(): Promise<Uint8Array>
  /** undefined when there is none. @throws Refusal ERR_JSON */
  json(): Promise<unknown>
}

export function bodyOf(request: Request, response: Response, limit: number): Body {
  const read = express.raw({ limit, type: () => true })
  let bytes: Promise<Buffer> | undefined
  const readBytes = () => {
    bytes ??= new Promise((resolve, reject) => {
      read(request, response, (cause?: unknown) => {
        if (cause) reject(cause)
        else resolve(Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0))
      })
    })
    return bytes
  }
  return {
    bytes: readBytes,
    async json() {
      const text = (await readBytes()).toString('utf8')
      if (text === '') return undefined
      try {
        return JSON.parse(text)
      } catch {
        throw new Refusal(400, 'ERR_JSON', 'the body is not JSON')
      }
    },
  }
}
