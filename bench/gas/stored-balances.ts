import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { Book } from '@opem/domain'
import { type Address, type Hex, parseAbi } from 'viem'
import type { Marketplace } from '../../contracts/testing/marketplace.ts'

const abi = parseAbi(['function settle(uint64 start, bytes32[] members, uint64[] bought, uint64[] sold)'])

function compile(): Hex {
  const solc = createRequire(import.meta.url)('solc') as { compile(input: string): string }
  const content = readFileSync(join(import.meta.dirname, 'StoredBalances.sol'), 'utf8')
  const settings = {
    evmVersion: 'cancun',
    optimizer: { enabled: true, runs: 20_000 },
    outputSelection: { '*': { '*': ['evm.bytecode.object'] } },
  }
  const output = JSON.parse(
    solc.compile(JSON.stringify({ language: 'Solidity', sources: { baseline: { content } }, settings })),
  )
  return `0x${output.contracts.baseline.StoredBalances.evm.bytecode.object}`
}

/** Deploys the baseline; answers how much gas it takes to settle one period there. */
export async function storedBalances({ operator, mined }: Marketplace): Promise<(book: Book) => Promise<number>> {
  const { contractAddress } = await mined(await operator.deployContract({ abi, bytecode: compile() }))
  return async ({ start, balances }) => {
    const args = [
      BigInt(start),
      balances.map(({ member }) => member),
      balances.map(({ bought }) => bought),
      balances.map(({ sold }) => sold),
    ] as const
    const hash = await operator.writeContract({
      address: contractAddress as Address,
      abi,
      functionName: 'settle',
      args,
    })
    return Number((await mined(hash)).gasUsed)
  }
}
