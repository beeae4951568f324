import { unitsOf } from './usage.ts'

/**
 * What a call costs, in thousandths of a unit: what the provider says, one when it says nothing and the call went well; nothing
 * when it failed. undefined: nothing to count.
 */
export function countedUnits(status: number, header: string | string[] | undefined): bigint | undefined {
  if (status >= 500) return undefined
  const said = typeof header === 'string' ? header : undefined
  if (status >= 400 && said === undefined) return undefined
  return unitsOf(said)
}

/** @example formatUnits(2500n) // '2.5' */
export const formatUnits = (milliUnits: bigint): string => {
  const rest = (milliUnits % 1000n).toString().padStart(3, '0').replace(/0+$/, '')
  return `${milliUnits / 1000n}${rest === '' ? '' : `.${rest}`}`
}
