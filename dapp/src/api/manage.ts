import type { Hex } from '@opem/domain'
import { queryOptions } from '@tanstack/react-query'
import { z } from 'zod'
import { exchange } from './http.ts'
import { Chain } from './services.ts'
import { Address, Bytes32, Instant } from './shapes.ts'

const Whole = z.number().int()

export const Policy = z.strictObject({
  restricted: z.boolean(),
  authentication: z.array(z.enum(['token', 'signature', 'mtls'])),
  addressRanges: z.array(z.string()),
  requestsPerMinute: Whole,
  revision: Whole,
})
export type Policy = z.infer<typeof Policy>

export const Managed = z.strictObject({
  listing: Bytes32,
  title: z.string().nullable(),
  kind: z.string(),
  chain: Chain,
  yours: z.boolean(),
  owner: z.strictObject({ address: Address, name: z.string() }),
  offeredTo: z.strictObject({ address: Address, name: z.string().nullable(), you: z.boolean() }).nullable(),
  policy: Policy,
  access: z.array(z.strictObject({ account: Bytes32, did: z.string(), name: z.string().nullable(), addedAt: Instant })),
})
export type Managed = z.infer<typeof Managed>

const at = (listing: string) => `/v1/market/services/${listing}`

export const managedQuery = (listing: Hex) =>
  queryOptions({
    queryKey: ['managed', listing],
    queryFn: ({ signal }) => exchange(`${at(listing)}/manage`, Managed, { signal }),
  })

export const changePolicy = (listing: Hex, policy: Policy) =>
  exchange(`${at(listing)}/policy`, Managed, { method: 'PUT', body: policy })
export const assignAccess = (listing: Hex, did: string) => exchange(`${at(listing)}/access`, Managed, { body: { did } })
export const revokeAccess = (listing: Hex, account: string) =>
  exchange(`${at(listing)}/access/${account}`, Managed, { method: 'DELETE' })
