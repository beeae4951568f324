import type { Hex, ListingDocument } from '@opem/domain'
import { LISTING_KINDS } from '@opem/domain'
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'
import { z } from 'zod'
import { LineProgress } from './account-credential.ts'
import { exchange, query } from './http.ts'
import { Address, Bytes32, Instant } from './shapes.ts'

/** Fields of a listing document with whatever stands in them. */
export type DraftDocument = Partial<Record<keyof ListingDocument, unknown>>

const Whole = z.number().int()
export const Chain = z
  .strictObject({
    state: z.enum(['published', 'stopped', 'suspended', 'removed']),
    version: Whole,
    reason: z.string().nullable(),
  })
  .nullable()
export type ListingOnChain = z.infer<typeof Chain>

const Next = z.strictObject({ who: z.enum(['provider', 'operator', 'nobody']), what: z.string() })

const summary = {
  listing: Bytes32,
  title: z.string().nullable(),
  kind: z.enum(LISTING_KINDS),
  state: z.enum(['draft', 'submitted', 'rejected', 'approved', 'published']),
  version: Whole,
  chain: Chain,
  next: Next,
  changedAt: Instant,
}
const Service = z.strictObject(summary)
export type Service = z.infer<typeof Service>
export const Services = z.strictObject({ items: z.array(Service), next: z.string().nullable() })

const Check = z.strictObject({ item: z.string(), ok: z.boolean(), reason: z.string().nullable() })
export type Check = z.infer<typeof Check>

const Approval = z.strictObject({
  listing: Bytes32,
  provider: Address,
  kind: Whole,
  version: Whole,
  content: Bytes32,
  providerContract: Bytes32,
  deadline: Instant,
  approver: Address,
  signature: z.string(),
})
export type Approval = z.infer<typeof Approval>

export const Submission = z.strictObject({
  id: Whole,
  version: Whole,
  content: Bytes32,
  state: z.enum(['waiting', 'rejected', 'approved', 'withdrawn', 'published']),
  submittedAt: Instant,
  decidedAt: Instant.nullable(),
  checks: z.array(Check).nullable(),
  reason: z.string().nullable(),
  approval: Approval.nullable(),
})
export type Submission = z.infer<typeof Submission>

const Problem = z.strictObject({ path: z.string(), message: z.string() })
export type FieldProblem = z.infer<typeof Problem>

export const Difference = z.strictObject({
  path: z.string(),
  before: z.unknown().optional(),
  after: z.unknown().optional(),
})
export type Difference = z.infer<typeof Difference>

export const ProviderContract = z.strictObject({
  version: Whole,
  title: z.string(),
  text: z.string(),
  digest: Bytes32,
})
export type ProviderContract = z.infer<typeof ProviderContract>

export const Workbench = z.strictObject({
  ...summary,
  document: z.record(z.string(), z.unknown()),
  revision: Whole,
  problems: z.array(Problem),
  differences: z.array(Difference),
  submissions: z.array(Submission),
  revisions: z.array(z.strictObject({ revision: Whole, version: Whole, savedAt: Instant })),
  credential: LineProgress.nullable(),
  providerContract: ProviderContract,
})
export type Workbench = z.infer<typeof Workbench>

export const servicesQuery = infiniteQueryOptions({
  queryKey: ['services'],
  queryFn: ({ pageParam, signal }) =>
    exchange(`/v1/market/services${query({ after: pageParam })}`, Services, { signal }),
  initialPageParam: undefined as string | undefined,
  getNextPageParam: (page) => page.next ?? undefined,
})

const at = (listing: string) => `/v1/market/services/${listing}`

/** Asked again while the line of a published listing is on its way into the credential. */
const LINE_ON_ITS_WAY = 3_000

export const serviceQuery = (listing: Hex) =>
  queryOptions({
    queryKey: ['service', listing],
    queryFn: ({ signal }) => exchange(at(listing), Workbench, { signal }),
    refetchInterval: ({ state: { data } }) =>
      data?.state === 'published' && data.credential !== null && data.credential.state !== 'in-force'
        ? LINE_ON_ITS_WAY
        : false,
  })

export const beginService = (document: DraftDocument) =>
  exchange('/v1/market/services', Service, { body: { document } })

export const Saved = z.strictObject({ revision: Whole, problems: z.array(Problem), next: Next })

export const saveDraft = (listing: Hex, revision: number, document: DraftDocument) =>
  exchange(`${at(listing)}/draft`, Saved, { method: 'PUT', body: { revision, document } })

export const discardDraft = (listing: Hex) => exchange(`${at(listing)}/draft`, z.unknown(), { method: 'DELETE' })
export const submitDraft = (listing: Hex, revision: number) =>
  exchange(`${at(listing)}/submit`, Workbench, { body: { revision } })
export const withdrawDraft = (listing: Hex) => exchange(`${at(listing)}/withdraw`, Workbench, { method: 'POST' })
export const beginUpdate = (listing: Hex) => exchange(`${at(listing)}/update`, Workbench, { method: 'POST' })

export const Revision = z.strictObject({ document: z.record(z.string(), z.unknown()) })
export const readRevision = (listing: Hex, revision: number) =>
  exchange(`${at(listing)}/revisions/${revision}`, Revision)

export const Reason = z.strictObject({ reason: Bytes32 })
/** Words stay here, the chain gets their digest. No words: 32 zero bytes. */
export const keepReason = async (listing: Hex, words: string): Promise<Hex> =>
  words === ''
    ? `0x${'0'.repeat(64)}`
    : (await exchange(`/v1/market/listings/${listing}/reasons`, Reason, { body: { words } })).reason

export const Followed = z.strictObject({
  caughtUp: z.boolean(),
  block: Whole.nullable(),
  head: Whole.nullable(),
  stopped: z.string().nullable(),
})

/** Waits until the marketplace has heard what a block says. It goes on by itself when that takes longer. */
export async function untilFollowed(block: bigint): Promise<void> {
  for (let tries = 0; tries < 12; tries += 1)
    if ((await exchange(`/v1/market/follower${query({ block: String(block) })}`, Followed)).caughtUp) return
}
