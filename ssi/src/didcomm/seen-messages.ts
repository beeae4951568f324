/** Remembers which messages came, so that each counts once. */
export interface SeenMessages {
  /**
   * Whether this message is the first of its id from its sender; a second one within its lifetime is a replay.
   * @param until epoch seconds after which the message is too old anyway, and is forgotten
   */
  isFirst(from: string, id: string, until: number, now: number): boolean
}

const MOST = 10_000

/**
 * A memory for one process. When it is full of messages that still count, every further one is refused: forgetting one
 * would let it be replayed.
 * @param kept messages remembered by an earlier process, by `sender id` with their end in epoch seconds
 * @param onChange called with all that is remembered after each new message
 */
export function createSeenMessages(
  kept: Iterable<readonly [string, number]> = [],
  onChange: (seen: ReadonlyMap<string, number>) => void = () => {},
): SeenMessages {
  const seen = new Map(kept)
  return {
    isFirst: (from, id, until, now) => {
      const key = `${from} ${id}`
      if ((seen.get(key) ?? 0) > now) return false
      for (const [other, end] of seen) if (end <= now) seen.delete(other)
      if (seen.size >= MOST) return false
      seen.set(key, until)
      onChange(seen)
      return true
    },
  }
}
