import { z } from 'zod'
import { bytes32 } from '../../unified-api/shapes.ts'
import { microEur, neededData, planShape as plan } from '../publish/document.ts'
import { line, paragraphs } from '../publish/text.ts'

/** Strict reader of a request; domain/src/marketplace/innovation-documents.ts says what each field means. */
export const requestDocument = z
  .strictObject({
    schema: z.literal('opem/innovation-request/1'),
    title: line(120),
    need: paragraphs(10_000),
    data: z.array(neededData).max(30),
    result: paragraphs(5000),
    budget: z.strictObject({ from: microEur, to: microEur }),
    closesAt: z.number().int().min(0).max(4_294_967_295).meta({ description: 'seconds since 1970' }),
  })
  .superRefine(({ budget: { from, to } }, context) => {
    if (from > to) context.addIssue({ code: 'custom', path: ['budget', 'to'], message: 'not less than "from"' })
  })
  .meta({ id: 'InnovationRequestDocument' })

const milestone = z.strictObject({ title: line(120), days: z.number().int().min(0).max(3650) })

/** Strict reader of a proposal. */
export const proposalDocument = z
  .strictObject({
    schema: z.literal('opem/innovation-proposal/1'),
    request: bytes32,
    title: line(120),
    description: paragraphs(10_000),
    plan: paragraphs(10_000),
    milestones: z.array(milestone).max(20),
    price: plan,
    unitsPerYear: z.number().int().min(0).max(1_000_000_000).optional(),
    contract: z.strictObject({ text: paragraphs(20_000), noticeDays: z.number().int().min(0).max(365) }),
    privacy: paragraphs(10_000),
    listing: bytes32.nullable(),
  })
  .superRefine(({ price, unitsPerYear }, context) => {
    if ((price.kind === 'pay-per-use') !== (unitsPerYear !== undefined))
      context.addIssue({
        code: 'custom',
        path: ['unitsPerYear'],
        message: 'of a plan per use alone, which needs it: how many units you expect in a year',
      })
  })
  .meta({ id: 'InnovationProposalDocument' })
