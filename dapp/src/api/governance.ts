import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'
import { z } from 'zod'
import { exchange, query } from './http.ts'
import { Bytes32, Instant } from './shapes.ts'

const Count = z.number().int().nonnegative()

export const Waiting = z.strictObject({
  ...{ reviews: Count, disputes: Count, suspendedListings: Count, listings: Count, agreements: Count },
  ...{ pendingAccounts: Count, suspendedAccounts: Count, lostLetters: Count },
})
export type Waiting = z.infer<typeof Waiting>

export const waitingQuery = queryOptions({
  queryKey: ['governance', 'waiting'],
  queryFn: ({ signal }) => exchange('/v1/governance/waiting', Waiting, { signal }),
})

export const AuditEntry = z.strictObject({
  number: z.number().int().positive(),
  at: Instant,
  by: z.string(),
  account: Bytes32.nullable(),
  action: z.string(),
  about: z.record(z.string(), z.string()),
  detail: z.record(z.string(), z.unknown()),
  entry: z.string(),
  previous: Bytes32,
  hash: Bytes32,
})
export type AuditEntry = z.infer<typeof AuditEntry>

export const AuditPage = z.strictObject({ items: z.array(AuditEntry), next: z.string().nullable() })

export const auditLogQuery = (action: string | undefined) =>
  infiniteQueryOptions({
    queryKey: ['governance', 'audit-log', action ?? 'all'],
    queryFn: ({ pageParam, signal }) =>
      exchange(`/v1/governance/audit-log${query({ limit: 20, action, after: pageParam })}`, AuditPage, { signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
  })

export const Verification = z.strictObject({
  whole: z.boolean(),
  entries: Count,
  head: Bytes32.optional(),
  brokenAt: Count.optional(),
  why: z.string().optional(),
})

export const verifyAuditLog = () => exchange('/v1/governance/audit-log/verification', Verification)
