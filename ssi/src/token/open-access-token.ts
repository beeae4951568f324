import { ok, type Result, refuse } from '@opem/domain'
import { compactDecrypt, compactVerify } from 'jose'
import { z } from 'zod'
import { AccessClaims } from './access-claims.ts'
import type { TokenCode } from './codes.ts'
import { ENCRYPTION, SIGNATURE, SKEW_SECONDS, TOKEN_CHARACTERS, TOKEN_SECONDS } from './profile.ts'
import { openingKey, type TokenKeys } from './token-keys.ts'

const kid = z.string().max(64)
const coordinate = z.string().regex(/^[A-Za-z0-9_-]{43}$/)

// Exactly these members: no zip, crit, jku, jwk, x5u, x5c, apu, apv. A header cannot bring a key or choose a way.
const OuterHeader = z.strictObject({
  alg: z.literal(ENCRYPTION.alg),
  enc: z.literal(ENCRYPTION.enc),
  cty: z.literal(ENCRYPTION.cty),
  kid,
  epk: z.strictObject({ kty: z.literal('EC'), crv: z.literal('P-256'), x: coordinate, y: coordinate }),
})
const InnerHeader = z.strictObject({ alg: z.literal(SIGNATURE.alg), typ: z.literal(SIGNATURE.typ), kid })

/**
 * Opens an access token: decrypts, verifies, and checks every claim. Nothing in the token is trusted before its keys,
 * algorithms and types were found to be the pinned ones.
 * @param expected `issuer`, `audience`: DIDs; `now`: epoch seconds
 */
export async function openAccessToken(
  token: string,
  keys: TokenKeys,
  expected: { readonly issuer: string; readonly audience: string; readonly now: number },
): Promise<Result<AccessClaims, TokenCode>> {
  const { now } = expected
  if (token.length > TOKEN_CHARACTERS || token.split('.').length !== 5 || !isCanonical(token)) {
    return refuse('ERR_TOKEN_SHAPE', 'An access token is a compact JWE of five parts.')
  }
  const outer = OuterHeader.safeParse(headerOf(token))
  if (!outer.success) {
    return refuse(
      'ERR_TOKEN_HEADER',
      `A token is encrypted with ${ENCRYPTION.alg} and ${ENCRYPTION.enc}, and nothing else.`,
    )
  }
  const enc = openingKey(keys, 'enc', outer.data.kid, now)
  if (!enc) return refuse('ERR_TOKEN_KEY', 'The token’s encryption key is not known, or its time is over.')
  const signed = await compactDecrypt(token, enc.privateKey, {
    keyManagementAlgorithms: [ENCRYPTION.alg],
    contentEncryptionAlgorithms: [ENCRYPTION.enc],
  }).then(({ plaintext }) => new TextDecoder().decode(plaintext), nothing)
  if (signed === undefined) return refuse('ERR_TOKEN_DECRYPTION', 'The token does not decrypt: it was changed.')

  const inner = InnerHeader.safeParse(headerOf(signed))
  if (!inner.success || signed.split('.').length !== 3) {
    return refuse('ERR_TOKEN_HEADER', `A token is signed with ${SIGNATURE.alg} as ${SIGNATURE.typ}, and nothing else.`)
  }
  const sig = openingKey(keys, 'sig', inner.data.kid, now)
  if (!sig) return refuse('ERR_TOKEN_KEY', 'The token’s signing key is not known, or its time is over.')
  const payload = await compactVerify(signed, sig.publicKey, { algorithms: [SIGNATURE.alg] }).then(
    (verified) => verified.payload,
    nothing,
  )
  if (!payload) return refuse('ERR_TOKEN_SIGNATURE', 'The token’s signature is not its key’s.')
  const claims = AccessClaims.safeParse(parseSilently(payload))
  if (!claims.success) return refuse('ERR_TOKEN_CLAIMS', 'The token’s claims are not those of an access token.')
  return refusedClaims(claims.data, expected) ?? ok(claims.data)
}

function refusedClaims(
  { iss, aud, iat, exp, auth_time }: AccessClaims,
  { issuer, audience, now }: { readonly issuer: string; readonly audience: string; readonly now: number },
): (Result<never, TokenCode> & { ok: false }) | undefined {
  if (iss !== issuer) return refuse('ERR_TOKEN_ISSUER', 'The token is from another marketplace.')
  if (aud !== audience) return refuse('ERR_TOKEN_AUDIENCE', 'The token is for another audience.')
  if (exp <= iat || exp - iat > TOKEN_SECONDS || auth_time > iat) {
    return refuse('ERR_TOKEN_LIFETIME', `A token lives for 1 to ${TOKEN_SECONDS} s, from after the sign-in on.`)
  }
  if (iat > now + SKEW_SECONDS)
    return refuse('ERR_TOKEN_NOT_YET', 'The token was issued in the future: check the clocks.')
  if (exp <= now) return refuse('ERR_TOKEN_EXPIRED', 'The token expired: refresh the session.')
  return undefined
}

const nothing = () => undefined

/** base64url can spell the same bytes in several ways; a token has one spelling. */
const isCanonical = (compact: string): boolean =>
  compact.split('.').every((part) => Buffer.from(part, 'base64url').toString('base64url') === part)

const headerOf = (compact: string): unknown => parseSilently(Buffer.from(compact.split('.')[0] as string, 'base64url'))

function parseSilently(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes))
  } catch {
    return undefined
  }
}
