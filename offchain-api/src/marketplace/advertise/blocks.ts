import type { LandingBlock } from '@opem/domain'
import { z } from 'zod'
import { line, link, paragraphs } from '../publish/text.ts'

const digest = z.string().regex(/^0x[0-9a-f]{64}$/, 'the digest of a picture that was added')

const block = z
  .discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('heading'), text: line(120) }),
    z.strictObject({ kind: z.literal('text'), text: paragraphs(4000) }),
    z.strictObject({ kind: z.literal('picture'), digest, alt: line(280), caption: line(280).optional() }),
    z.strictObject({
      kind: z.literal('kpi'),
      label: line(80),
      value: line(40),
      unit: line(40).optional(),
      note: line(200).optional(),
    }),
    z.strictObject({ kind: z.literal('plans') }),
    z.strictObject({ kind: z.literal('call-to-action'), text: line(80), url: link.optional() }),
  ])
  .meta({ id: 'LandingBlock' })

/** The strict reader of a landing page: domain/src/marketplace/landing-page.ts says what each block means. */
export const landingBlocks = z.array(block).max(60)

export const picturesIn = (blocks: readonly LandingBlock[]): string[] => [
  ...new Set(blocks.flatMap((block) => (block.kind === 'picture' ? [block.digest] : []))),
]
