import { createHash, timingSafeEqual } from 'node:crypto'

/** `Content-Digest` of a body (RFC 9530 §2), SHA-256. */
export const contentDigest = (body: Uint8Array): string =>
  `sha-256=:${createHash('sha256').update(body).digest('base64')}:`

const MEMBER = /^(sha-256|sha-512)=:([A-Za-z0-9+/]+={0,2}):$/

/**
 * Whether a `Content-Digest` is that of the body: SHA-256, SHA-512 or both, each of them equal, and no other algorithm
 * (RFC 9530 §5 lists the rest as insecure).
 */
export function isDigestOf(header: string, body: Uint8Array): boolean {
  const members = header.split(/, ?/).map((member) => MEMBER.exec(member))
  const names = members.map((member) => member?.[1])
  if (new Set(names).size !== names.length) return false
  return members.every((member) => {
    if (!member) return false
    const expected = createHash(member[1] === 'sha-512' ? 'sha512' : 'sha256')
      .update(body)
      .digest()
    const given = Buffer.from(member[2] as string, 'base64')
    return given.length === expected.length && timingSafeEqual(given, expected)
  })
}
