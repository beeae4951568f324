import { type Hex, ok, refuse } from '@opem/domain'
import { z } from 'zod'
import type { HolderProof, Verified } from './types.ts'

const hex = (digits: string, what: string) =>
  z.string().regex(new RegExp(`^0x${digits}$`), what) as unknown as z.ZodType<Hex>
const jwt = z.string().max(131_072)

/** More credentials than any operation asks for. */
const MOST = 8

const Proof = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('eip712'),
    holder: z.string().max(512),
    challenge: hex('[0-9a-f]{64}', '0x and 64 lower-case hex digits'),
    expires: z.int().min(0).max(1e11),
    credentials: z.array(jwt).min(1).max(MOST),
    // A contract wallet's own signature may be longer than a key's 65 bytes.
    signature: hex('(?:[0-9a-f]{2}){1,4096}', '0x and hex digits'),
  }),
  z.strictObject({ kind: z.literal('vp-jwt'), jwt }),
  z.strictObject({
    kind: z.literal('openid4vp'),
    vpToken: z.record(z.string().max(64), z.array(z.string().max(131_072)).max(MOST)),
  }),
])

/** Reads what a wallet sent, to the last member: types, domains and whatever else a proof might carry are refused. */
export function parseHolderProof(input: unknown): Verified<HolderProof> {
  const parsed = Proof.safeParse(input)
  if (parsed.success) return ok(parsed.data)
  return refuse('ERR_VP_SHAPE', `The presentation is malformed: ${z.prettifyError(parsed.error).slice(0, 400)}`)
}
