import { join } from 'node:path'
import { z } from 'zod'
import { createSeenMessages, type SeenMessages } from '../didcomm/index.ts'
import { readPrivate, writePrivate } from './files.ts'

const Seen = z.array(z.tuple([z.string(), z.number()]))

/** Messages that came, kept over a restart: one from before it cannot be sent again. */
export async function openSeenFile(home: string): Promise<SeenMessages & { readonly written: () => Promise<void> }> {
  const path = join(home, 'seen.json')
  let writing = Promise.resolve()
  const seen = createSeenMessages((await readPrivate(path, Seen)) ?? [], (all) => {
    const snapshot = [...all]
    writing = writing.then(() => writePrivate(path, snapshot))
  })
  // An answer goes out only after the message it answers is on disk.
  return { ...seen, written: () => writing }
}
