import { once } from 'node:events'
import type { Writable } from 'node:stream'

const ENOUGH = 1 << 16

/** Writes lines in large pieces and waits while the reader is slow, so that memory stays flat. */
export function lineWriter(stream: Writable): { write(line: string): Promise<void>; flush(): Promise<void> } {
  let pending: string[] = []
  let size = 0
  const flush = async (): Promise<void> => {
    if (size === 0) return
    const text = pending.join('')
    pending = []
    size = 0
    if (!stream.write(text)) await once(stream, 'drain')
  }
  return {
    async write(line) {
      pending.push(line, '\n')
      size += line.length + 1
      if (size >= ENOUGH) await flush()
    },
    flush,
  }
}
