import { randomUUID } from 'node:crypto'
import { OpemError } from '@opem/domain'
import { CompactEncrypt, CompactSign } from 'jose'
import { AccessClaims } from './access-claims.ts'
import { ENCRYPTION, SIGNATURE, TOKEN_CHARACTERS, TOKEN_SECONDS } from './profile.ts'
import { currentKey, type TokenKeys } from './token-keys.ts'

/** The claims that the caller decides; times and the token's own id are set here. */
export type GivenClaims = Omit<AccessClaims, 'iat' | 'exp' | 'jti'>

/**
 * Issues an access token: claims signed (JWS, ES256), then encrypted (JWE, ECDH-ES+A256KW, A256GCM). Lives 10 minutes.
 * @param now epoch seconds
 * @throws ERR_TOKEN_CLAIMS (what, without values), ERR_TOKEN_KEY (keys not rotated), ERR_TOKEN_SIZE
 */
export async function issueAccessToken(
  given: GivenClaims,
  keys: TokenKeys,
  now: number,
): Promise<{ token: string; jti: string; expiresAt: number }> {
  const jti = randomUUID()
  const expiresAt = now + TOKEN_SECONDS
  const claims = AccessClaims.safeParse({ ...given, iat: now, exp: expiresAt, jti })
  if (!claims.success) {
    const places = claims.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.code}`)
    throw broken('ERR_TOKEN_CLAIMS', `An access token cannot say this: ${places.join(', ')}`)
  }
  const [sig, enc] = [currentKey(keys, 'sig', now), currentKey(keys, 'enc', now)]
  if (!sig || !enc) throw broken('ERR_TOKEN_KEY', 'No token key is in use now: rotate the keys (createTokenKeys).')

  const signed = await new CompactSign(new TextEncoder().encode(JSON.stringify(claims.data)))
    .setProtectedHeader({ ...SIGNATURE, kid: sig.kid })
    .sign(sig.privateKey)
  const token = await new CompactEncrypt(new TextEncoder().encode(signed))
    .setProtectedHeader({ ...ENCRYPTION, kid: enc.kid })
    .encrypt(enc.publicKey)
  if (token.length > TOKEN_CHARACTERS) {
    throw broken(
      'ERR_TOKEN_SIZE',
      `The token has ${token.length} characters, and ${TOKEN_CHARACTERS} fit: shorten its names.`,
    )
  }
  return { token, jti, expiresAt }
}

const broken = (code: string, shortMessage: string) => new OpemError({ code, shortMessage })
