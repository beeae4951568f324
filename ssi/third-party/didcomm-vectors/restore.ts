import { createHash } from 'node:crypto'
import { agree, type Jwe, keyWrapKey, type NamedKey, unwrapKey, wrapKey } from '../../src/didcomm/testing/second-jwe.ts'

/**
 * A message sealed for all the keys of which `apv` speaks, from one that kept the first recipient only. Key wrap has no chance in
 * it (RFC 3394), so that what comes out are the very bytes that were left out.
 */
export function restoreRecipients(jwe: Jwe, keys: readonly NamedKey[]): Jwe {
  const { alg, apv, epk } = JSON.parse(Buffer.from(jwe.protected, 'base64url').toString())
  const kekOf = ({ jwk }: NamedKey) =>
    keyWrapKey({ alg, apu: undefined, apv, secrets: [agree(jwk, epk)], tag: undefined })
  const key = unwrapKey(jwe.recipients[0]!.encrypted_key, kekOf(keys[0]!))
  const recipients = keys.map((to) => ({ encrypted_key: wrapKey(key, kekOf(to)), header: { kid: to.kid } }))
  return { ...jwe, recipients }
}

/** SHA-256 of a JSON value without blanks, members by name, so that a text that may not be here can be recognised. */
export const digestOf = (value: unknown): string =>
  createHash('sha256')
    .update(JSON.stringify(ordered(value)))
    .digest('hex')

function ordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ordered)
  if (typeof value !== 'object' || value === null) return value
  const members = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(members.map(([name, member]) => [name, ordered(member)]))
}
