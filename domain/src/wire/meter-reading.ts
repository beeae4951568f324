import type { Result } from '../errors/result.ts'
import { formatInstant } from '../periods/instant.ts'
import { fault, instant, object, oneOf, parseWith, type Read, text, wattHours } from '../shape/shape.ts'
import { toJsonWh, type Wh } from '../units/units.ts'

export type Quality = 'measured' | 'estimated' | 'substituted'

/** One claim about one meter's energy in one interval. `seconds` may be finer than a delivery period in the harmonised zone. */
export interface MeterReading {
  readonly meter: string
  readonly start: number
  readonly seconds: 300 | 900 | 1800 | 3600
  readonly energyImport: Wh
  readonly energyExport: Wh
  readonly quality: Quality
  /** Who claims it. */
  readonly source: string
  /** When the claim was known, seconds since 1970: the newest claim is in force. */
  readonly knownAt: number
}

export const meterId: Read<string> = text(
  /^[A-Za-z0-9][A-Za-z0-9:_.-]{0,63}$/,
  'a meter id of 1 to 64 letters, digits, ":", "_", ".", "-"',
)

const shape = object({
  meter: meterId,
  start: instant,
  seconds: oneOf(300, 900, 1800, 3600),
  importWh: wattHours,
  exportWh: wattHours,
  quality: oneOf('measured', 'estimated', 'substituted'),
  source: text(),
  knownAt: instant,
})

const reading: Read<MeterReading> = (value, at) => {
  const { importWh, exportWh, ...rest } = shape(value, at)
  if (rest.start < 0 || rest.start % rest.seconds !== 0)
    fault(`${at}.start`, formatInstant(rest.start), `a multiple of ${rest.seconds} s since 1970`)
  return { ...rest, energyImport: importWh, energyExport: exportWh }
}

/** A reading from the wire (docs/architecture.md), strictly. */
export const parseMeterReading = (raw: unknown): Result<MeterReading, 'ERR_READING'> =>
  parseWith(reading, raw, 'reading', 'ERR_READING')

/** A reading for the wire. */
export const formatMeterReading = ({ energyImport, energyExport, start, knownAt, ...rest }: MeterReading) => ({
  meter: rest.meter,
  start: formatInstant(start),
  seconds: rest.seconds,
  importWh: toJsonWh(energyImport),
  exportWh: toJsonWh(energyExport),
  quality: rest.quality,
  source: rest.source,
  knownAt: formatInstant(knownAt),
})
