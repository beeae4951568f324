import { LISTING_KINDS, type ListingKind } from '@opem/domain'

/** ListingState of the contract, by its number; the first means that there is no such listing. */
const STATES = ['none', 'published', 'stopped', 'suspended', 'removed'] as const
export const LISTING_STATES = ['published', 'stopped', 'suspended', 'removed'] as const
export type ListingState = (typeof LISTING_STATES)[number]

export function listingKind(number: number): ListingKind {
  const kind = LISTING_KINDS[number]
  if (kind === undefined) throw new RangeError(`there is no listing kind ${number}`)
  return kind
}

export function listingState(number: number): ListingState {
  const state = STATES[number]
  if (state === undefined || state === 'none') throw new RangeError(`there is no listing state ${number}`)
  return state
}
