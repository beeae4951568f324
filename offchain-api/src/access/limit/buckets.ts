import { createHash } from 'node:crypto'
import { type Allowance, take } from './bucket.ts'

/** Buckets by key. */
export interface Buckets {
  /** @param now ms @returns ms to wait; 0 when a token was taken */
  take(key: string, now: number): number
  readonly size: number
}

/**
 * At most `most` buckets, whatever comes: the one that was asked for the longest time ago makes room, and is full when it
 * comes again. Keys of any length take the same room.
 */
export function createBuckets(allowance: Allowance, most: number): Buckets {
  const fullAt = new Map<string, number>()
  return {
    take(key, now) {
      const hash = createHash('sha256').update(key).digest('base64url').slice(0, 22)
      const before = fullAt.get(hash)
      const taken = take(before, now, allowance)
      fullAt.delete(hash)
      fullAt.set(hash, taken.ok ? taken.fullAt : (before ?? now))
      if (fullAt.size > most) fullAt.delete(fullAt.keys().next().value as string)
      return taken.ok ? 0 : taken.waitMs
    },
    get size() {
      return fullAt.size
    },
  }
}
