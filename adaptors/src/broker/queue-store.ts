import { ClassicLevel } from 'classic-level'

type Key = string
type Value = Buffer | string
type PutOptions = Parameters<ClassicLevel<Key, Value>['put']>[2]

/**
 * LevelDB whose puts reach the disk before they are confirmed (fsync): what the broker acknowledges survives a power cut.
 * Concurrent puts share one fsync inside LevelDB. Deletes need not be so careful: a message that comes twice is harmless.
 */
class QueueStore extends ClassicLevel<Key, Value> {
  // biome-ignore lint/suspicious/noExplicitAny: the overloads of abstract-level cannot be overridden one by one
  override put(...[key, value, options]: any[]): any {
    return super.put(key as Key, value as Value, { ...(options as PutOptions), sync: true } as never)
  }
}

export async function openQueueStore(dir: string): Promise<QueueStore> {
  const store = new QueueStore(dir)
  await store.open()
  return store
}
