import type { Tariff } from '@opem/domain'
import { parseEurPerKwh } from '../format/money.ts'
import { bandProblem, type PriceBand, typed } from './week-bands.ts'

/** A price as typed: `price` is the price, the margin, or the price outside the bands, by kind. */
export type TariffDraft = {
  kind: Tariff['kind']
  price: string
  series: string
  bands: readonly PriceBand[]
}

const SERIES = /^[A-Za-z0-9][A-Za-z0-9:_.-]{0,63}$/
const PRICE = 'Write a price like 0.12, with at most six decimals.'

export const fixed = (price: string): TariffDraft => ({ kind: 'fixed', price, series: '', bands: [] })

/** The tariff that a draft means; what is wrong goes to `problems` under `name`, `name.series` and `name.bands.N`. */
export function tariffOf(
  name: string,
  { kind, price, series, bands }: TariffDraft,
  timeZone: string,
  problems: Record<string, string>,
): Tariff {
  const micro = (text: string, field: string): number => {
    const parsed = parseEurPerKwh(text)
    if (parsed === undefined) problems[field] = PRICE
    return Number(parsed ?? 0n)
  }
  switch (kind) {
    case 'fixed':
      return { kind, microEurPerKwh: micro(price, name) }
    case 'day-ahead':
      if (!SERIES.test(series)) problems[`${name}.series`] = 'Write the name of the price series, like dk2.'
      return { kind, series, marginMicroEurPerKwh: micro(price, name) }
    case 'time-of-use':
      if (bands.length === 0) problems[`${name}.bands`] = 'Add at least one band of the week.'
      return {
        kind,
        timeZone,
        bands: bands.map((band, i) => {
          const wrong = bandProblem(band, false)
          const { days, from, to } = band
          const microEurPerKwh = micro(band.price, `${name}.bands.${i}`)
          if (wrong !== undefined) problems[`${name}.bands.${i}`] = wrong
          return { days: [...days].sort(), from, to, microEurPerKwh }
        }),
        otherwise: micro(price, name),
      }
  }
}

const text = (microEurPerKwh: number): string => typed(BigInt(microEurPerKwh), 6, 2)

/** What a person would have typed to get this tariff. */
export function tariffDraftOf(tariff: Tariff | undefined, otherwise: TariffDraft): TariffDraft {
  switch (tariff?.kind) {
    case undefined:
      return otherwise
    case 'fixed':
      return fixed(text(tariff.microEurPerKwh))
    case 'day-ahead':
      return { ...fixed(text(tariff.marginMicroEurPerKwh)), kind: 'day-ahead', series: tariff.series }
    case 'time-of-use':
      return {
        ...fixed(text(tariff.otherwise)),
        kind: 'time-of-use',
        bands: tariff.bands.map(({ microEurPerKwh, ...band }) => ({ ...band, price: text(microEurPerKwh) })),
      }
  }
}
