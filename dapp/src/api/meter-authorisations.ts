import { queryOptions } from '@tanstack/react-query'
import { z } from 'zod'
import type { HolderProof } from '../presentation/proof.ts'
import { exchange } from './http.ts'
import { Instant } from './shapes.ts'

const Authorisation = z.strictObject({
  meter: z.string(),
  from: Instant,
  /** When readings stop to count; `null` while they count. */
  until: Instant.nullable(),
})
export type MeterAuthorisation = z.infer<typeof Authorisation>

export const Authorisations = z.strictObject({ authorisations: z.array(Authorisation) })

/** The signed-in holder's own authorisations in a community. */
export const authorisationsQuery = (community: string) =>
  queryOptions({
    queryKey: ['authorisations', community],
    queryFn: async ({ signal }) =>
      (await exchange(`/v1/communities/${community}/meter-authorisations`, Authorisations, { signal })).authorisations,
  })

export const authoriseMeter = (community: string, presentation: HolderProof) =>
  exchange(`/v1/communities/${community}/meter-authorisations`, z.unknown(), { body: { presentation } })

/** Takes effect at the next period. */
export const withdrawMeter = (community: string, meter: string) =>
  exchange(`/v1/communities/${community}/meter-authorisations/${encodeURIComponent(meter)}`, z.unknown(), {
    method: 'DELETE',
  })
