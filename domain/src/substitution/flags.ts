/** Flags of a committed balance (ISettlement.sol, Balance): what is to be known about where its energy comes from. */
export const FLAG_SUBSTITUTED = 1
export const FLAG_WITHOUT_HISTORY = 2
export const FLAG_ESTIMATED = 4
export const FLAG_UNAUTHORISED = 8

export type FlagName = 'substituted' | 'withoutHistory' | 'estimated' | 'unauthorised'

const FLAGS: Readonly<Record<FlagName, number>> = {
  substituted: FLAG_SUBSTITUTED,
  withoutHistory: FLAG_WITHOUT_HISTORY,
  estimated: FLAG_ESTIMATED,
  unauthorised: FLAG_UNAUTHORISED,
}

/** Each flag in a sentence about one member's balance. */
export const FLAG_SENTENCES: Readonly<Record<FlagName, string>> = {
  substituted: 'a reading was missing; an earlier one of the same hour stands in for it',
  withoutHistory: 'a reading was missing and there was no earlier one; it counts zero',
  estimated: 'a reading was estimated by the meter operator',
  unauthorised: 'the use of a meter was not authorised in this period; it was not read and counts zero',
}

/** The names of the flags that are set, in the order of their bits. */
export const flagNames = (flags: number): FlagName[] =>
  (Object.keys(FLAGS) as FlagName[]).filter((name) => (flags & FLAGS[name]) !== 0)

/** How many of these balances carry each flag; flags that none carries are left out. */
export function countFlags(balances: readonly { readonly flags: number }[]): Partial<Record<FlagName, number>> {
  const counts: Partial<Record<FlagName, number>> = {}
  for (const { flags } of balances) for (const name of flagNames(flags)) counts[name] = (counts[name] ?? 0) + 1
  return counts
}
