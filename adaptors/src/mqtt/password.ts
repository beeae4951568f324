import { randomUUID } from 'node:crypto'
import { ok, type Result, refuse } from '@opem/domain'
import { importJWK, type JWK, jwtVerify } from 'jose'

/** For whom a password is: nothing else that takes tokens of this key takes this one. */
export const BROKER_AUDIENCE = 'opem:mqtt-broker'
/** How long a password of ours may be used, s, and the longest that the broker takes. */
const LIVES_SECONDS = 120
const MOST_SECONDS = 600
const CLOCK_SKEW_SECONDS = 5

/** What signs passwords: a system key (ssi/http-signature). */
export interface PasswordKey {
  readonly keyid: string
  readonly algorithm: 'ed25519' | 'ecdsa-p256-sha256'
  sign(data: Uint8Array): Uint8Array
}

const base64url = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')

/**
 * An MQTT login that proves a system: its key's id, and a JWT signed by the key, for the broker alone, for two minutes, for
 * one connection. @param now epoch seconds
 */
export function brokerLogin(key: PasswordKey, now = Math.floor(Date.now() / 1000)) {
  const { keyid } = key
  const header = { alg: key.algorithm === 'ed25519' ? 'EdDSA' : 'ES256', typ: 'JWT', kid: keyid }
  const claims = { iss: keyid, sub: keyid, aud: BROKER_AUDIENCE, iat: now, exp: now + LIVES_SECONDS, jti: randomUUID() }
  const input = `${base64url(header)}.${base64url(claims)}`
  return { username: keyid, password: `${input}.${Buffer.from(key.sign(Buffer.from(input))).toString('base64url')}` }
}

export type PasswordCode = 'ERR_BROKER_PASSWORD' | 'ERR_BROKER_PASSWORD_EXPIRED' | 'ERR_BROKER_PASSWORD_USED'

/**
 * Passwords that were used, until they would have expired anyway. Those made before this memory began count as used: the
 * memory before it may have seen them. @param startedAt epoch seconds
 */
export function createUsed(startedAt: number) {
  const until = new Map<string, number>()
  return {
    /** @returns false when it was used before */
    use(jti: string, made: number, expires: number, now: number): boolean {
      if (made < startedAt) return false
      if (until.size > 1000) for (const [one, end] of until) if (end + CLOCK_SKEW_SECONDS < now) until.delete(one)
      if (until.has(jti)) return false
      until.set(jti, expires)
      return true
    },
  }
}

/** Checks a login by the public key of its system: signature, audience, life of at most 10 minutes, never used before. */
export async function checkPassword(
  { username, password }: { readonly username: string; readonly password: string },
  { publicKey, now, used }: { publicKey: JWK; now: number; used: ReturnType<typeof createUsed> },
): Promise<Result<void, PasswordCode>> {
  // The key decides the algorithm, never the header.
  const algorithm = publicKey.kty === 'OKP' ? 'EdDSA' : 'ES256'
  let claims: { iat?: number; exp?: number; jti?: string }
  try {
    const { payload } = await jwtVerify(password, await importJWK(publicKey, algorithm), {
      algorithms: [algorithm],
      typ: 'JWT',
      audience: BROKER_AUDIENCE,
      issuer: username,
      subject: username,
      requiredClaims: ['iat', 'exp', 'jti'],
      clockTolerance: CLOCK_SKEW_SECONDS,
      currentDate: new Date(now * 1000),
    })
    claims = payload
  } catch (error) {
    const expired = (error as { code?: string }).code === 'ERR_JWT_EXPIRED'
    return expired
      ? refuse('ERR_BROKER_PASSWORD_EXPIRED', 'the password is over: sign a new one for each connection')
      : refuse('ERR_BROKER_PASSWORD', 'the password is no JWT signed by the key of this system for this broker')
  }
  const { iat = 0, exp = 0, jti = '' } = claims
  if (iat > now + CLOCK_SKEW_SECONDS || exp - iat > MOST_SECONDS || jti === '')
    return refuse('ERR_BROKER_PASSWORD', `the password may live ${MOST_SECONDS} s from now at most`)
  if (!used.use(`${publicKey.x} ${jti}`, iat, exp, now))
    return refuse('ERR_BROKER_PASSWORD_USED', 'the password was used before: sign a new one for each connection')
  return ok(undefined)
}
