import { queryOptions } from '@tanstack/react-query'
import { z } from 'zod'
import { exchange } from './http.ts'
import { Instant } from './shapes.ts'

export const Auditors = z.strictObject({ auditors: z.array(z.strictObject({ did: z.string(), since: Instant })) })

/** Who may see all balances of a community besides its administrator. */
export const auditorsQuery = (community: string) =>
  queryOptions({
    queryKey: ['auditors', community],
    queryFn: async ({ signal }) =>
      (await exchange(`/v1/communities/${community}/auditors`, Auditors, { signal })).auditors,
  })

const path = (community: string, did: string) => `/v1/communities/${community}/auditors/${encodeURIComponent(did)}`

export const nameAuditor = (community: string, did: string) =>
  exchange(path(community, did), z.unknown(), { method: 'PUT' })
export const dismissAuditor = (community: string, did: string) =>
  exchange(path(community, did), z.unknown(), { method: 'DELETE' })
