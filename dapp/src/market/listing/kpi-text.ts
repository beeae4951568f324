import type { Kpi } from '../../api/listings.ts'
import { plural } from '../../format/words.ts'

/** A figure with its unit. @example kpiText({ unit: 's', value: 5400 }) // '1.5 hours' */
export function kpiText({ unit, value }: Pick<Kpi, 'unit' | 'value'>): string {
  switch (unit) {
    case 'count':
      return String(Math.round(value))
    case 'stars':
      return `${value.toFixed(1)} of 5`
    case '%':
      return `${value.toFixed(value === 100 ? 0 : 1)} %`
    case 'ms':
      return `${Math.round(value)} ms`
    case 's':
      if (value < 120) return plural(Math.round(value), 'second')
      if (value < 7200) return `${Math.round(value / 60)} minutes`
      if (value < 172_800) return `${trimmed(value / 3600)} hours`
      return `${trimmed(value / 86_400)} days`
    default:
      return unit satisfies never
  }
}

const trimmed = (value: number) => String(Math.round(value * 10) / 10)

/** Points of a small line chart of 100 × 30, oldest left, highest up; one value is a level line. */
export function sparkline(values: readonly number[]): string {
  const all = values.length === 1 ? [values[0]!, values[0]!] : values
  const [low, high] = [Math.min(...all), Math.max(...all)]
  const y = (value: number) => (high === low ? 15 : 28 - ((value - low) / (high - low)) * 26)
  return all.map((value, place) => `${trimmed((place * 100) / (all.length - 1))},${trimmed(y(value))}`).join(' ')
}
