import type { Hex } from '@opem/domain'
import { z } from 'zod'
import { bytes, bytes32 } from '../unified-api/shapes.ts'

const did = z.string().max(512)
const credential = z.string().min(1).max(131_072)

/** How a holder proves who they are: a browser wallet's typed signature, a VP-JWT, or an EU wallet's answer. */
const shown = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('eip712'),
    holder: did,
    challenge: bytes32.transform((text) => text as Hex),
    expires: z.number().int().min(0).max(4_294_967_295),
    credentials: z.array(credential).max(8),
    signature: bytes.transform((text) => text as Hex),
  }),
  z.strictObject({ kind: z.literal('vp-jwt'), jwt: z.string().min(1).max(100_000) }),
  z.strictObject({
    kind: z.literal('openid4vp'),
    vpToken: z.record(z.string().max(200), z.array(credential).min(1).max(4)),
  }),
])

/** Or, by the id of its request, the answer of an EU wallet that waits here. */
const answered = z.strictObject({ kind: z.literal('openid4vp'), request: z.string().max(100) })

export const givenProof = z.union([shown, answered]).meta({ id: 'HolderProof' })

export type GivenProof = z.output<typeof givenProof>
export type HolderProof = z.output<typeof shown>

/**
 * The challenge that a proof answers and the types of credentials it brings, as it says itself: for finding what to
 * expect. Nothing of it is believed before the verifier has seen it.
 */
export function claimsOfProof(proof: HolderProof): { challenge: string | undefined; types: readonly string[] } {
  switch (proof.kind) {
    case 'eip712':
      return { challenge: proof.challenge, types: proof.credentials.map(typeOf) }
    case 'vp-jwt': {
      const { nonce, vp } = payloadOf(proof.jwt) as { nonce?: unknown; vp?: { verifiableCredential?: unknown } }
      const credentials = Array.isArray(vp?.verifiableCredential) ? vp.verifiableCredential : []
      return {
        challenge: typeof nonce === 'string' ? nonce.toLowerCase() : undefined,
        types: credentials.slice(0, 8).map(typeOf),
      }
    }
    case 'openid4vp': {
      const presented = Object.values(proof.vpToken).flat()
      const binding = payloadOf(presented[0]?.split('~').at(-1)) as { nonce?: unknown }
      return {
        challenge: typeof binding.nonce === 'string' ? binding.nonce : undefined,
        types: presented.map((one) => vctOf(one.split('~')[0])),
      }
    }
    default:
      return proof satisfies never
  }
}

/** Whom a proof says to be by, before anything of it is believed; undefined when it does not say. */
export function claimedHolder(proof: GivenProof): string | undefined {
  if ('request' in proof) return `request ${proof.request}`
  switch (proof.kind) {
    case 'eip712':
      return sameForm(proof.holder)
    case 'vp-jwt': {
      const { iss } = payloadOf(proof.jwt) as { iss?: unknown }
      return typeof iss === 'string' ? sameForm(iss) : undefined
    }
    case 'openid4vp': {
      const [credential] = Object.values(proof.vpToken).flat()
      const { cnf } = payloadOf(credential?.split('~')[0]) as { cnf?: unknown }
      return cnf === undefined ? undefined : JSON.stringify(cnf)
    }
    default:
      return proof satisfies never
  }
}

/** Of a did:ethr its address alone, which is written in many ways. */
const sameForm = (did: string): string => /^did:ethr:.*(0x[0-9a-f]{40})$/i.exec(did)?.[1]?.toLowerCase() ?? did

function typeOf(jwt: unknown): string {
  const { vc } = payloadOf(jwt) as { vc?: { type?: unknown } }
  const types = Array.isArray(vc?.type) ? vc.type : []
  return String(types.find((type) => type !== 'VerifiableCredential') ?? 'none')
}

function vctOf(jwt: unknown): string {
  const { vct } = payloadOf(jwt) as { vct?: unknown }
  return typeof vct === 'string' ? (vct.split(/[:/#]/).at(-1) ?? 'none') : 'none'
}

function payloadOf(jwt: unknown): object {
  if (typeof jwt !== 'string') return {}
  try {
    const payload: unknown = JSON.parse(Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString('utf8'))
    return typeof payload === 'object' && payload !== null ? payload : {}
  } catch {
    return {}
  }
}
