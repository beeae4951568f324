import type { Hex } from '../commitment/bytes.ts'

/** What a holder may be asked to prove who they are for; a challenge is made for one of them. */
export const OPERATIONS = [
  'register-company',
  'register-citizen',
  'receipt',
  'sign-in',
  'authorise-meter',
  'contract',
  'reissue',
] as const
export type Operation = (typeof OPERATIONS)[number]

/** What the holder of credentials signs when presenting them from a wallet that speaks EIP-712 only. */
export interface PresentationTerms {
  readonly chainId: number | bigint
  readonly operation: Operation
  /** The address of the holder's DID. */
  readonly holder: Hex
  /** 32 random bytes of the verifier. */
  readonly challenge: Hex
  /** DID of the marketplace that asked. */
  readonly audience: string
  /** keccak256 of each credential's signing input ("header.payload"), in the order in which they are presented. */
  readonly credentials: readonly Hex[]
  /** Epoch seconds; at most five minutes ahead. */
  readonly expires: number | bigint
}

const field = <const N extends string, const T extends string>(name: N, type: T) => ({ name, type }) as const

/** EIP-712 typed data of a presentation, ready for viem's signTypedData. Types and domain are the verifier's own. */
export const presentationTypedData = (terms: PresentationTerms) =>
  ({
    domain: { name: 'OPEM', version: '1', chainId: Number(terms.chainId) },
    types: {
      Presentation: [
        field('operation', 'string'),
        field('holder', 'address'),
        field('challenge', 'bytes32'),
        field('audience', 'string'),
        field('credentials', 'bytes32[]'),
        field('expires', 'uint256'),
      ],
    },
    primaryType: 'Presentation',
    message: {
      operation: terms.operation,
      holder: terms.holder,
      challenge: terms.challenge,
      audience: terms.audience,
      credentials: [...terms.credentials],
      expires: BigInt(terms.expires),
    },
  }) as const
