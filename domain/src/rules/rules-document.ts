import type { Allocation } from '../allocation/allocation.ts'

/** One price for every period. Prices are whole µEUR/kWh, signed. */
export interface FixedTariff {
  readonly kind: 'fixed'
  readonly microEurPerKwh: number
}

/** A weekly band: ISO weekdays (Monday 1 … Sunday 7), local times "HH:MM", `to` exclusive and up to "24:00". */
export interface TariffBand {
  readonly days: readonly number[]
  readonly from: string
  readonly to: string
  readonly microEurPerKwh: number
}

/** A price by local weekday and time of day at the period's start; the first band that fits counts. */
export interface TimeOfUseTariff {
  readonly kind: 'time-of-use'
  readonly timeZone: string
  readonly bands: readonly TariffBand[]
  readonly otherwise: number
}

/** A day-ahead series plus a margin; both may be negative. */
export interface DayAheadTariff {
  readonly kind: 'day-ahead'
  readonly series: string
  readonly marginMicroEurPerKwh: number
}

export type Tariff = FixedTariff | TimeOfUseTariff | DayAheadTariff

/** The four prices of a community. `mid-market-rate` pricing needs only the retailer's two. */
export interface Tariffs {
  readonly communityConsumption?: Tariff
  readonly communityProduction?: Tariff
  readonly commercial?: Tariff
  readonly feedIn?: Tariff
}

/**
 * One version of a community's trading rules: exactly the JSON whose canonical form is hashed on chain, so nothing is added or
 * normalised on the way in. In force from `from` until the next version starts.
 */
export interface RulesDocument {
  /** Number of this version, counted from 1. */
  readonly version: number
  readonly from: string
  readonly allocation: Allocation
  readonly tariffs?: Tariffs
  /** `tariffs` (default) or `mid-market-rate`: the mean of commercial and feed-in, for buyers and sellers. */
  readonly pricing?: 'tariffs' | 'mid-market-rate'
}
