import { z } from 'zod'
import { type Decimal, parseDecimal } from '../harmonise/decimal.ts'
import type { Bytes } from '../text/lines.ts'

/** The part of CityLearn's schema.json that matters here; the rest belongs to its own simulator. */
const Schema = z.object({
  buildings: z.record(
    z.string(),
    z.object({ pv: z.object({ attributes: z.object({ nominal_power: z.number().nonnegative() }) }).optional() }),
  ),
})

const LARGEST_SCHEMA = 16 * 1024 * 1024

/** Nominal PV power in kW by building; `undefined` when the file is not such a schema. Never throws on content. */
export async function readPvPower(bytes: Bytes): Promise<ReadonlyMap<string, Decimal> | undefined> {
  const decoder = new TextDecoder()
  let text = ''
  for await (const chunk of bytes) {
    text += decoder.decode(chunk, { stream: true })
    if (text.length > LARGEST_SCHEMA) return undefined
  }
  let raw: unknown
  try {
    raw = JSON.parse(text + decoder.decode())
  } catch {
    return undefined
  }
  const schema = Schema.safeParse(raw)
  if (!schema.success) return undefined
  const powers = Object.entries(schema.data.buildings).map(([building, { pv }]) => {
    return [building, parseDecimal(String(pv?.attributes.nominal_power ?? 0)) ?? { digits: 0n, scale: 0 }] as const
  })
  return new Map(powers)
}
