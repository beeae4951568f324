import type { AgreementDocument, AgreementTermsJson } from '@opem/domain'
import { z } from 'zod'

const hex = (bytes: number) =>
  z.string().regex(new RegExp(`^0x[0-9a-f]{${2 * bytes}}$`), `needed: 0x and ${2 * bytes} hex digits, in lower case`)
const whole = (bits: number) =>
  z
    .string()
    .regex(/^(0|[1-9]\d{0,29})$/, 'a whole number as decimal text')
    .refine((text) => BigInt(text) < 1n << BigInt(bits), `less than 2^${bits}`)
const count = (bits: number) =>
  z
    .number()
    .int()
    .min(0)
    .max(2 ** bits - 1)

/** The Agreement of the contract as JSON. */
export const agreementTerms = z
  .strictObject({
    listing: hex(32),
    version: count(32),
    provider: hex(20),
    consumer: hex(20),
    terms: hex(32),
    plan: count(3).max(4),
    price: whole(96).meta({ description: 'µEUR' }),
    interval: count(32),
    feeBps: count(16),
    start: count(40),
    end: count(40).meta({ description: '0: open' }),
    notice: count(32),
    salt: whole(64),
    deadline: whole(64),
  })
  .meta({ id: 'AgreementTerms' }) as unknown as z.ZodType<AgreementTermsJson>

const short = z.string().max(500)
const long = z.string().max(100_000)
const party = z.strictObject({ did: short, name: short })

/** The document that the parties agree on. */
export const agreementDocument = z
  .strictObject({
    schema: z.literal('opem/agreement/1'),
    listing: hex(32),
    version: count(32),
    content: hex(32),
    title: short,
    kind: short,
    provider: party,
    consumer: party,
    plan: z.strictObject({ id: short, kind: short, unit: short.optional() }),
    parameters: z
      .array(z.strictObject({ name: short, label: short, value: z.string().max(2000), unit: short.optional() }))
      .max(100),
    data: z
      .array(
        z.strictObject({
          name: short,
          template: short,
          granularity: short.optional(),
          unit: short.optional(),
          meter: short.optional(),
          from: z
            .strictObject({
              kind: z.enum(['data-set', 'data-agreement']),
              id: hex(32),
              title: short,
              provider: short,
              policy: z.record(z.string(), z.unknown()),
            })
            .optional(),
        }),
      )
      .max(100),
    text: long,
    terms: z.strictObject({ text: long, url: z.string().max(2000).optional() }),
    besides: z.string().max(10_000),
    policy: z.record(z.string(), z.unknown()).optional(),
    blind: hex(32),
  })
  .meta({ id: 'AgreementDocument' }) as unknown as z.ZodType<AgreementDocument>

export const signature = z
  .string()
  .regex(/^0x([0-9a-fA-F]{2}){1,4096}$/, 'a signature as hex')
  .transform((text) => text.toLowerCase() as `0x${string}`)

export const agreementId = hex(32) as unknown as z.ZodType<`0x${string}`>
export const listingId = agreementId
