import { ok, parseInstant, type Result, refuse } from '@opem/domain'
import { z } from 'zod'
import { type Decimal, parseDecimal } from '../harmonise/decimal.ts'
import { METER_ID } from '../harmonise/meter-reading.ts'

/** Cumulative registers at one instant. A RegisterReading is not energy; only harmonise makes energy of it. */
export interface RegisterReading {
  readonly kind: 'registers'
  readonly meter: string
  /** epoch seconds */
  readonly observedAt: number
  /** Wh since the meter was made */
  readonly importWh: bigint
  readonly exportWh: bigint
  /** whole kWh digits of the display: after 10^digits kWh it begins at zero again */
  readonly digits?: number | undefined
}

/** Energy of one period, as a meter with a load profile sends it. */
export interface IntervalEnergy {
  readonly kind: 'interval'
  readonly meter: string
  readonly start: number
  readonly seconds: 300 | 900 | 1800 | 3600
  readonly importWh: bigint
  readonly exportWh: bigint
}

/** Mean power over one period. */
export interface MeanPower {
  readonly kind: 'power'
  readonly meter: string
  readonly start: number
  readonly seconds: 300 | 900 | 1800 | 3600
  readonly importW: bigint
  readonly exportW: bigint
}

export type Telegram = RegisterReading | IntervalEnergy | MeanPower

/** kWh as text with at most three decimals: whole Wh, exactly. */
const Kwh = z.string().regex(/^\d{1,12}(\.\d{1,3})?$/, 'kWh as text with at most three decimals, such as "10234.567"')
const Watt = z.number().int().nonnegative().max(10_000_000_000)
const Meter = z.string().regex(METER_ID)
const At = z.iso.datetime({ offset: true })
const Seconds = z.union([z.literal(300), z.literal(900), z.literal(1800), z.literal(3600)])

const TelegramShape = z.union([
  z.strictObject({
    meter: Meter,
    observedAt: At,
    registers: z.strictObject({ importKwh: Kwh, exportKwh: Kwh, digits: z.number().int().min(3).max(12).optional() }),
  }),
  z.strictObject({
    meter: Meter,
    start: At,
    seconds: Seconds,
    energy: z.strictObject({ importKwh: Kwh, exportKwh: Kwh }),
  }),
  z.strictObject({
    meter: Meter,
    start: At,
    seconds: Seconds,
    meanPower: z.strictObject({ importW: Watt, exportW: Watt }),
  }),
])

/** Longest telegram: more is no telegram. */
const LONGEST = 4096

/**
 * Parses the JSON telegram of docs in adaptors/README.md. Never throws.
 * Codes: `ERR_TELEGRAM_JSON`, `ERR_TELEGRAM_SHAPE`, `ERR_TELEGRAM_TIME`.
 * @example parseTelegram('{"meter":"m1","observedAt":"2026-01-01T00:00:00Z","registers":{"importKwh":"1.5","exportKwh":"0"}}')
 */
export function parseTelegram(
  text: string,
): Result<Telegram, 'ERR_TELEGRAM_JSON' | 'ERR_TELEGRAM_SHAPE' | 'ERR_TELEGRAM_TIME'> {
  if (text.length > LONGEST)
    return refuse('ERR_TELEGRAM_JSON', `${text.length} characters; a telegram has at most ${LONGEST}`)
  let raw: unknown
  try {
    raw = JSON.parse(text)
  } catch {
    return refuse('ERR_TELEGRAM_JSON', 'not JSON')
  }
  const shape = TelegramShape.safeParse(raw)
  if (!shape.success) return refuse('ERR_TELEGRAM_SHAPE', shapeReason(shape.error))
  const telegram = shape.data
  const at = parseInstant('observedAt' in telegram ? telegram.observedAt : telegram.start)
  if (!at.ok) return refuse('ERR_TELEGRAM_TIME', at.reason)
  const { meter } = telegram
  if ('registers' in telegram) {
    const { importKwh, exportKwh, digits } = telegram.registers
    return ok({
      kind: 'registers',
      meter,
      observedAt: at.value,
      importWh: wh(importKwh),
      exportWh: wh(exportKwh),
      digits,
    })
  }
  const { seconds } = telegram
  if (at.value % seconds !== 0)
    return refuse('ERR_TELEGRAM_TIME', `start ${telegram.start} is not the beginning of a whole period of ${seconds} s`)
  const period = { meter, start: at.value, seconds }
  if ('energy' in telegram) {
    return ok({
      kind: 'interval',
      ...period,
      importWh: wh(telegram.energy.importKwh),
      exportWh: wh(telegram.energy.exportKwh),
    })
  }
  const { importW, exportW } = telegram.meanPower
  return ok({ kind: 'power', ...period, importW: BigInt(importW), exportW: BigInt(exportW) })
}

function shapeReason(error: z.ZodError): string {
  const pretty = z.prettifyError(error).replace(/\s+/g, ' ')
  return `needed meter with observedAt and registers, or with start, seconds and energy or meanPower: ${pretty}`.slice(
    0,
    500,
  )
}

const wh = (kwh: string): bigint => {
  const { digits, scale } = parseDecimal(kwh) as Decimal
  return digits * 10n ** BigInt(3 - scale)
}

const kwh = (energy: bigint): string => `${energy / 1000n}.${String(energy % 1000n).padStart(3, '0')}`

/** The telegram as a meter writes it. */
export function formatTelegram(telegram: RegisterReading | IntervalEnergy, iso: (epoch: number) => string): string {
  const energy = { importKwh: kwh(telegram.importWh), exportKwh: kwh(telegram.exportWh) }
  if (telegram.kind === 'interval')
    return JSON.stringify({ meter: telegram.meter, start: iso(telegram.start), seconds: telegram.seconds, energy })
  const digits = telegram.digits === undefined ? {} : { digits: telegram.digits }
  return JSON.stringify({
    meter: telegram.meter,
    observedAt: iso(telegram.observedAt),
    registers: { ...energy, ...digits },
  })
}
