import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { type Abi, encodeAbiParameters, type Hex, keccak256, parseAbiParameters, parseSignature } from 'viem'
import { idOf, type Market, micro } from '../../contracts/testing/market.ts'
import { type Gas, spender } from './scenarios.ts'

function compile(): { readonly abi: Abi; readonly bytecode: Hex } {
  const solc = createRequire(import.meta.url)('solc') as { compile(input: string): string }
  const content = readFileSync(join(import.meta.dirname, 'StoredTerms.sol'), 'utf8')
  const settings = {
    evmVersion: 'cancun',
    optimizer: { enabled: true, runs: 1_000_000 },
    outputSelection: { '*': { '*': ['abi', 'evm.bytecode.object'] } },
  }
  const sources = { baseline: { content } }
  const output = JSON.parse(solc.compile(JSON.stringify({ language: 'Solidity', sources, settings })))
  const { abi, evm } = output.contracts.baseline.StoredTerms
  return { abi, bytecode: `0x${evm.bytecode.object}` }
}

/** What the same steps cost on the baseline, on the same chain and with the same token. */
export async function storedTermsGas(market: Market): Promise<Gas> {
  const { operator, mined, provider, consumer, contracts, client } = market
  const { abi, bytecode } = compile()
  const deployed = await mined(await operator.deployContract({ abi, bytecode, args: [contracts.euro.address] }))
  const baseline = { address: deployed.contractAddress!, abi }
  const spend = spender(market)

  const listing = idOf('baseline listing')
  const cid = 'bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy'
  const publish = await spend(provider.signer, baseline, 'publish', [listing, 0, 'Forecast of solar power', cid])
  const { timestamp } = await client.getBlock()
  const parties = { provider: provider.address, consumer: consumer.address }
  const when = { start: timestamp, end: timestamp + 31_536_000n, notice: 2_592_000n, concludedAt: 0n }
  const price = { plan: 2, price: micro('9.90'), interval: 2_592_000n }
  const agreement = { listing, version: 1, ...parties, terms: idOf('terms'), ...price, ...when }
  const conclude = await spend(consumer.signer, baseline, 'conclude', [idOf('baseline agreement'), agreement])

  const channel = idOf('baseline channel')
  await spend(consumer.signer, contracts.euro, 'approve', [baseline.address, micro('10')])
  await spend(consumer.signer, baseline, 'open', [channel, provider.address, micro('10')])
  const claim = async (cumulative: bigint) => {
    const words = [31_337n, baseline.address, channel, cumulative] as const
    const raw = keccak256(encodeAbiParameters(parseAbiParameters('uint256, address, bytes32, uint256'), words))
    const { r, s, v } = parseSignature(await consumer.signer.signMessage({ message: { raw } }))
    return spend(provider.signer, baseline, 'claim', [channel, cumulative, Number(v), r, s])
  }
  const [claimFirst, again] = [await claim(micro('1.234567')), await claim(micro('2.345678'))]
  return { publish, conclude, claimFirst, claim: again }
}
