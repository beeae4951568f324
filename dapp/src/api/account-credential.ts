import { queryOptions } from '@tanstack/react-query'
import { z } from 'zod'
import type { HolderProof } from '../presentation/proof.ts'
import { Receipt } from './access.ts'
import { exchange } from './http.ts'
import { Bytes32, Instant } from './shapes.ts'

const version = z.number().int().positive()
const Delivery = z.enum(['wallet', 'response'])
const Line = z.strictObject({
  contract: Bytes32,
  kind: z.enum(['service', 'data']),
  role: z.enum(['provider', 'user']),
  since: Instant,
})

/** The Account credential of whoever is signed in, as the marketplace knows it. */
export const Own = z.strictObject({
  account: Bytes32,
  version,
  credentialHash: Bytes32,
  expiresAt: Instant,
  renewableFrom: Instant,
  contracts: z.array(Line),
  pending: z
    .strictObject({
      version,
      credentialHash: Bytes32,
      waitsUntil: Instant,
      delivery: Delivery,
      contracts: z.array(Line),
      reason: z.string().nullable(),
    })
    .nullable(),
})

export type OwnCredential = z.infer<typeof Own>

export const ownCredentialQuery = queryOptions({
  queryKey: ['own-credential'],
  queryFn: ({ signal }) => exchange('/v1/access/credential', Own, { signal }),
  // A company's wallet shows its receipt by itself, some time.
  refetchInterval: ({ state }) => (state.data?.pending?.delivery === 'wallet' ? 2_000 : false),
})

/** A version that was issued; its holder's, who is handed it, is in force when its receipt is signed. */
export const Handed = z.strictObject({
  account: Bytes32,
  version,
  status: z.enum(['pending', 'active']),
  delivery: Delivery,
  credential: z.string().optional(),
  receipt: Receipt.optional(),
})
export type Handed = z.infer<typeof Handed>

export const renewCredential = () => exchange('/v1/access/credential/renewals', Handed, { method: 'POST' })

export const reissueCredential = (presentation: HolderProof) =>
  exchange('/v1/access/reissues', Handed, { body: { presentation } })

export const Pending = z.strictObject({
  version,
  credentialHash: Bytes32,
  waitsUntil: Instant,
  credential: z.string(),
})

/** How far the line of one contract has come on its way into the Account credential. */
export const LineProgress = z.strictObject({
  state: z.enum(['waiting', 'issued', 'in-force']),
  version: version.nullable(),
  hash: Bytes32.nullable(),
  credential: z.string().nullable(),
})
export type LineProgress = z.infer<typeof LineProgress>

/** The version that waits for its holder's receipt. */
export const fetchPending = () => exchange('/v1/access/credential/pending', Pending)
