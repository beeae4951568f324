import {
  AGREEMENT_STAGES,
  type AgreementDocument,
  type AgreementStage,
  type AgreementTermsJson,
  type Hex,
} from '@opem/domain'
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'
import { z } from 'zod'
import { LineProgress } from './account-credential.ts'
import { exchange, query } from './http.ts'
import { Plan } from './listings.ts'
import { Address, Bytes32, HexData, Instant } from './shapes.ts'

export type { Plan } from './listings.ts'

export const SIDES = ['consumer', 'provider'] as const
export type Side = (typeof SIDES)[number]
const SideShape = z.enum(SIDES)

export type Stage = AgreementStage

export const Terms = z.strictObject({
  listing: Bytes32,
  version: z.number().int(),
  provider: Address,
  consumer: Address,
  terms: Bytes32,
  plan: z.number().int(),
  price: z.string(),
  interval: z.number().int(),
  feeBps: z.number().int(),
  start: z.number().int(),
  end: z.number().int(),
  notice: z.number().int(),
  salt: z.string(),
  deadline: z.string(),
})
const Party = z.strictObject({ did: z.string(), name: z.string() })
const Document = z.strictObject({
  schema: z.literal('opem/agreement/1'),
  listing: Bytes32,
  version: z.number().int(),
  content: Bytes32,
  title: z.string(),
  kind: z.string(),
  provider: Party,
  consumer: Party,
  plan: z.strictObject({ id: z.string(), kind: z.string(), unit: z.string().optional() }),
  parameters: z.array(
    z.strictObject({ name: z.string(), label: z.string(), value: z.string(), unit: z.string().optional() }),
  ),
  data: z.array(
    z.strictObject({
      name: z.string(),
      template: z.string(),
      granularity: z.string().optional(),
      unit: z.string().optional(),
      meter: z.string().optional(),
      from: z
        .strictObject({
          kind: z.enum(['data-set', 'data-agreement']),
          id: Bytes32,
          title: z.string(),
          provider: z.string(),
          policy: z.record(z.string(), z.unknown()),
        })
        .optional(),
    }),
  ),
  text: z.string(),
  terms: z.strictObject({ text: z.string(), url: z.string().optional() }),
  besides: z.string(),
  policy: z.record(z.string(), z.unknown()).optional(),
  blind: Bytes32,
})

/** zod makes absent fields `| undefined`; the domain leaves them out. */
const documentOf = (document: z.infer<typeof Document>): AgreementDocument => document as AgreementDocument

const Line = z.strictObject({
  id: Bytes32,
  listing: Bytes32,
  kind: z.string(),
  title: z.string().nullable(),
  side: SideShape,
  other: z.string().nullable(),
  stage: z.enum(AGREEMENT_STAGES),
  turn: SideShape.nullable(),
  instance: z.string().nullable(),
  terms: Terms,
  since: Instant,
  endsAt: Instant.nullable(),
})
export type AgreementLine = z.infer<typeof Line>
export const Lines = z.strictObject({ items: z.array(Line), next: z.string().nullable() })

