import type { Hex } from '@opem/domain'
import { queryOptions } from '@tanstack/react-query'
import { z } from 'zod'
import { exchange, query } from './http.ts'
import { type Check, Difference, ProviderContract, Submission } from './services.ts'
import { Address, Bytes32, Instant } from './shapes.ts'

const Whole = z.number().int()

const Item = z.strictObject({ id: z.string(), title: z.string(), hint: z.string() })
export type ChecklistItem = z.infer<typeof Item>
const Checklist = z.strictObject({ version: Whole, items: z.array(Item) })

export const Process = z.strictObject({ checklist: Checklist, providerContract: ProviderContract })

export const processQuery = queryOptions({
  queryKey: ['publishing'],
  queryFn: ({ signal }) => exchange('/v1/market/publishing', Process, { signal }),
})

export const changeChecklist = (items: readonly ChecklistItem[]) =>
  exchange('/v1/market/publishing/checklist', Process, { method: 'PUT', body: { items } })
export const changeProviderContract = (contract: { title: string; text: string }) =>
  exchange('/v1/market/publishing/provider-contract', Process, { method: 'PUT', body: contract })

const Queued = z.strictObject({
  id: Whole,
  listing: Bytes32,
  version: Whole,
  content: Bytes32,
  state: Submission.shape.state,
  submittedAt: Instant,
  title: z.string(),
  kind: z.string(),
  provider: z.string(),
})
export const Queue = z.strictObject({ items: z.array(Queued), next: z.string().nullable() })

export const queueQuery = (after?: string) =>
  queryOptions({
    queryKey: ['reviews', after ?? ''],
    queryFn: ({ signal }) => exchange(`/v1/market/reviews${query({ after })}`, Queue, { signal }),
  })

const ToSign = z.strictObject({
  listing: Bytes32,
  provider: Address,
  kind: Whole,
  version: Whole,
  content: Bytes32,
  providerContract: Bytes32,
  deadline: Instant,
})
export type ToSign = z.infer<typeof ToSign>

const AnyDocument = z.record(z.string(), z.unknown())

export const Review = z.strictObject({
  listing: Bytes32,
  provider: z.strictObject({ account: Bytes32, name: z.string(), address: z.string() }),
  submission: Submission,
  document: AnyDocument,
  previous: AnyDocument.nullable(),
  differences: z.array(Difference),
  checklist: Checklist,
  providerContract: ProviderContract,
  toSign: ToSign,
  landing: z.strictObject({ revision: Whole, takenDown: z.string().nullable() }),
})
export type Review = z.infer<typeof Review>

export const reviewQuery = (listing: Hex) =>
  queryOptions({
    queryKey: ['review', listing],
    queryFn: ({ signal }) => exchange(`/v1/market/reviews/${listing}`, Review, { signal }),
  })

export const approve = (toSign: ToSign, deadline: string, checks: readonly Check[], signature: string) =>
  exchange(`/v1/market/reviews/${toSign.listing}/approve`, Review, {
    body: { checks, content: toSign.content, providerContract: toSign.providerContract, deadline, signature },
  })

export const reject = (listing: Hex, checks: readonly Check[], reason: string) =>
  exchange(`/v1/market/reviews/${listing}/reject`, Review, { body: { checks, reason } })

export const Shown = z.strictObject({ shown: z.boolean() })
export const showLanding = (listing: Hex, reason: string | undefined) =>
  exchange(`/v1/market/reviews/${listing}/landing`, Shown, {
    method: 'PUT',
    body: reason === undefined ? { shown: true } : { shown: false, reason },
  })
