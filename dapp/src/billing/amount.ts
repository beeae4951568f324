import { microOfEur } from '@opem/domain'

/** What a person typed as euros, µEUR; a comma counts as a point. */
export const typedEur = (text: string): bigint | undefined => {
  const micro = microOfEur(text.trim().replace(',', '.'))
  return micro === 0n ? undefined : micro
}

/** Euros of the API, µEUR. */
export const microOf = (eur: string): bigint => microOfEur(eur) ?? 0n
