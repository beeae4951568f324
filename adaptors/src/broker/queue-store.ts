import persistence, { type LevelPersistence } from 'aedes-persistence-level'
import { ClassicLevel } from 'classic-level'

/** LevelDB that can be told to reach the disk (fsync) before it confirms a put; concurrent puts share one fsync. */
class Store extends ClassicLevel<string, Buffer | string> {
  #durable = false

  /** Puts that `write` begins before it first waits are on disk when they resolve. */
  durably<T>(write: () => T): T {
    this.#durable = true
    try {
      return write()
    } finally {
      this.#durable = false
    }
  }

  // biome-ignore lint/suspicious/noExplicitAny: the overloads of abstract-level cannot be overridden one by one
  override put(...[key, value, options]: any[]): any {
    return super.put(key as string, value as string, { ...(options as object), sync: this.#durable })
  }
}

/**
 * Sessions and undelivered messages of the broker, on disk. Two promises beyond the library's:
 * - a message is on disk before its publisher hears PUBACK;
 * - messages are stored and sent in the order in which they came. The broker takes a message that overtook another for a
 *   sign that the other was sent already, and would keep it back until the subscriber connects again.
 */
export async function openQueueStore(dir: string): Promise<{ queue: LevelPersistence; close(): Promise<void> }> {
  const store = new Store(dir)
  await store.open()
  const queue = persistence(store)
  const enqueue = queue.outgoingEnqueueCombi.bind(queue)
  queue.outgoingEnqueueCombi = inOrder((...args: Parameters<typeof enqueue>) => store.durably(() => enqueue(...args)))
  queue.outgoingUpdate = inOrder(queue.outgoingUpdate.bind(queue))
  return {
    queue,
    async close() {
      if (store.status === 'open') await store.close()
    },
  }
}

/** The same work, begun at once, but confirmed in the order of the calls. */
function inOrder<A extends unknown[], T>(work: (...args: A) => Promise<T>): (...args: A) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve()
  return (...args) => {
    const done = work(...args)
    const confirmed = last.then(() => done)
    last = confirmed.catch(() => undefined)
    return confirmed
  }
}
