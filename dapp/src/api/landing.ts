import type { Hex, LandingBlock } from '@opem/domain'
import { queryOptions } from '@tanstack/react-query'
import { z } from 'zod'
import { exchange } from './http.ts'
import { Plan } from './listings.ts'
import { Bytes32, Instant } from './shapes.ts'

const Whole = z.number().int()

const Block = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('heading'), text: z.string() }),
  z.strictObject({ kind: z.literal('text'), text: z.string() }),
  z.strictObject({ kind: z.literal('picture'), digest: Bytes32, alt: z.string(), caption: z.string().optional() }),
  z.strictObject({
    kind: z.literal('kpi'),
    label: z.string(),
    value: z.string(),
    unit: z.string().optional(),
    note: z.string().optional(),
  }),
  z.strictObject({ kind: z.literal('plans') }),
  z.strictObject({ kind: z.literal('call-to-action'), text: z.string(), url: z.string().optional() }),
])
const Blocks = z.array(Block) as unknown as z.ZodType<LandingBlock[]>

export const Picture = z.strictObject({
  digest: Bytes32,
  type: z.enum(['image/png', 'image/jpeg', 'image/webp']),
  width: Whole,
  height: Whole,
})
export type Picture = z.infer<typeof Picture>

export const OwnPage = z.strictObject({
  revision: Whole,
  blocks: Blocks,
  changedAt: Instant.nullable(),
  takenDown: z.strictObject({ at: Instant, reason: z.string() }).nullable(),
  shown: z.boolean(),
  pictures: z.array(Picture),
  revisions: z.array(z.strictObject({ revision: Whole, savedAt: Instant, blocks: Blocks })),
})
export type OwnPage = z.infer<typeof OwnPage>

const at = (listing: string) => `/v1/market/services/${listing}`

export const ownPageQuery = (listing: Hex) =>
  queryOptions({
    queryKey: ['landing', 'own', listing],
    queryFn: ({ signal }) => exchange(`${at(listing)}/landing`, OwnPage, { signal }),
  })

export const savePage = (listing: Hex, revision: number, blocks: readonly LandingBlock[]) =>
  exchange(`${at(listing)}/landing`, OwnPage, { method: 'PUT', body: { revision, blocks } })

export const addPicture = (listing: Hex, base64: string) =>
  exchange(`${at(listing)}/pictures`, Picture, { body: { base64 } })

/** Where a page finds the bytes of a picture. */
export const pictureUrl = (digest: string): string => `/v1/market/pictures/${digest}`

export const PublicPage = z.strictObject({
  listing: Bytes32,
  title: z.string(),
  summary: z.string(),
  provider: z.string(),
  blocks: Blocks,
  pictures: z.array(Picture),
  plans: z.array(Plan),
})
export type PublicPage = z.infer<typeof PublicPage>

export const publicPageQuery = (listing: Hex) =>
  queryOptions({
    queryKey: ['landing', 'public', listing],
    queryFn: ({ signal }) => exchange(`/v1/market/landing/${listing}`, PublicPage, { signal }),
  })
