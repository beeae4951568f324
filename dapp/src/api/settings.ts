import { queryOptions } from '@tanstack/react-query'
import { z } from 'zod'
import { exchange } from './http.ts'
import { Address } from './shapes.ts'

export const Settings = z.strictObject({
  chainId: z.number().int().positive(),
  development: z.boolean(),
  /** Block of the deployment: no event of ours is older. */
  block: z.number().int().nonnegative(),
  addresses: z.strictObject({
    CommunityFactory: Address,
    Settlement: Address,
    AccessManager: Address,
    EthereumDIDRegistry: Address,
    IssuerRegistry: Address,
    SchemaRegistry: Address,
    CredentialDefinitionRegistry: Address,
    RevocationRegistry: Address,
    AccountRegistry: Address,
    PriceBook: Address,
    ListingRegistry: Address,
    AgreementRegistry: Address,
    OpenInnovation: Address,
    CompositionRegistry: Address,
    Escrow: Address,
    EuroToken: Address,
  }),
})
export type Settings = z.infer<typeof Settings>

/** Which contracts on which chain; the same as long as the page is open. */
export const settingsQuery = queryOptions({
  queryKey: ['settings'],
  queryFn: ({ signal }) => exchange('/v1/settings', Settings, { signal }),
  staleTime: Number.POSITIVE_INFINITY,
})

export const Health = z.strictObject({ status: z.enum(['ready', 'waiting']), parts: z.record(z.string(), z.boolean()) })

/** Whether the API and the parts it needs answer. */
export const healthQuery = queryOptions({
  queryKey: ['health'],
  queryFn: ({ signal }) => exchange('/v1/health', Health, { signal }),
  refetchInterval: 5_000,
  retry: false,
})
