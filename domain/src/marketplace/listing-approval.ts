import type { Hex } from '../commitment/bytes.ts'

/** What the operator signs: that this version of this document of this provider may be published (IListingRegistry.sol). */
export interface ListingApproval {
  readonly listing: Hex
  readonly provider: Hex
  /** Number of the kind on chain. */
  readonly kind: number
  readonly version: number
  /** sha2-256 of the document's canonical JSON. */
  readonly content: Hex
  readonly providerContract: Hex
  /** Last instant, seconds since 1970. */
  readonly deadline: number | bigint
}

const field = <const N extends string, const T extends string>(name: N, type: T) => ({ name, type }) as const

/** EIP-712 typed data of an approval, ready for viem's signTypedData. */
export const listingApprovalTypedData = ({
  chainId,
  registry,
  approval,
}: {
  readonly chainId: number | bigint
  /** Address of the ListingRegistry. */
  readonly registry: Hex
  readonly approval: ListingApproval
}) =>
  ({
    domain: { name: 'OPEM Listings', version: '1', chainId: Number(chainId), verifyingContract: registry },
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
    message: {
      listing: approval.listing,
      provider: approval.provider,
      kind: approval.kind,
      version: approval.version,
      content: approval.content,
      providerContract: approval.providerContract,
      deadline: BigInt(approval.deadline),
    },
  }) as const
