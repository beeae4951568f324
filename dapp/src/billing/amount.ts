import type { Agreement, Hex } from '@opem/domain'
import { microOfEur } from '@opem/domain'

/** What a person typed as euros, µEUR; a comma counts as a point. */
export const typedEur = (text: string): bigint | undefined => {
  const micro = microOfEur(text.trim().replace(',', '.'))
  return micro === 0n ? undefined : micro
}

/** Euros of the API, µEUR. */
export const microOf = (eur: string): bigint => microOfEur(eur) ?? 0n

/** Euros of the API that may be below zero, µEUR. */
export const differenceOf = (eur: string): bigint => (eur.startsWith('-') ? -microOf(eur.slice(1)) : microOf(eur))

/** The Agreement that contracts take, out of its JSON. */
export function agreementOf(terms: Readonly<Record<string, string | number>>): Agreement {
  const hex = (name: string) => String(terms[name]) as Hex
  const number = (name: string) => Number(terms[name])
  const big = (name: string) => BigInt(terms[name] ?? 0)
  return {
    ...{ listing: hex('listing'), version: number('version'), provider: hex('provider'), consumer: hex('consumer') },
    ...{ terms: hex('terms'), plan: number('plan'), price: big('price'), interval: number('interval') },
    ...{ feeBps: number('feeBps'), start: number('start'), end: number('end'), notice: number('notice') },
    ...{ salt: big('salt'), deadline: big('deadline') },
  }
}