export const agreementsQuery = (side: Side | undefined) =>
  infiniteQueryOptions({
    queryKey: ['agreements', side ?? 'both'],
    queryFn: ({ pageParam, signal }) =>
      exchange(`/v1/agreements${query({ side, after: pageParam })}`, Lines, { signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
  })

const Signatures = z.strictObject({ consumer: HexData, provider: HexData })

export const Shown = z.strictObject({
  id: Bytes32,
  listing: Bytes32,
  kind: z.string(),
  side: SideShape,
  stage: z.enum(AGREEMENT_STAGES),
  turn: SideShape.nullable(),
  terms: Terms,
  document: Document.nullable(),
  chainId: z.number().int(),
  contract: Address,
  relays: z.boolean(),
  offers: z.array(
    z.strictObject({
      id: Bytes32,
      number: z.number().int(),
      by: SideShape,
      state: z.string(),
      reason: z.string().nullable(),
      terms: Terms,
      madeAt: Instant,
      changedAt: Instant,
      deadline: Instant,
    }),
  ),
  signatures: Signatures.nullable(),
  reason: z.string().nullable(),
  concludedAt: Instant.nullable(),
  endsAt: Instant.nullable(),
  terminatedBy: SideShape.nullable(),
  events: z.array(z.strictObject({ at: Instant, what: z.string(), detail: z.unknown(), transaction: Bytes32 })),
  extension: z
    .strictObject({
      end: z.number().int(),
      deadline: z.number().int(),
      by: SideShape,
      state: z.string(),
      signatures: Signatures.nullable(),
    })
    .nullable(),
  credential: LineProgress.nullable(),
})
export type ShownAgreement = Omit<z.infer<typeof Shown>, 'document'> & { document: AgreementDocument | null }

/** Asked again while something is under way: an answer, the chain, a credential. */
const UNDER_WAY = 3_000

export const agreementQuery = (id: string) =>
  queryOptions({
    queryKey: ['agreement', id],
    queryFn: async ({ signal }): Promise<ShownAgreement> => {
      const { document, ...rest } = await exchange(`/v1/agreements/${id}`, Shown, { signal })
      return { ...rest, document: document && documentOf(document) }
    },
    refetchInterval: ({ state: { data } }) =>
      data !== undefined && ['ended', 'refused', 'withdrawn', 'expired'].includes(data.stage) ? false : UNDER_WAY,
  })

const Parameter = z.object({
  name: z.string(),
  label: z.string(),
  type: z.string(),
  required: z.boolean(),
  choices: z.array(z.string()).optional(),
  unit: z.string().optional(),
})
export type Parameter = z.infer<typeof Parameter>
const Needed = z.object({
  name: z.string(),
  template: z.string(),
  granularity: z.string().optional(),
  unit: z.string().optional(),
})

export const ChoicesOffered = z.strictObject({
  listing: Bytes32,
  version: z.number().int(),
  content: Bytes32,
  provider: z.strictObject({ did: z.string(), name: z.string(), address: Address }),
  title: z.string(),
  kind: z.string(),
  plans: z.array(Plan),
  parameters: z.array(Parameter),
  dataNeeded: z.array(Needed),
  noticeDays: z.number(),
  meters: z.array(z.strictObject({ meter: z.string(), authorised: z.boolean() })),
  sources: z.array(
    z.strictObject({
      kind: z.enum(['data-set', 'data-agreement']),
      id: Bytes32,
      title: z.string(),
      provider: z.string(),
      refusal: z.strictObject({ code: z.string(), reason: z.string() }).nullable(),
    }),
  ),
  feeBps: z.number().int(),
  chainId: z.number().int(),
  contract: Address,
})
export type ChoicesOffered = z.infer<typeof ChoicesOffered>

export const choicesQuery = (listing: string) =>
  queryOptions({
    queryKey: ['agreement-choices', listing],
    queryFn: ({ signal }) => exchange(`/v1/agreements/choices${query({ listing })}`, ChoicesOffered, { signal }),
  })

export const Draft = z.strictObject({
  terms: Terms,
  document: Document,
  chainId: z.number().int(),
  contract: Address,
})
export interface DraftAgreement {
  readonly terms: AgreementTermsJson
  readonly document: AgreementDocument
  readonly chainId: number
  readonly contract: Hex
}

export async function draftAgreementOf(choices: {
  listing: Hex
  plan: string
  parameters: Record<string, string>
  meters: Record<string, string>
  sources: Record<string, string>
  start?: string
  end?: string
}): Promise<DraftAgreement> {
  const { document, ...rest } = await exchange('/v1/agreements/drafts', Draft, { body: choices })
  return { ...rest, document: documentOf(document) }
}

export const Done = z.strictObject({ id: Bytes32 })

/** A first offer, or the answer to one by other terms. */
export const sendOffer = (
  offer: { terms: AgreementTermsJson; document: AgreementDocument; signature: Hex },
  answers?: string,
) =>
  exchange(answers === undefined ? '/v1/agreements' : `/v1/agreements/${answers}/counter-offers`, Done, { body: offer })

export const sendSignature = (id: string, signature: Hex, relay: boolean) =>
  exchange(`/v1/agreements/${id}/signatures`, Done, { body: { signature, relay } })
export const refuseOffer = (id: string, reason: string) =>
  exchange(`/v1/agreements/${id}/refusals`, Done, { body: { reason } })
export const withdrawOffer = (id: string) => exchange(`/v1/agreements/${id}/withdrawals`, Done, { method: 'POST' })
export const relayAgreement = (id: string) => exchange(`/v1/agreements/${id}/relays`, Done, { method: 'POST' })
export const sendExtension = (id: string, it: { end: number; deadline: number; signature: Hex; relay: boolean }) =>
  exchange(`/v1/agreements/${id}/extensions`, Done, { body: it })

export const Reason = z.strictObject({ digest: Bytes32 })
export const keepReason = async (id: string, reason: string) =>
  (await exchange(`/v1/agreements/${id}/reasons`, Reason, { body: { reason } })).digest

/** Resolves when the marketplace has read a block; its pages are fresh then. */
export async function untilFollowed(block: bigint): Promise<void> {
  for (let tries = 0; tries < 12; tries++) {
    const { caughtUp } = await exchange(`/v1/market/follower?block=${block}`, z.object({ caughtUp: z.boolean() }))
    if (caughtUp) return
  }
}
