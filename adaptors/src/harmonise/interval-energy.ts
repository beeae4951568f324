import { type Decimal, divideHalfEven, roundHalfEven, signOf } from './decimal.ts'
import { isoInstant } from './instant.ts'
import type { MeterReading } from './meter-reading.ts'

/** What every reading of one site has in common. */
export interface Origin {
  readonly meter: string
  readonly source: string
  readonly knownAt: string
}

export interface PeriodOf {
  /** epoch seconds */
  readonly start: number
  readonly seconds: MeterReading['seconds']
}

/** Largest energy of one reading: 1 TWh in Wh, far below 2^53. More is a broken meter, not energy. */
const LARGEST_WH = 1_000_000_000_000n

/**
 * Net energy at the grid connection (kWh, import positive) to a reading: `import = max(0, net)`, `export = max(0, −net)`.
 * Rounded once, half-even, to whole Wh. `undefined` when the amount is impossible (> 1 TWh).
 * @example net −0.0135 kWh → importWh 0, exportWh 14
 */
export function readingOfNet(
  origin: Origin,
  period: PeriodOf,
  netKwh: Decimal,
  quality: MeterReading['quality'] = 'measured',
): MeterReading | undefined {
  const net = roundHalfEven(netKwh, 3)
  return readingOfWh(origin, period, net > 0n ? net : 0n, net < 0n ? -net : 0n, quality)
}

/** Unsigned import and export in kWh to a reading; `undefined` when one is negative or impossible. */
export function readingOfFlows(
  origin: Origin,
  period: PeriodOf,
  importKwh: Decimal,
  exportKwh: Decimal,
  quality: MeterReading['quality'] = 'measured',
): MeterReading | undefined {
  if (signOf(importKwh) < 0 || signOf(exportKwh) < 0) return undefined
  return readingOfWh(origin, period, roundHalfEven(importKwh, 3), roundHalfEven(exportKwh, 3), quality)
}

/** Mean power in W over the period to energy: W × s / 3600, half-even. */
export const energyOfPower = (watt: bigint, seconds: number): bigint => divideHalfEven(watt * BigInt(seconds), 3600n)

/** Whole Wh to a reading; `undefined` when one is negative or impossible. */
export function readingOfWh(
  origin: Origin,
  period: PeriodOf,
  importWh: bigint,
  exportWh: bigint,
  quality: MeterReading['quality'],
): MeterReading | undefined {
  if (importWh < 0n || exportWh < 0n || importWh > LARGEST_WH || exportWh > LARGEST_WH) return undefined
  return {
    meter: origin.meter,
    start: isoInstant(period.start),
    seconds: period.seconds,
    importWh: Number(importWh),
    exportWh: Number(exportWh),
    quality,
    source: origin.source,
    knownAt: origin.knownAt,
  }
}
