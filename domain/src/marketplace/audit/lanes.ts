/** Questions under way at once: enough to hide their latency, few enough for a node that counts them. */
const AT_ONCE = 48

/** How far a long work is, and whether it is still wanted. */
export interface Work {
  readonly onProgress?: (done: number, of: number) => void
  readonly signal?: AbortSignal
  readonly atOnce?: number
}

/** Works through many in a few lanes, keeping their order; ends with the signal's reason when it is aborted. */
export async function inLanes<T, R>(
  all: readonly T[],
  work: (one: T) => Promise<R>,
  { onProgress, signal, atOnce = AT_ONCE }: Work = {},
): Promise<R[]> {
  const results = new Array<R>(all.length)
  let [next, done] = [0, 0]
  const lane = async () => {
    while (next < all.length) {
      signal?.throwIfAborted()
      const index = next++
      results[index] = await work(all[index]!)
      done += 1
      onProgress?.(done, all.length)
    }
  }
  await Promise.all(Array.from({ length: Math.min(atOnce, all.length) }, lane))
  return results
}
