import type { Hex } from '../commitment/bytes.ts'
import { domain, field } from './typed-data.ts'

/** ListingKind of IListingRegistry.sol in words, by its number. */
export const LISTING_KINDS = ['analytic', 'data', 'energy-grid', 'composed'] as const
export type ListingKind = (typeof LISTING_KINDS)[number]

/** ListingState of the same, by its number: stopped by the provider, suspended by the operator, removed for ever. */
export const LISTING_STATES = ['none', 'published', 'stopped', 'suspended', 'removed'] as const
export type ListingState = (typeof LISTING_STATES)[number]

/** What the operator signs so that a version of a listing may be published (IListingRegistry.sol, `publish`). */
export interface ListingApproval {
  /** 32 random bytes. */
  readonly listing: Hex
  readonly provider: Hex
  /** Number of LISTING_KINDS. */
  readonly kind: number
  /** 1 for a new listing, else one more than the version in force. */
  readonly version: number
  /** sha2-256 of the listing's document. */
  readonly content: Hex
  /** sha2-256 of the contract between provider and marketplace. */
  readonly providerContract: Hex
  /** Last instant, epoch seconds. */
  readonly deadline: bigint
}

/** EIP-712 typed data of an operator's approval, ready for viem's signTypedData. */
export const listingApproval = ({
  chainId,
  listings,
  approval,
}: {
  readonly chainId: number | bigint
  /** Address of the ListingRegistry. */
  readonly listings: Hex
  readonly approval: ListingApproval
}) =>
  ({
    domain: domain('OPEM Listings', chainId, listings),
    types: {
      ListingApproval: [
        field('listing', 'bytes32'),
        field('provider', 'address'),
        field('kind', 'uint8'),
        field('version', 'uint32'),
        field('content', 'bytes32'),
        field('providerContract', 'bytes32'),
        field('deadline', 'uint64'),
      ],
    },
    primaryType: 'ListingApproval',
    message: { ...approval },
  }) as const
