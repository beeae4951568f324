import { formatInstant, parseInstant } from '@opem/domain'
import { z } from 'zod'

/** ISO 8601 with an offset; seconds since 1970 inside. */
export const instant = z
  .string()
  .max(40)
  .transform((text, context) => {
    const parsed = parseInstant(text)
    if (parsed.ok && parsed.value >= 0 && parsed.value <= 4_294_967_295) return parsed.value
    context.addIssue({ code: 'custom', message: parsed.ok ? `"${text}" is not between 1970 and 2106` : parsed.reason })
    return z.NEVER
  })
  .meta({ format: 'date-time', description: 'ISO 8601 with an offset', example: '2015-06-01T04:00:00Z' })

/** A time in an answer. */
export const instantText = z.string().meta({ format: 'date-time', description: 'ISO 8601, UTC, seconds and Z' })

export const wh = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER).meta({ description: 'Wh' })
export const meterId = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9:_.-]{0,63}$/,
    'a meter id is 1–64 letters, digits, colons, underscores, dots and hyphens',
  )
export const address = z
  .string()
  .regex(/^0x[0-9a-fA-F]{40}$/, 'an address is 0x and 40 hex digits')
  .toLowerCase()
export const bytes32 = z
  .string()
  .regex(/^0x[0-9a-fA-F]{64}$/, 'needed: 0x and 64 hex digits')
  .toLowerCase()
export const bytes = z
  .string()
  .regex(/^0x(?:[0-9a-fA-F]{2}){1,4096}$/, 'needed: 0x and whole bytes of hex')
  .toLowerCase()
export const count = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER)
export const whole = (least: number, most: number) => z.number().int().min(least).max(most)
const source = z.string().min(1).max(200)
export const quality = z.enum(['measured', 'estimated', 'substituted'])

/** Common information model: one meter, one period. */
export const meterReading = z
  .strictObject({
    meter: meterId,
    start: instant,
    seconds: z.union([z.literal(300), z.literal(900), z.literal(1800), z.literal(3600)]),
    importWh: wh,
    exportWh: wh,
    quality,
    source,
    knownAt: instant,
  })
  .meta({ id: 'MeterReading' })

export const rejectedReading = z
  .strictObject({
    id: z.string().min(1).max(100).optional(),
    source,
    meter: z.string().max(200).optional(),
    row: whole(0, Number.MAX_SAFE_INTEGER).optional(),
    raw: z.string().max(100_000),
    code: z.string().min(1).max(100),
    reason: z.string().max(2000),
    rejectedAt: instant.optional(),
    replayedAt: instant.optional(),
    format: z.string().max(100).optional(),
    options: z.record(z.string(), z.unknown()).optional(),
  })
  .meta({ id: 'RejectedReading' })

export const rulesDocument = z.record(z.string(), z.unknown()).meta({
  id: 'RulesDocument',
  description: 'docs/architecture.md, "Rules document"; checked against the hash on chain',
})

export const memberMeter = z.strictObject({ meter: meterId, participation: whole(1, 100) })

export const communityProfile = z
  .strictObject({
    id: address,
    name: z.string().min(1).max(200),
    timeZone: z.string().min(1).max(100),
    periodSeconds: z.union([z.literal(900), z.literal(3600)]),
    batchPeriods: z.union([whole(1, 1000), z.literal('day')]).default(1),
    rules: z.array(rulesDocument).max(1000).default([]),
    members: z.array(z.never()).optional().meta({ description: 'empty: members join with their consent' }),
  })
  .meta({ id: 'CommunityProfile' })

export const consent = z
  .strictObject({
    member: bytes32,
    account: address,
    name: z.string().min(1).max(200),
    from: instant,
    meteringPoints: z
      .array(z.strictObject({ id: bytes32, participation: whole(1, 100) }))
      .min(1)
      .max(8),
    // Participation stands in the metering points, which are signed; here it may be repeated.
    meters: z
      .array(z.union([meterId, memberMeter.transform(({ meter }) => meter)]))
      .min(1)
      .max(8),
    saltKey: bytes32,
    deadline: z.union([instant, whole(0, Number.MAX_SAFE_INTEGER)]),
    consent: bytes,
    dataSources: z
      .array(z.string().min(1).max(131_072))
      .max(8)
      .default([])
      .meta({ description: 'a Data-source credential (VC-JWT) for each meter: whose it is' }),
  })
  .meta({ id: 'JoinConsent' })

const evidenceBook = z.strictObject({
  start: instant,
  surplusWh: wh,
  demandWh: wh,
  sharedWh: wh,
  membersRoot: bytes32,
  balances: z
    .array(
      z.strictObject({
        member: bytes32,
        importWh: wh,
        exportWh: wh,
        boughtWh: wh,
        soldWh: wh,
        flags: whole(0, 255),
        salt: bytes32,
      }),
    )
    .max(65_535),
})

export const tradingBatch = z
  .strictObject({
    community: address,
    chainId: whole(1, Number.MAX_SAFE_INTEGER),
    start: instant,
    periodSeconds: z.union([z.literal(900), z.literal(3600)]),
    periods: whole(1, 1000),
    revision: whole(0, 4_294_967_295),
    rules: whole(1, 4_294_967_295),
    root: bytes32,
    books: z.array(evidenceBook).min(1).max(1000),
  })
  .meta({ id: 'TradingBatch' })

/** A final period computed again: domain, Adjustment. */
export const adjustment = z
  .strictObject({
    community: address,
    chainId: whole(1, Number.MAX_SAFE_INTEGER),
    batch: instant,
    revision: whole(0, 4_294_967_295),
    batchRoot: bytes32,
    rules: whole(1, 4_294_967_295),
    start: instant,
    periodSeconds: z.union([z.literal(900), z.literal(3600)]),
    number: whole(1, 4_294_967_295),
    knownAt: instant,
    book: evidenceBook,
    signatures: z.array(bytes).min(1).max(256),
  })
  .meta({ id: 'Adjustment' })

export const price = z.strictObject({
  start: instant,
  seconds: whole(1, 86_400),
  microEurPerKwh: z.number().int().min(-Number.MAX_SAFE_INTEGER).max(Number.MAX_SAFE_INTEGER),
})

/** Range of periods `[from, to)`. */
export const range = { from: instant, to: instant }

/** ms since 1970 as a time on the wire. */
export const formatMs = (ms: number) => formatInstant(Math.floor(ms / 1000))
