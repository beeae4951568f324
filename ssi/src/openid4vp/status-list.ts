import { inflateSync } from 'node:zlib'
import { OpemError, ok, refuse } from '@opem/domain'
import { z } from 'zod'
import { decodeBase64url } from '../did/base64url.ts'
import type { Verified } from '../verifier/types.ts'
import { issuerKeys, type PinnedIssuer } from './issuers.ts'
import { isJwsSignedBy, readJws } from './jws.ts'

/** Where a credential's status stands (Token Status List, `status.status_list`). */
export const StatusReference = z.strictObject({
  idx: z.int().nonnegative(),
  uri: z.url({ protocol: /^https?$/ }).max(2048),
})
export type StatusReference = z.infer<typeof StatusReference>

const seconds = z.int().nonnegative()
const Payload = z.looseObject({
  iss: z.string().optional(),
  sub: z.string(),
  iat: seconds,
  exp: seconds.optional(),
  ttl: seconds.optional(),
  status_list: z.looseObject({
    bits: z.union([z.literal(1), z.literal(2), z.literal(4), z.literal(8)]),
    lst: z.string(),
  }),
})

/** Bytes of an unpacked list at most: two million credentials with one bit each need a quarter of it. */
const LARGEST = 1_048_576
const CLOCK_SKEW = 60

/**
 * Reads a credential's status from its issuer's list: signature, name of the list, age, and the entry itself.
 * @param fetchStatusList the list's text; has to guard where it connects to and how much it reads
 * @throws ERR_STATUS_UNREACHABLE (retryable) when there is no answer, or only an expired one: not known is not valid
 */
export async function checkStatus(
  { idx, uri }: StatusReference,
  {
    iss,
    issuers,
    fetchStatusList,
    now,
  }: {
    readonly iss: string | undefined
    readonly issuers: readonly PinnedIssuer[]
    fetchStatusList(uri: string): Promise<string>
    readonly now: number
  },
): Promise<Verified<undefined>> {
  const text = await fetchStatusList(uri).catch((cause: unknown) => {
    throw unreachable('The issuer’s status list does not answer: try again later.', cause)
  })
  const no = (reason: string) => refuse('ERR_VC_REVOKED', `The credential’s status cannot be trusted: ${reason}.`)
  const jws = readJws(text.trim(), { typ: 'statuslist+jwt', x5c: true })
  if (!jws.ok) return no(`the list: ${jws.reason}`)
  const parsed = Payload.safeParse(jws.value.payload)
  if (!parsed.success) return no('the list is malformed')
  const list = parsed.data
  if (list.sub !== uri) return no('the list is another one than the credential names')
  if (list.iss !== undefined && list.iss !== iss) return no('the list is another issuer’s')
  const found = issuerKeys(iss, jws.value, issuers, now)
  if (!found.ok || !found.value.keys.some((key) => isJwsSignedBy(jws.value, key)))
    return no('the list is not signed by its issuer')

  const end = list.exp ?? (list.ttl === undefined ? undefined : list.iat + list.ttl)
  if (end === undefined) return no('the list says neither exp nor ttl')
  if (list.iat > now + CLOCK_SKEW) return no('the list is from the future')
  if (end <= now) throw unreachable('The issuer’s status list has expired, and no newer one is there: try again later.')

  const status = statusAt(list.status_list, idx)
  if (status === undefined) return no('the list has no such entry')
  if (status !== 0)
    return refuse('ERR_VC_REVOKED', `The issuer ${status === 2 ? 'suspended' : 'revoked'} the credential.`)
  return ok(undefined)
}

const unreachable = (shortMessage: string, cause?: unknown) =>
  new OpemError({ code: 'ERR_STATUS_UNREACHABLE', shortMessage, retryable: true, cause })

/** The entry of a list: zlib, `bits` per entry, the first one in the lowest bits of the first byte. */
export function statusAt(
  { bits, lst }: { readonly bits: 1 | 2 | 4 | 8; readonly lst: string },
  idx: number,
): number | undefined {
  const packed = decodeBase64url(lst)
  const bytes = packed && unpack(packed)
  const byte = bytes?.[Math.floor((idx * bits) / 8)]
  return byte === undefined ? undefined : (byte >> ((idx * bits) % 8)) & ((1 << bits) - 1)
}

function unpack(packed: Uint8Array): Uint8Array | undefined {
  try {
    return inflateSync(packed, { maxOutputLength: LARGEST })
  } catch {
    return undefined
  }
}
