import { queryOptions } from '@tanstack/react-query'
import { z } from 'zod'
import { exchange } from './http.ts'
import { Address, Bytes32, Rules } from './shapes.ts'

const Meter = z.strictObject({ meter: z.string(), participation: z.number().int().min(1).max(100) })
export const Member = z.strictObject({ id: Bytes32, name: z.string(), account: Address, meters: z.array(Meter) })

export const Community = z.strictObject({
  id: Address,
  name: z.string(),
  timeZone: z.string(),
  periodSeconds: z.union([z.literal(900), z.literal(3600)]),
  batchPeriods: z.union([z.number().int().min(1), z.literal('day')]),
  rules: z.array(Rules),
  members: z.array(Member),
})
export type Community = z.infer<typeof Community>
export type Member = z.infer<typeof Member>

export const Communities = z.strictObject({ communities: z.array(Community) })

export const communitiesQuery = queryOptions({
  queryKey: ['communities'],
  queryFn: async ({ signal }) => (await exchange('/v1/communities', Communities, { signal })).communities,
})

export const communityQuery = (id: string) =>
  queryOptions({
    queryKey: ['community', id],
    queryFn: ({ signal }) => exchange(`/v1/communities/${id}`, Community, { signal }),
  })

export type Profile = Pick<Community, 'id' | 'name' | 'timeZone' | 'periodSeconds' | 'batchPeriods' | 'rules'>

/** Keeps what the chain holds only a hash of; the API compares it with the chain. */
export const storeProfile = (profile: Profile) =>
  exchange('/v1/communities', z.unknown(), { body: { ...profile, members: [] } })

export const storeRules = (community: string, rules: unknown) =>
  exchange(`/v1/communities/${community}/rules`, z.unknown(), { body: rules })
