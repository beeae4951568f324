import type { MarketRole } from '@opem/domain'
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'
import { z } from 'zod'
import { AccountKind, MarketRoles } from './access.ts'
import { exchange, query } from './http.ts'
import { Bytes32, Instant } from './shapes.ts'

export const ACCOUNT_STATUSES = ['pending', 'active', 'suspended', 'revoked'] as const
export type AccountStatus = (typeof ACCOUNT_STATUSES)[number]

export const Account = z.strictObject({
  account: Bytes32,
  did: z.string(),
  name: z.string(),
  kind: AccountKind,
  status: z.enum(ACCOUNT_STATUSES),
  roles: MarketRoles,
  version: z.number().int().nonnegative(),
  createdAt: Instant,
  reason: z.string().nullable().optional(),
})
export type Account = z.infer<typeof Account>

export const Page = z.strictObject({ accounts: z.array(Account), cursor: z.string().nullable() })

export const accountsQuery = (search: string, status: AccountStatus | undefined) =>
  infiniteQueryOptions({
    queryKey: ['accounts', search, status ?? 'all'],
    queryFn: ({ pageParam, signal }) =>
      exchange(
        `/v1/accounts${query({ search: search === '' ? undefined : search, status, cursor: pageParam })}`,
        Page,
        { signal },
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.cursor ?? undefined,
  })

export const accountQuery = (account: string) =>
  queryOptions({
    queryKey: ['account', account],
    queryFn: ({ signal }) => exchange(`/v1/accounts/${account}`, Account, { signal }),
  })

export const Usage = z.strictObject({
  days: z.array(
    z.strictObject({
      day: z.string(),
      signIns: z.number().int(),
      requests: z.number().int(),
      refused: z.number().int(),
    }),
  ),
})
export type UsageDay = z.infer<typeof Usage>['days'][number]

export const usageQuery = (account: string) =>
  queryOptions({
    queryKey: ['usage', account],
    queryFn: async ({ signal }) => (await exchange(`/v1/accounts/${account}/usage`, Usage, { signal })).days,
  })

export type Decision = 'suspend' | 'reinstate' | 'revoke'

export const decide = (account: string, decision: Decision, reason: string) =>
  exchange(`/v1/accounts/${account}/${decision}`, z.unknown(), { body: { reason } })

export const changeRoles = (account: string, roles: readonly MarketRole[]) =>
  exchange(`/v1/accounts/${account}/roles`, z.unknown(), { method: 'PUT', body: { roles } })
