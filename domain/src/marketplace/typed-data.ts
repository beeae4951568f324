import type { Hex } from '../commitment/bytes.ts'

/** EIP-712 domain names of the marketplace's contracts (contracts/marketplace, contracts/billing). */
type Contract = 'OPEM Listings' | 'OPEM Agreements' | 'OPEM Escrow'

export const domain = (name: Contract, chainId: number | bigint, verifyingContract: Hex) =>
  ({ name, version: '1', chainId: Number(chainId), verifyingContract }) as const

export const field = <const N extends string, const T extends string>(name: N, type: T) => ({ name, type }) as const
