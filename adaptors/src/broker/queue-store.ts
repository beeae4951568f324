import persistence, { type LevelPersistence } from 'aedes-persistence-level'
import { ClassicLevel } from 'classic-level'

/** A message that a publisher wants to hand over. */
export interface Handed {
  readonly topic: string
  readonly payload: Buffer
}

export interface QueueStore {
  readonly queue: LevelPersistence
  /** on disk (fsync) when it resolves; concurrent calls share one fsync */
  accept(message: Handed): Promise<string>
  /** the message stands in the queues of its subscribers: the accepted copy can go */
  release(key: string): Promise<void>
  /** what was accepted and never released, oldest first */
  accepted(): AsyncIterable<Handed & { readonly key: string }>
  close(): Promise<void>
}

/**
 * Sessions and undelivered messages of the broker, on disk. Two promises beyond the library's:
 * - aedes sends PUBACK before it stores a message; here the message is accepted on disk first, and what was accepted but not
 *   yet queued when the process died is published again at the next start;
 * - messages are queued in the order in which they came. The broker takes a message that overtook another for a sign that the
 *   other was sent already, and would keep it back until the subscriber connects again.
 */
export async function openQueueStore(dir: string): Promise<QueueStore> {
  const store = new ClassicLevel<string, Buffer | string>(dir)
  await store.open()
  const queue = persistence(store)
  queue.outgoingEnqueueCombi = inOrder(queue.outgoingEnqueueCombi.bind(queue))
  queue.outgoingUpdate = inOrder(queue.outgoingUpdate.bind(queue))
  const prefix = `accepted:${String(Date.now()).padStart(15, '0')}:`
  let count = 0
  return {
    queue,
    async accept({ topic, payload }) {
      const key = `${prefix}${String(count++).padStart(12, '0')}`
      await store.put(key, JSON.stringify({ topic, payload: payload.toString('base64') }), { sync: true })
      return key
    },
    release: (key) => store.del(key),
    async *accepted() {
      for await (const [key, value] of store.iterator({ gte: 'accepted:', lt: 'accepted;' })) {
        const { topic, payload } = JSON.parse(String(value)) as { topic: string; payload: string }
        yield { key, topic, payload: Buffer.from(payload, 'base64') }
      }
    },
    async close() {
      if (store.status === 'open') await store.close()
    },
  }
}

/** The same work, begun at once, but confirmed in the order of the calls. */
export function inOrder<A extends unknown[], T>(work: (...args: A) => Promise<T>): (...args: A) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve()
  return (...args) => {
    const done = work(...args)
    const confirmed = last.then(() => done)
    last = confirmed.catch(() => undefined)
    return confirmed
  }
}
