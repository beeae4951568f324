import { z } from 'zod'
import type { NewSystem, PublicKey } from '../api/company.ts'

/** What somebody types about a system, before it is one. */
export type SystemDraft = {
  name: string
  kind: 'signature' | 'mtls'
  key: string
  fingerprint: string
  /** Whether it sends readings of its meters, or calls the services that the company contracted. */
  scope: 'readings' | 'services'
  /** Ids or prefixes with `*`, separated by commas, spaces or lines. */
  meters: string
}

export const emptySystem: SystemDraft = {
  ...{ name: '', kind: 'signature', key: '', fingerprint: '', scope: 'readings', meters: '' },
}

export type Problems = Partial<Record<'name' | 'key' | 'fingerprint' | 'meters', string>>

const METER = /^([A-Za-z0-9][A-Za-z0-9:_.-]{0,62}\*?|[A-Za-z0-9][A-Za-z0-9:_.-]{0,63})$/
const FINGERPRINT = /^[0-9a-f]{2}(:?[0-9a-f]{2}){31}$/i
const coordinate = z.string().regex(/^[A-Za-z0-9_-]{43}$/)

// Loose on what does not make the key (kid, use, alg …): only the key itself is sent.
const Key = z.discriminatedUnion('kty', [
  z.object({ kty: z.literal('OKP'), crv: z.literal('Ed25519'), x: coordinate }),
  z.object({ kty: z.literal('EC'), crv: z.literal('P-256'), x: coordinate, y: coordinate }),
])

/** A system out of a draft, or what is wrong with each field. */
export function systemOf(draft: SystemDraft): { system: NewSystem } | { problems: Problems } {
  const problems: Problems = {}
  const name = draft.name.trim()
  if (name === '') problems.name = 'Give the system a name that you will recognise.'
  const { scope } = draft
  const meters = scope === 'services' ? [] : draft.meters.split(/[\s,]+/).filter((meter) => meter !== '')
  const wrong = meters.find((meter) => !METER.test(meter))
  if (scope === 'readings' && meters.length === 0)
    problems.meters = 'Name at least one meter, or a prefix like “feeder-3.*”.'
  else if (wrong !== undefined) problems.meters = `“${wrong}” is no meter id and no prefix that ends in *.`
  const authentication = authenticationOf(draft, problems)
  return Object.keys(problems).length > 0 || authentication === undefined
    ? { problems }
    : { system: { name, authentication, meters, scopes: [scope] } }
}

function authenticationOf(draft: SystemDraft, problems: Problems): NewSystem['authentication'] | undefined {
  if (draft.kind === 'mtls') {
    const text = draft.fingerprint.trim()
    if (!FINGERPRINT.test(text)) {
      problems.fingerprint = 'The SHA-256 fingerprint has 64 hexadecimal digits; colons between pairs are fine.'
      return undefined
    }
    return { kind: 'mtls', certificateSha256: text.replaceAll(':', '').toLowerCase() }
  }
  const publicKey = keyOf(draft.key, problems)
  return publicKey === undefined ? undefined : { kind: 'signature', publicKey }
}

function keyOf(text: string, problems: Problems): PublicKey | undefined {
  let raw: unknown
  try {
    raw = JSON.parse(text)
  } catch {
    problems.key = 'Paste the public key as JWK, for instance {"kty":"OKP","crv":"Ed25519","x":"…"}.'
    return undefined
  }
  if (typeof raw === 'object' && raw !== null && 'd' in raw) {
    problems.key =
      'This is a private key: it never leaves the system. Paste the public one, without “d”, and make a new pair if this one was shown to anybody.'
    return undefined
  }
  const key = Key.safeParse(raw)
  if (key.success) return key.data
  problems.key = 'A public key of Ed25519 or P-256 is needed, as JWK.'
  return undefined
}
