import { ok, refuse } from '@opem/domain'
import { z } from 'zod'
import type { PublicJwk } from '../http-signature/jwk.ts'
import { isSame } from '../verifier/expected.ts'
import type { Verified } from '../verifier/types.ts'
import { sha256 } from './disclosures.ts'
import { isJwsSignedBy, readJws } from './jws.ts'

const Payload = z.strictObject({
  iat: z.int(),
  aud: z.string(),
  nonce: z.string(),
  sd_hash: z.string(),
  nbf: z.int().optional(),
  exp: z.int().optional(),
})

/** Seconds for which a key binding counts from its iat on, and those that a wallet's clock may be ahead. */
const LONGEST = 300
const CLOCK_SKEW = 60

/**
 * Checks the holder's signature over this presentation (RFC 9901 §4.3): for us, for this challenge, over exactly these
 * disclosures, just now.
 * @param presented what was signed for: the SD-JWT up to and including its last tilde
 */
export function checkKeyBinding(
  compact: string,
  {
    presented,
    holderKey,
    clientIds,
    challenge,
    now,
  }: {
    readonly presented: string
    readonly holderKey: PublicJwk
    readonly clientIds: readonly string[]
    readonly challenge: string
    readonly now: number
  },
): Verified<undefined> {
  const jws = readJws(compact, { typ: 'kb+jwt', x5c: false })
  if (!jws.ok) return refuse(jws.code === 'SHAPE' ? 'ERR_VP_SHAPE' : 'ERR_ALG', `The key binding: ${jws.reason}.`)
  const parsed = Payload.safeParse(jws.value.payload)
  if (!parsed.success) return refuse('ERR_VP_SHAPE', 'The key binding needs exactly iat, aud, nonce and sd_hash.')
  const { iat, aud, nonce, sd_hash, nbf = iat, exp = iat + LONGEST } = parsed.data
  if (!isJwsSignedBy(jws.value, holderKey)) {
    return refuse('ERR_VP_SIGNATURE', 'The key binding is not signed by the key that the credential is bound to.')
  }
  if (!isSame(sd_hash, sha256(presented))) {
    return refuse('ERR_VP_SIGNATURE', 'The key binding was signed over another credential or other disclosures.')
  }
  if (!clientIds.includes(aud)) return refuse('ERR_VP_AUDIENCE', 'The presentation was made for another verifier.')
  if (!isSame(nonce, challenge)) {
    return refuse('ERR_VP_CHALLENGE', 'The presentation answers another challenge: ask for a new one and sign that.')
  }
  if (Math.max(iat, nbf) > now + CLOCK_SKEW)
    return refuse('ERR_VP_EXPIRED', 'The presentation is from the future: set the wallet’s clock.')
  if (Math.min(iat + LONGEST, exp) <= now)
    return refuse('ERR_VP_EXPIRED', 'The presentation has expired: present again.')
  return ok(undefined)
}
