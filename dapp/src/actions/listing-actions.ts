import { listingRegistryAbi } from '@opem/contracts'
import type { Hex } from '@opem/domain'
import { LISTING_KINDS } from '@opem/domain'
import type { Abi, Address } from 'viem'
import type { Approval } from '../api/services.ts'
import { shortHex } from '../format/hex.ts'
import { dateClock } from '../format/time.ts'
import type { BusinessAction } from './action.ts'

const of = (registry: Address) => ({ address: registry, abi: listingRegistryAbi as unknown as Abi })

type Target = { registry: Address; listing: Hex; title: string }

/** The provider's signature below the provider contract: version and document are those that the operator approved. */
export const publishListing = {
  title: 'Publish',
  describe: ({ approval, title }) => [
    ['Listing', title],
    ['Kind', LISTING_KINDS[approval.kind] ?? ''],
    ['Version', String(approval.version)],
    ['Document (sha2-256)', approval.content],
    ['Provider contract (sha2-256)', approval.providerContract],
    ['Approved by', approval.approver],
    ['Good until', dateClock(approval.deadline, 'UTC')],
  ],
  prepare: ({ registry, approval: { approver: _by, signature, deadline, ...terms } }) => ({
    ...of(registry),
    functionName: 'publish',
    args: [{ ...terms, deadline: BigInt(deadline) }, signature],
  }),
} satisfies BusinessAction<{ registry: Address; approval: Approval; title: string }>

const change = (
  functionName: 'stop' | 'remove' | 'suspend' | 'expel',
  title: string,
  consequence: string,
): BusinessAction<Target & { reason: Hex }> => ({
  title,
  describe: (it) => [
    ['Listing', it.title],
    ['Consequence', consequence],
  ],
  prepare: ({ registry, listing, reason }) => ({ ...of(registry), functionName, args: [listing, reason] }),
})

const again = (functionName: 'start' | 'reinstate' | 'accept', title: string): BusinessAction<Target> => ({
  title,
  describe: (it) => [['Listing', it.title]],
  prepare: ({ registry, listing }) => ({ ...of(registry), functionName, args: [listing] }),
})

export const stopListing = change('stop', 'Stop', 'Nothing new is contracted under it until you start it again.')
export const startListing = again('start', 'Start')
export const removeListing = change('remove', 'Remove for ever', 'Nobody brings it back. Agreements under it go on.')
export const suspendListing = change('suspend', 'Suspend', 'Nothing new is contracted under it until you reinstate it.')
export const reinstateListing = again('reinstate', 'Reinstate')
export const acceptListing = again('accept', 'Take over')

/** Nobody: an offer to them takes an offer back. */
export const NOBODY: Address = '0x0000000000000000000000000000000000000000'

export const offerListing = {
  title: 'Offer',
  describe: ({ title, to }) => [
    ['Listing', title],
    ['To', to === NOBODY ? 'nobody any more' : shortHex(to)],
  ],
  prepare: ({ registry, listing, to }) => ({ ...of(registry), functionName: 'offer', args: [listing, to] }),
} satisfies BusinessAction<Target & { to: Address }>
