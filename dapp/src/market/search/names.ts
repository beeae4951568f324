import { SERVICE_CATEGORIES } from '@opem/domain'
import type { FacetCount } from '../../api/listings.ts'
import { shortHex } from '../../format/hex.ts'
import { KIND_NAMES, PLAN_NAMES } from '../words.ts'
import type { Facet } from './asked.ts'
import { PRICE_STEPS } from './asked.ts'

export const FACET_NAMES: Record<Facet | 'price' | 'rating', string> = {
  kind: 'Kind',
  category: 'Category',
  plan: 'How it is paid',
  price: 'Price',
  region: 'Country',
  granularity: 'Periods',
  rating: 'Rating',
  provider: 'Provider',
}

const LENGTHS: Readonly<Record<string, string>> = {
  PT1M: '1 minute',
  PT5M: '5 minutes',
  PT15M: 'Quarter of an hour',
  PT30M: 'Half an hour',
  PT1H: 'Hour',
  P1D: 'Day',
  P1W: 'Week',
  P1M: 'Month',
  P1Y: 'Year',
}

const countries = new Intl.DisplayNames(['en'], { type: 'region', fallback: 'code' })

/** @example countryName('DK') // 'Denmark' */
export const countryName = (code: string): string => (/^[A-Z]{2}$/.test(code) ? (countries.of(code) ?? code) : code)

/** @example categoryName('E6.2') // 'E6.2 Energy forecasting' */
export const categoryName = (code: string): string => {
  const name = (SERVICE_CATEGORIES as Readonly<Record<string, string>>)[code]
  return name === undefined ? code : `${code} ${name}`
}

export const periodName = (duration: string): string => LENGTHS[duration] ?? duration

/** What a value of a facet is called. */
export function valueName(
  facet: Facet | 'price' | 'rating',
  { value, label }: Pick<FacetCount, 'value' | 'label'>,
): string {
  switch (facet) {
    case 'kind':
      return (KIND_NAMES as Readonly<Record<string, string>>)[value] ?? value
    case 'plan':
      return (PLAN_NAMES as Readonly<Record<string, string>>)[value] ?? value
    case 'category':
      return categoryName(value)
    case 'region':
      return countryName(value)
    case 'granularity':
      return periodName(value)
    case 'provider':
      return label === undefined || label === '' ? shortHex(value) : label
    case 'price':
      return PRICE_STEPS[value]?.name ?? value
    case 'rating':
      return `${value} stars or more`
    default:
      return facet satisfies never
  }
}
