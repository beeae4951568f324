import { between, chance } from './chance.ts'
import type { SimulatedMeter } from './config.ts'

/** Local time of a quarter of an hour, as people and the sun know it. */
export interface LocalTime {
  /** days since 1970, local */
  readonly day: number
  /** 1–366 */
  readonly dayOfYear: number
  /** 0 ≤ hour < 24, with the quarter as a fraction */
  readonly hour: number
  readonly weekend: boolean
}

/** Mean power in W over one quarter of an hour, before netting at the grid connection. */
export interface Power {
  readonly consumption: number
  readonly production: number
}

/** What one simulated site does in one quarter of an hour: a pure function of seed, meter and time. */
export function powerOf(seed: string, meter: SimulatedMeter, time: LocalTime): Power {
  const words = [seed, meter.meter, time.day, time.hour] as const
  switch (meter.kind) {
    case 'household':
      return { consumption: household(meter.annualKwh, words, time), production: 0 }
    case 'pv-household':
      return { consumption: household(meter.annualKwh, words, time), production: sun(seed, time) * meter.pvKw * 1000 }
    case 'ev-household':
      return { consumption: household(meter.annualKwh, words, time) + charging(seed, meter, time), production: 0 }
    case 'wind':
      return { consumption: 0, production: wind(seed, time) * meter.windKw * 1000 }
    default:
      return meter satisfies never
  }
}

/** Shape of a household's day: mean 1, peaks at breakfast and in the evening, later and higher at weekends. */
function household(
  annualKwh: number,
  words: readonly (string | number)[],
  { hour, weekend, dayOfYear }: LocalTime,
): number {
  const morning = peak(hour, weekend ? 9.5 : 7.25, 1.3)
  const evening = peak(hour, 19.25, 2.4)
  const noon = weekend ? peak(hour, 13, 2) * 0.7 : 0
  const shape = (0.45 + 1.1 * morning + 2 * evening + noon) / (weekend ? 1.22 : 1.14)
  const winter = 1 + 0.2 * Math.cos(((dayOfYear - 15) / 365) * 2 * Math.PI)
  const mood = between(0.5, 1.5, ...words, 'load')
  const kettle = chance(...words, 'kettle') < 0.06 ? 900 : 0
  return (annualKwh / 8.766) * shape * winter * mood * 0.92 + kettle
}

const peak = (hour: number, at: number, width: number): number => Math.exp(-(((hour - at) / width) ** 2))

/** Part of nominal power at 45° north: day length by season, one cloudiness per day, passing clouds. */
function sun(seed: string, { day, dayOfYear, hour }: LocalTime): number {
  const declination = 23.44 * Math.sin(((dayOfYear - 81) / 365) * 2 * Math.PI) * (Math.PI / 180)
  const latitude = 45 * (Math.PI / 180)
  const angle = ((hour + 0.125 - 12.5) / 24) * 2 * Math.PI
  const height =
    Math.sin(latitude) * Math.sin(declination) + Math.cos(latitude) * Math.cos(declination) * Math.cos(angle)
  if (height <= 0) return 0
  const clear = between(0.35, 1, seed, day, 'clear')
  const cloud = 1 - between(0, 1 - clear, seed, day, hour, 'cloud')
  return 0.85 * height ** 1.15 * clear * cloud
}

/** One charge on most evenings, from coming home until the day's kilometres are back. */
function charging(seed: string, meter: Extract<SimulatedMeter, { kind: 'ev-household' }>, time: LocalTime): number {
  // A charge that runs past midnight belongs to the evening before.
  for (const [day, hour] of [
    [time.day, time.hour],
    [time.day - 1, time.hour + 24],
  ] as const) {
    const words = [seed, meter.meter, day, 'charge'] as const
    if (chance(...words) > 0.7) continue
    const begin = Math.floor(between(17, 21.5, ...words, 'begin') * 4) / 4
    const length = Math.max(0.25, Math.floor((between(4, 16, ...words, 'energy') / meter.evKw) * 4) / 4)
    if (hour >= begin && hour < begin + length) return meter.evKw * 1000
  }
  return 0
}

/** Part of nominal power: the day's wind drifts into the next day's, with gusts. */
function wind(seed: string, { day, hour }: LocalTime): number {
  const today = chance(seed, day, 'wind') ** 1.6
  const tomorrow = chance(seed, day + 1, 'wind') ** 1.6
  const drift = today + ((tomorrow - today) * hour) / 24
  return Math.min(1, Math.max(0, drift * between(0.75, 1.25, seed, day, hour, 'gust')))
}
