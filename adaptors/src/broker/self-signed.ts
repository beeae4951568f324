import { generateKeyPairSync, randomBytes, sign } from 'node:crypto'

/** A private key and a certificate of it that nobody else signed: pinned by its fingerprint, or trusted as it is. */
export interface SelfSigned {
  /** PEM, PKCS#8 */
  readonly key: string
  /** PEM, X.509 v3 */
  readonly certificate: string
}

const der = (tag: number, ...parts: readonly Uint8Array[]): Buffer => {
  const body = Buffer.concat(parts)
  const { length } = body
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, (length >> 8) & 0xff, length & 0xff]
  return Buffer.concat([Buffer.from([tag, ...size]), body])
}
const sequence = (...parts: readonly Uint8Array[]) => der(0x30, ...parts)
const oid = (hex: string) => der(0x06, Buffer.from(hex, 'hex'))
const ECDSA_WITH_SHA256 = sequence(oid('2a8648ce3d040302'))
const COMMON_NAME = oid('550403')
const SUBJECT_ALT_NAME = oid('551d11')
const BASIC_CONSTRAINTS = oid('551d13')

/** GeneralizedTime, which holds beyond 2049 (RFC 5280, 4.1.2.5.2). */
const time = (seconds: number) =>
  der(0x18, Buffer.from(`${new Date(seconds * 1000).toISOString().replace(/[-:T]/g, '').slice(0, 14)}Z`))

/**
 * Makes a P-256 key and a self-signed certificate (RFC 5280) for TLS on this machine: for the broker's own door, and for a
 * field device that has no other. Node has no call for it; only this one shape is written here, and read by nobody but TLS.
 * @param name common name, at most 64 characters of ASCII
 * @param from epoch seconds; @param days how long it is valid
 */
export function createSelfSigned(name: string, from: number, days = 3650): SelfSigned {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
  const subject = sequence(der(0x31, sequence(COMMON_NAME, der(0x0c, Buffer.from(name, 'ascii')))))
  const serial = randomBytes(16)
  serial[0] = (serial[0]! & 0x7f) | 0x40 // positive, and never shortened
  const names = sequence(der(0x82, Buffer.from('localhost')), der(0x87, Buffer.from([127, 0, 0, 1])))
  const critical = der(0x01, Buffer.from([0xff]))
  const extensions = sequence(
    sequence(SUBJECT_ALT_NAME, der(0x04, names)),
    sequence(BASIC_CONSTRAINTS, critical, der(0x04, sequence())),
  )
  const signed = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, serial),
    ECDSA_WITH_SHA256,
    subject,
    sequence(time(from), time(from + days * 86_400)),
    subject,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, extensions),
  )
  const signature = der(0x03, Buffer.from([0]), sign('sha256', signed, privateKey))
  const bytes = sequence(signed, ECDSA_WITH_SHA256, signature)
  const lines = bytes
    .toString('base64')
    .replace(/(.{64})/g, '$1\n')
    .trimEnd()
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
    certificate: `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`,
  }
}
