import { createPrivateKey, generateKeyPairSync, type JsonWebKey, sign } from 'node:crypto'
import { OpemError } from '@opem/domain'
import { readSecretFile, writeSecretFile } from '../secret-file/secret-file.ts'
import { algorithmOf, keyidOf, type PublicJwk, parsePublicJwk, type SignatureAlgorithm } from './jwk.ts'

/** A key that signs requests; the private part stays inside and is never shown. */
export interface SystemKey {
  readonly keyid: string
  readonly algorithm: SignatureAlgorithm
  readonly publicJwk: PublicJwk
  sign(data: Uint8Array): Buffer
}

const broken = (shortMessage: string) => new OpemError({ code: 'ERR_KEY_FILE', shortMessage })
const MAKE = 'opem up makes those of the marketplace, opem wallet system-key makes others'

/**
 * Writes a new Ed25519 key to `path`, mode 600, never over an existing file: `{"version":1,"keyid":"…","jwk":{…}}`.
 * @throws ERR_KEY_FILE_EXISTS
 */
export async function createSystemKey(path: string): Promise<SystemKey> {
  const jwk = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' })
  const key = systemKeyOf(jwk)
  await writeSecretFile(path, `${JSON.stringify({ version: 1, keyid: key.keyid, jwk })}\n`)
  return key
}

/**
 * Opens a system key for signing.
 * @throws ERR_KEY_FILE_MISSING, ERR_KEY_FILE_MODE (others may read it), ERR_KEY_FILE (no key file, or its key id is not
 * its key's); no message quotes the file
 */
export async function openSystemKey(path: string): Promise<SystemKey> {
  const file = await readSecretFile(path, MAKE)
  const { version, keyid, jwk } = (file ?? {}) as { version?: unknown; keyid?: unknown; jwk?: unknown }
  if (version !== 1 || typeof jwk !== 'object' || jwk === null) {
    throw broken(`${path} is not a system key file: it needs {"version":1,"keyid":"…","jwk":{…}}.`)
  }
  const key = systemKeyOf(jwk, path)
  if (key.keyid !== keyid) {
    throw broken(`The key file ${path} names another key than it holds: it was mixed up or changed.`)
  }
  return key
}

/**
 * The key of a private JWK, Ed25519 or P-256.
 * @throws ERR_KEY_FILE without quoting the key
 */
export function systemKeyOf(privateJwk: object, where = 'The given JWK'): SystemKey {
  const { d, ...rest } = privateJwk as JsonWebKey
  const parsed = parsePublicJwk(rest)
  if (!parsed.ok) throw broken(`${where}: ${parsed.reason}`)
  const publicJwk = parsed.value
  const key = open({ ...publicJwk, d } as JsonWebKey, where)
  const algorithm = algorithmOf(publicJwk)
  const privateKey = algorithm === 'ed25519' ? key : { key, dsaEncoding: 'ieee-p1363' as const }
  return {
    keyid: keyidOf(publicJwk),
    algorithm,
    publicJwk,
    sign: (data) => sign(algorithm === 'ed25519' ? null : 'sha256', data, privateKey),
  }
}

function open(jwk: JsonWebKey, where: string) {
  let key: ReturnType<typeof createPrivateKey>
  try {
    key = createPrivateKey({ key: jwk, format: 'jwk' })
  } catch {
    throw broken(`${where} holds no usable private key.`)
  }
  if (key.export({ format: 'jwk' }).x !== jwk.x) throw broken(`${where} holds a public and a private key that differ.`)
  return key
}
