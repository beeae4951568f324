import { formatInstant } from '@opem/domain'
import { queryOptions } from '@tanstack/react-query'
import { z } from 'zod'
import { exchange } from './http.ts'
import { Address, Bytes32, HexData, Instant } from './shapes.ts'

/** A pending wish to join, signed by the member: an administrator may turn it into a membership, nobody may change it. */
const Consent = z.strictObject({
  member: Bytes32,
  account: Address,
  name: z.string(),
  from: Instant,
  meteringPoints: z.array(z.strictObject({ id: Bytes32, participation: z.number().int().min(1).max(100) })),
  /** Meter ids in the order of the metering points. */
  meters: z.array(z.string()),
  deadline: z.union([z.number().int().nonnegative(), Instant]),
  consent: HexData,
})
export type Consent = z.infer<typeof Consent>

export const Consents = z.strictObject({ consents: z.array(Consent) })

export const consentsQuery = (community: string) =>
  queryOptions({
    queryKey: ['consents', community],
    queryFn: async ({ signal }) =>
      (await exchange(`/v1/communities/${community}/consents`, Consents, { signal })).consents,
    refetchInterval: 10_000,
  })

/**
 * Sends the member's signed wish; the salt key goes along once, so that the oracle can salt this member's balances, and
 * the Data-source credentials that say whose the meters are.
 */
export const storeConsent = (
  community: string,
  consent: Consent,
  saltKey: `0x${string}`,
  dataSources: readonly string[],
) =>
  exchange(`/v1/communities/${community}/consents`, z.unknown(), {
    body: { ...consent, from: formatInstant(consent.from), saltKey, dataSources },
  })

export const declineConsent = (community: string, member: string) =>
  exchange(`/v1/communities/${community}/consents/${member}`, z.unknown(), { method: 'DELETE' })
