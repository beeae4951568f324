import { decimal } from '../format/energy.ts'

/** A part of the week: ISO days (Monday 1 … Sunday 7), local times "HH:MM", `to` exclusive and up to "24:00". */
export type WeekBand = { days: readonly number[]; from: string; to: string }
/** A band of the week in which a price holds, as typed. */
export type PriceBand = WeekBand & { price: string }
/** A band of the week in which members have these weights, as typed; whole hours. */
export type WeightBand = WeekBand & { weights: Readonly<Record<string, string>> }

export const WORKDAYS: readonly number[] = [1, 2, 3, 4, 5]
const HOURS = Array.from({ length: 168 }, (_, hour) => hour)

const clock = (hour: number): string => `${String(hour).padStart(2, '0')}:00`

/** What is wrong with a band, in a sentence; `undefined` when nothing is. */
export function bandProblem({ days, from, to }: WeekBand, wholeHours: boolean): string | undefined {
  if (days.length === 0) return 'Choose at least one day.'
  if (!/^([01]\d|2[0-3]):[0-5]\d$/.test(from)) return 'Write a beginning like 08:00.'
  if (!/^(([01]\d|2[0-3]):[0-5]\d|24:00)$/.test(to)) return 'Write an end like 20:00, at most 24:00.'
  if (from >= to) return 'It must end after it begins; split a band at midnight.'
  if (wholeHours && !(from.endsWith(':00') && to.endsWith(':00'))) return 'Weights change at whole hours.'
  return undefined
}

/**
 * Weights of every hour of the week (Monday 00:00 first): those of the first band an hour lies in, else `otherwise`.
 * Text that is no number weighs 0.
 */
export function hoursOf(
  members: readonly string[],
  otherwise: Readonly<Record<string, string>>,
  bands: readonly WeightBand[],
): Record<string, number[]> {
  const holds = HOURS.map((hour) => {
    const [day, time] = [Math.floor(hour / 24) + 1, clock(hour % 24)]
    return bands.find((band) => band.days.includes(day) && band.from <= time && time < band.to)?.weights ?? otherwise
  })
  return Object.fromEntries(
    members.map((member) => [member, holds.map((weights) => Number(weights[member] ?? 0) || 0)]),
  )
}

/** The bands that give these hours: the commonest weights are `otherwise`, equal hours of several days are one band. */
export function bandsOf(coefficients: Readonly<Record<string, readonly number[]>>): {
  otherwise: Record<string, string>
  bands: WeightBand[]
} {
  const members = Object.keys(coefficients)
  const vectors = HOURS.map((hour) => members.map((member) => coefficients[member]![hour] ?? 0).join())
  const counts = Map.groupBy(vectors, (vector) => vector)
  const common = [...counts].reduce((most, next) => (next[1].length > most[1].length ? next : most))[0]
  const weightsOf = (vector: string) => Object.fromEntries(vector.split(',').map((weight, i) => [members[i]!, weight]))
  const bands = new Map<string, WeightBand>()
  for (let hour = 0; hour < 168; ) {
    const day = Math.floor(hour / 24)
    let end = hour + 1
    while (end < (day + 1) * 24 && vectors[end] === vectors[hour]) end++
    const vector = vectors[hour]!
    if (vector !== common) {
      const [from, to] = [clock(hour - day * 24), clock(end - day * 24)]
      const known = bands.get(`${from} ${to} ${vector}`)
      bands.set(`${from} ${to} ${vector}`, {
        days: [...(known?.days ?? []), day + 1],
        from,
        to,
        weights: weightsOf(vector),
      })
    }
    hour = end
  }
  return { otherwise: weightsOf(common), bands: [...bands.values()] }
}

/** Micro-EUR or Wh as a person would type them: no thousands, a point, no needless zeros. */
export function typed(value: bigint, scale: number, least: number): string {
  const text = decimal(value < 0n ? -value : value, scale, least).replace(/[^\d.]/g, '')
  return value < 0n ? `-${text}` : text
}
