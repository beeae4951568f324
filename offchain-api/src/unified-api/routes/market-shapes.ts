import { formatInstant, LISTING_KINDS } from '@opem/domain'
import { z } from 'zod'
import type { Draft } from '../../marketplace/publish/drafts.ts'
import { DRAFT_STATES } from '../../marketplace/publish/drafts.ts'
import type { Submission } from '../../marketplace/publish/submissions.ts'
import { address, bytes32, count, instantText } from '../shapes.ts'

/** A listing in a path. */
export const listingParams = z.strictObject({ listing: bytes32 })

export const LISTING_STATES = ['published', 'stopped', 'suspended', 'removed'] as const

export const fieldProblem = z
  .object({ path: z.string().meta({ description: 'like plans.0.price; empty for the whole' }), message: z.string() })
  .meta({ id: 'FieldProblem' })

/** Whatever is drafted so far: fields of a listing document, with anything in them. */
export const draftDocument = z
  .strictObject({
    schema: z.literal('opem/listing/1').optional(),
    title: z.string().max(1000).optional(),
    summary: z.unknown().optional(),
    description: z.unknown().optional(),
    kind: z.enum(LISTING_KINDS).optional(),
    category: z.unknown().optional(),
    keywords: z.unknown().optional(),
    region: z.unknown().optional(),
    granularity: z.unknown().optional(),
    requirements: z.unknown().optional(),
    dataNeeded: z.unknown().optional(),
    parameters: z.unknown().optional(),
    contract: z.unknown().optional(),
    terms: z.unknown().optional(),
    privacy: z.unknown().optional(),
    plans: z.unknown().optional(),
    access: z.unknown().optional(),
    composition: z.unknown().optional(),
    chain: z.unknown().optional(),
    data: z.unknown().optional(),
  })
  .meta({ id: 'DraftDocument', description: 'Fields of a ListingDocument, in whatever state they are' })

/** A document as it is answered: the schema is at GET /v1/market/schemas/listing. */
export const documentShape = z.record(z.string(), z.unknown()).meta({ id: 'AnyDocument' })

export const nextStepShape = z.object({ who: z.enum(['provider', 'operator', 'nobody']), what: z.string() })

export const chainShape = z
  .object({
    state: z.enum(LISTING_STATES),
    version: count,
    reason: z.string().nullable().meta({ description: 'why it is stopped, suspended or removed' }),
  })
  .nullable()
  .meta({ description: 'as the chain says; null before it is published' })

export const serviceShape = z
  .object({
    listing: bytes32,
    title: z.string().nullable(),
    kind: z.enum(LISTING_KINDS),
    state: z.enum(DRAFT_STATES),
    version: count.meta({ description: 'that is drafted, or published' }),
    chain: chainShape,
    next: nextStepShape,
    changedAt: instantText,
  })
  .meta({ id: 'OwnListing' })

export const lineShape = z
  .object({
    state: z.enum(['waiting', 'issued', 'in-force']),
    version: count.nullable().meta({ description: 'of the Account credential: the first that has it' }),
    hash: bytes32.nullable(),
    credential: z.string().nullable().meta({
      description: 'VC-JWT, while it waits for the receipt of a citizen or machine; a company’s wallet is brought it',
    }),
  })
  .meta({ id: 'ContractLineProgress' })

const check = z.object({ item: z.string(), ok: z.boolean(), reason: z.string().nullable() })

export const submissionShape = z
  .object({
    id: count,
    version: count,
    content: bytes32,
    state: z.enum(['waiting', 'rejected', 'approved', 'withdrawn', 'published']),
    submittedAt: instantText,
    decidedAt: instantText.nullable(),
    checks: z.array(check).nullable(),
    reason: z.string().nullable(),
    approval: z
      .object({
        listing: bytes32,
        provider: address,
        kind: count,
        version: count,
        content: bytes32,
        providerContract: bytes32,
        deadline: instantText,
        approver: address,
        signature: z.string(),
      })
      .nullable()
      .meta({ description: "the operator's signature, which the registry takes" }),
  })
  .meta({ id: 'Submission' })

export const differenceShape = z
  .object({ path: z.string(), before: z.unknown(), after: z.unknown() })
  .meta({ id: 'Difference' })

export const checklistItemShape = z.object({ id: z.string(), title: z.string(), hint: z.string() })

export const providerContractShape = z
  .object({ version: count, title: z.string(), text: z.string(), digest: bytes32 })
  .meta({ id: 'ProviderContract' })

export const titleOf = ({ document }: Pick<Draft, 'document'>): string | null =>
  typeof document.title === 'string' && document.title !== '' ? document.title : null

export const kindOf = ({ document }: Pick<Draft, 'document'>) =>
  LISTING_KINDS.find((kind) => kind === document.kind) ?? 'analytic'

export const formatSubmission = (draft: Pick<Draft, 'listing' | 'provider'>, it: Submission) => ({
  ...{ id: it.id, version: it.version, content: it.content, state: it.state, checks: it.checks, reason: it.reason },
  submittedAt: formatInstant(it.submittedAt),
  decidedAt: it.decidedAt === null ? null : formatInstant(it.decidedAt),
  approval:
    it.approval === null || it.deadline === null
      ? null
      : {
          ...{ listing: draft.listing, provider: draft.provider, kind: LISTING_KINDS.indexOf(it.document.kind) },
          ...{ version: it.version, content: it.content, providerContract: it.providerContract },
          ...{ deadline: formatInstant(it.deadline), approver: it.approver, signature: it.approval },
        },
})
