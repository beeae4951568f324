import { wallClockOf } from '../periods/local-time.ts'
import type { Period } from '../periods/period.ts'
import type { Tariff, TimeOfUseTariff } from '../rules/rules-document.ts'
import { MicroEurPerKwh } from '../units/units.ts'
import { type PriceSeries, priceInSeries } from './price-series.ts'

/** What a tariff asks in a period. @throws ERR_PRICE_MISSING, ERR_TIME_ZONE */
export function tariffPrice(tariff: Tariff, period: Period, prices: readonly PriceSeries[]): MicroEurPerKwh {
  switch (tariff.kind) {
    case 'fixed':
      return MicroEurPerKwh(tariff.microEurPerKwh)
    case 'time-of-use':
      return MicroEurPerKwh(timeOfUse(tariff, period))
    case 'day-ahead':
      return MicroEurPerKwh(priceInSeries(tariff.series, period, prices) + BigInt(tariff.marginMicroEurPerKwh))
  }
}

function timeOfUse({ timeZone, bands, otherwise }: TimeOfUseTariff, { start }: Period): number {
  const { weekday, hour, minute } = wallClockOf(start, timeZone)
  const time = `${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`
  const band = bands.find(({ days, from, to }) => days.includes(weekday) && from <= time && time < to)
  return band ? band.microEurPerKwh : otherwise
}
