/**
 * A part that must be brought to the newest version before its first use. It may be away at the start, so the first use
 * that finds it there prepares it; until then every use fails with the part's own retryable error.
 */
export function prepared<T extends object>(part: T & { isReady(): Promise<boolean> }, prepare: () => Promise<void>) {
  let preparing: Promise<void> | undefined
  const ready = () => {
    preparing ??= prepare().catch((cause) => {
      preparing = undefined
      throw cause
    })
    return preparing
  }
  const guarded = new Proxy(part, {
    get(target, name) {
      const value = Reflect.get(target, name)
      if (typeof value !== 'function') return value
      if (name === 'stream' || name === 'bytes')
        return async function* (...given: unknown[]) {
          await ready()
          yield* value.apply(target, given)
        }
      return async (...given: unknown[]) => {
        await ready()
        return value.apply(target, given)
      }
    },
  })
  return {
    part: guarded as T,
    ready,
    isReady: () =>
      ready().then(
        () => part.isReady(),
        () => false,
      ),
  }
}
