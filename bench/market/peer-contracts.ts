import type { Abi, Address, Hex, TransactionReceipt } from 'viem'
import type { PrivateKeyAccount } from 'viem/accounts'
import type { Market } from '../../contracts/testing/market.ts'

/** A contract as its authors compiled it and published it on npm. */
export interface Compiled {
  readonly abi: Abi
  readonly bytecode: Hex
}

export interface Deployed {
  readonly address: Address
  readonly abi: Abi
}

/** What deploys others' contracts on the market's own chain, and calls them. */
export function peerTools({ operator, mined }: Pick<Market, 'operator' | 'mined'>) {
  return {
    deploy: async ({ abi, bytecode }: Compiled, args: readonly unknown[] = []): Promise<Deployed> => {
      const { contractAddress } = await mined(await operator.deployContract({ abi, bytecode, args }))
      return { address: contractAddress!, abi }
    },
    send: async (
      by: PrivateKeyAccount,
      contract: Deployed,
      functionName: string,
      args: readonly unknown[],
    ): Promise<TransactionReceipt> =>
      mined(await operator.writeContract({ ...contract, account: by, functionName, args })),
  }
}

export const gasOf = ({ gasUsed }: TransactionReceipt): number => Number(gasUsed)
