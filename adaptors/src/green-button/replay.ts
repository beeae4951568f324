import { z } from 'zod'
import type { Origin } from '../harmonise/interval-energy.ts'
import { readingOfWh } from '../harmonise/interval-energy.ts'
import type { MeterReading } from '../harmonise/meter-reading.ts'
import { energyOf, type Refusal } from './energy.ts'

const Kept = z.object({ start: z.string(), duration: z.string(), value: z.string(), quality: z.string() })
const Flow = z.object({ direction: z.enum(['import', 'export']), powerOfTen: z.coerce.number().int().min(-99).max(99) })

/**
 * A kept interval read again. An interval whose other direction is missing becomes a reading with zero in that direction
 * only when the mapping accepts `one-direction`.
 */
export function replayInterval(
  raw: unknown,
  flow: unknown,
  code: string,
  accept: readonly string[],
  origin: Origin,
): MeterReading | Refusal {
  const interval = Kept.safeParse(raw)
  const known = Flow.safeParse(flow)
  if (!interval.success || !known.success)
    return { code, reason: 'the kept interval does not say which flow it measures: import the corrected feed' }
  if (code === 'ERR_ONE_DIRECTION' && !accept.includes('one-direction')) {
    return { code, reason: 'the other direction is missing; "accept": ["one-direction"] takes it as zero' }
  }
  const energy = energyOf(interval.data, known.data)
  if ('code' in energy) return energy
  const [taken, given] = known.data.direction === 'import' ? [energy.wh, 0n] : [0n, energy.wh]
  return (
    readingOfWh(origin, energy, taken, given, energy.quality) ?? {
      code: 'ERR_ENERGY_RANGE',
      reason: 'more than 1 TWh in one interval',
    }
  )
}
