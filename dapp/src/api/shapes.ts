import type { Result, RulesDocument, TradingBatch } from '@opem/domain'
import { parseInstant, parseRules, parseTradingBatch } from '@opem/domain'
import { z } from 'zod'

/** Parses with one of domain's own parsers inside a zod schema: the rule lives in one place. */
export const through = <T>(parse: (raw: unknown) => Result<T>) =>
  z.unknown().transform((raw, context): T => {
    const parsed = parse(raw)
    if (parsed.ok) return parsed.value
    context.addIssue({ code: 'custom', message: parsed.reason })
    return z.NEVER
  })

/** ISO 8601 on the wire, epoch seconds inside. */
export const Instant = z.string().transform((text, context): number => {
  const parsed = parseInstant(text)
  if (parsed.ok) return parsed.value
  context.addIssue({ code: 'custom', message: parsed.reason })
  return z.NEVER
})

/** Whole Wh on the wire, a bigint inside. */
export const Energy = z.number().int().nonnegative().transform(BigInt)
export const Address = z
  .string()
  .regex(/^0x[0-9a-fA-F]{40}$/)
  .transform((text) => text.toLowerCase() as `0x${string}`)
export const Bytes32 = z
  .string()
  .regex(/^0x[0-9a-f]{64}$/)
  .transform((text) => text as `0x${string}`)
export const HexData = z
  .string()
  .regex(/^0x([0-9a-f]{2})*$/)
  .transform((text) => text as `0x${string}`)

export const Rules: z.ZodType<RulesDocument> = through(parseRules)
export const Batch: z.ZodType<TradingBatch> = through(parseTradingBatch)
