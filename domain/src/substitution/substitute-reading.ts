import { Wh } from '../units/units.ts'
import type { MeterReading, Quality } from '../wire/meter-reading.ts'
import { FLAG_SUBSTITUTED, FLAG_WITHOUT_HISTORY } from './flags.ts'

/** A meter's energy in one delivery period. */
export type PeriodReading = Pick<MeterReading, 'meter' | 'start' | 'energyImport' | 'energyExport' | 'quality'>

const DAY = 86_400
// The same hour of the week first, four weeks back; then the same hour of the last days.
const DAYS_BACK: readonly number[] = [7, 14, 21, 28, 1, 2, 3, 4, 5, 6]

/**
 * What stands in for a missing reading: the measured one of the same hour 7, 14, 21 or 28 days before, else 1 to 6 days before,
 * else zero, and the flag says which. Days are 86,400 s: the meter's hour in UTC. `history` may hold anything; only measured
 * readings at those starts count.
 */
export function substituteReading({
  start,
  history,
}: {
  readonly start: number
  readonly seconds: number
  readonly history: readonly {
    readonly start: number
    readonly energyImport: Wh
    readonly energyExport: Wh
    readonly quality?: Quality
  }[]
}): { readonly energyImport: Wh; readonly energyExport: Wh; readonly flag: 1 | 2 } {
  for (const days of DAYS_BACK) {
    const like = history.find(
      (past) => past.start === start - days * DAY && (past.quality ?? 'measured') === 'measured',
    )
    if (like) return { energyImport: like.energyImport, energyExport: like.energyExport, flag: FLAG_SUBSTITUTED }
  }
  return { energyImport: Wh(0), energyExport: Wh(0), flag: FLAG_WITHOUT_HISTORY }
}
