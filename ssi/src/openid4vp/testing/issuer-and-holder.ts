import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto'
import { SDJwtVcInstance } from '@sd-jwt/sd-jwt-vc'
import { type PublicJwk, parsePublicJwk } from '../../http-signature/jwk.ts'

/** A key of somebody in a test. */
export interface TestKey {
  readonly alg: 'ES256' | 'EdDSA'
  readonly jwk: PublicJwk
  sign(data: string): string
}

export function testKey(
  privateKey: KeyObject = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey,
): TestKey {
  const { d: _, ...rest } = privateKey.export({ format: 'jwk' })
  const parsed = parsePublicJwk(rest)
  if (!parsed.ok) throw new Error(parsed.reason)
  const alg = parsed.value.kty === 'OKP' ? 'EdDSA' : 'ES256'
  const key = { key: privateKey, dsaEncoding: 'ieee-p1363' as const }
  return {
    alg,
    jwk: parsed.value,
    sign: (data) => sign(alg === 'EdDSA' ? null : 'sha256', Buffer.from(data), key).toString('base64url'),
  }
}

export const ed25519Key = () => testKey(generateKeyPairSync('ed25519').privateKey)

/** An issuer and a wallet that somebody else programmed (@sd-jwt/sd-jwt-vc). */
export const library = (issuer: TestKey, holder: TestKey) =>
  new SDJwtVcInstance({
    signer: issuer.sign,
    signAlg: issuer.alg,
    hasher: (data) =>
      new Uint8Array(
        createHash('sha256')
          .update(Buffer.from(data as string))
          .digest(),
      ),
    hashAlg: 'sha-256',
    saltGenerator: (length) => randomBytes(length).toString('base64url'),
    kbSigner: holder.sign,
    kbSignAlg: holder.alg,
  })

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
export const sha256 = (text: string) => createHash('sha256').update(text).digest('base64url')

export const signedJws = (header: object, payload: unknown, key: TestKey): string => {
  const input = `${encode({ alg: key.alg, ...header })}.${encode(payload)}`
  return `${input}.${key.sign(input)}`
}

export const disclosure = (...parts: unknown[]): string => encode(parts)

/** An SD-JWT with key binding, every part as given: also such as no library would make. */
export function handMade({
  issuer,
  holder,
  header = {},
  payload,
  disclosures = [],
  kbHeader = {},
  kbPayload,
}: {
  issuer: TestKey
  holder: TestKey
  header?: object
  payload: object
  disclosures?: string[]
  kbHeader?: object
  kbPayload: object
}): string {
  const jwt = signedJws({ typ: 'dc+sd-jwt', ...header }, payload, issuer)
  const presented = [jwt, ...disclosures, ''].join('~')
  return presented + signedJws({ typ: 'kb+jwt', ...kbHeader }, { sd_hash: sha256(presented), ...kbPayload }, holder)
}
