import type { Cent } from './invoice.ts'

/** An amount in proportion to weights, to the cent: what is left over goes where most of a cent was cut off. */
export function sharesOf(amount: Cent, weights: readonly bigint[]): readonly Cent[] {
  const all = weights.reduce((sum, one) => sum + one, 0n)
  const shares = weights.map((weight) => (amount * weight) / all)
  const left = amount - shares.reduce((sum, one) => sum + one, 0n)
  const byRest = weights.map((weight, index) => ({ index, rest: (amount * weight) % all }))
  byRest.sort((a, b) => (a.rest === b.rest ? a.index - b.index : a.rest > b.rest ? -1 : 1))
  for (const { index } of byRest.slice(0, Number(left))) shares[index]! += 1n
  return shares
}
