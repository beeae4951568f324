/** Requests under way at once: enough to hide their latency, few enough for a node that counts them. */
const AT_ONCE = 24

/** Works through many in a few lanes, keeping their order. */
export async function inLanes<T, R>(all: readonly T[], work: (one: T, index: number) => Promise<R>): Promise<R[]> {
  const results = new Array<R>(all.length)
  let next = 0
  const lane = async () => {
    while (next < all.length) {
      const index = next++
      results[index] = await work(all[index]!, index)
    }
  }
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, all.length) }, lane))
  return results
}
