/** One use of a nonce by a key, times in epoch seconds. */
export interface NonceUse {
  readonly keyid: string
  readonly nonce: string
  readonly created: number
  readonly expires: number
}

/** Whether a use is a replay; asked after the signature was found good, and remembers the use. */
export type SeenNonce = (use: NonceUse, now: number) => boolean | Promise<boolean>

/**
 * Remembers nonces of one process until their signatures expire. A key that fills its share is refused until some
 * expire: forgetting one early would let it be used again, and no key can fill another's share. Signatures made before
 * the memory began count as seen, because the memory before it may have seen them.
 * @param startedAt epoch seconds
 * @param perKey nonces per key; 65,536 in a minute are a thousand requests a second
 */
export function createNonceMemory({ startedAt, perKey = 65_536 }: { startedAt: number; perKey?: number }): SeenNonce {
  const uses = new Map<string, Map<string, number>>()

  const forgetExpired = (nonces: Map<string, number>, now: number) => {
    for (const [nonce, expires] of nonces) if (expires <= now) nonces.delete(nonce)
  }

  return ({ keyid, nonce, created, expires }, now) => {
    if (created < startedAt) return true
    const nonces = uses.get(keyid) ?? new Map<string, number>()
    uses.set(keyid, nonces)
    if (nonces.has(nonce)) return true
    if (nonces.size >= perKey) forgetExpired(nonces, now)
    if (nonces.size >= perKey) return true
    nonces.set(nonce, expires)
    return false
  }
}
