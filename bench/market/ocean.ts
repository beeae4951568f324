import { createRequire } from 'node:module'
import { encodePacked, type Hex, keccak256, parseEther, parseEventLogs, parseSignature, toHex, zeroAddress } from 'viem'
import { idOf, type Market, micro } from '../../contracts/testing/market.ts'
import { type Compiled, type Deployed, gasOf, peerTools } from './peer-contracts.ts'
import type { Gas } from './scenarios.ts'

const require = createRequire(import.meta.url)
const artifact = (path: string): Compiled => require(`@oceanprotocol/contracts/artifacts/contracts/${path}.json`)
const ONE = parseEther('1')
const ENDLESS = 2n ** 256n - 1n
const NO_FEE = { consumeMarketFeeAddress: zeroAddress, consumeMarketFeeToken: zeroAddress, consumeMarketFeeAmount: 0n }

/** Ocean's contracts wired as their deployment does it: router, factory, templates, exchange at a fixed rate. */
async function openOcean(market: Market) {
  const { deploy, send } = peerTools(market)
  const [by, euro] = [market.operator.account, market.contracts.euro.address]
  const pool = await deploy(artifact('pools/balancer/BPool.sol/BPool'))
  const router = await deploy(artifact('pools/FactoryRouter.sol/FactoryRouter'), [
    ...[by.address, euro, pool.address, by.address, []],
  ])
  const exchange = await deploy(artifact('pools/fixedRate/FixedRateExchange.sol/FixedRateExchange'), [router.address])
  const dispenser = await deploy(artifact('pools/dispenser/Dispenser.sol/Dispenser'), [router.address])
  const nft = await deploy(artifact('templates/ERC721Template.sol/ERC721Template'))
  const datatoken = await deploy(artifact('templates/ERC20Template.sol/ERC20Template'))
  const factory = await deploy(artifact('ERC721Factory.sol/ERC721Factory'), [
    ...[nft.address, datatoken.address, router.address],
  ])
  await send(by, router, 'addFactory', [factory.address])
  await send(by, router, 'addFixedRateContract', [exchange.address])
  await send(by, router, 'addDispenserContract', [dispenser.address])
  return { ...{ send, exchange, dispenser, factory }, abis: { nft: nft.abi, datatoken: datatoken.abi } }
}

type Ocean = Awaited<ReturnType<typeof openOcean>>

/** Who owns an asset and its access token, and what they are called. */
function assetOf({ provider: { address: owner } }: Market) {
  const [name, symbol] = ['Forecast of solar power', 'SOLAR']
  const addresses = [owner, owner, zeroAddress, zeroAddress]
  const uints = [parseEther('1000'), 0n]
  return [
    { name, symbol, templateIndex: 1n, tokenURI: '', transferable: true, owner },
    { templateIndex: 1n, strings: [name, symbol], addresses, uints, bytess: [] },
  ] as const
}

/** Publishes an asset, its access token and a fixed price in one transaction. */
async function publish(market: Market, { send, factory, exchange, abis }: Ocean) {
  const { provider, contracts } = market
  const price = {
    fixedPriceAddress: exchange.address,
    addresses: [contracts.euro.address, provider.address, zeroAddress, zeroAddress],
    // Decimals of euro and token, price with 18 decimals, no market fee, tokens are minted when bought.
    uints: [6n, 18n, parseEther('9.90'), 0n, 1n],
  }
  const args = [...assetOf(market), price]
  const receipt = await send(provider.signer, factory, 'createNftWithErc20WithFixedRate', args)
  const event = (abi: Deployed['abi'], eventName: string) =>
    parseEventLogs({ abi, eventName, logs: receipt.logs })[0]!.args as unknown as Readonly<Record<string, Hex>>
  return {
    gas: gasOf(receipt),
    nft: { address: event(factory.abi, 'NFTCreated').newTokenAddress!, abi: abis.nft },
    datatoken: { address: event(factory.abi, 'TokenCreated').newTokenAddress!, abi: abis.datatoken },
    exchangeId: event(exchange.abi, 'ExchangeCreated').exchangeId!,
  }
}

/** Publishes an asset whose access token is given away, and one whose token has no way to be had yet. */
async function publishUnpriced(market: Market, { send, factory, dispenser }: Ocean): Promise<Gas> {
  const by = market.provider.signer
  const [asset, token] = assetOf(market)
  const terms = { dispenserAddress: dispenser.address, maxTokens: 1n, maxBalance: 1n, withMint: true }
  const free = [asset, token, { ...terms, allowedSwapper: zeroAddress }]
  return {
    publishFree: gasOf(await send(by, factory, 'createNftWithErc20WithDispenser', free)),
    publishBare: gasOf(await send(by, factory, 'createNftWithErc20', [asset, token])),
  }
}

/** What publishing and ordering cost on Ocean's contracts, with our euro as their token. Second of each kind where a first one opens slots. */
export async function oceanGas(market: Market): Promise<Gas> {
  const { provider, consumer, contracts } = market
  const ocean = await openOcean(market)
  const { send, exchange } = ocean
  await publish(market, ocean)
  const asset = await publish(market, ocean)
  const document = toHex('ipfs://bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy')
  const describe = (words: string) =>
    send(provider.signer, asset.nft, 'setMetaData', [0, '', '', '0x00', document, idOf(words), []])
  await describe('metadata')
  const metadata = await describe('metadata again')

  await send(consumer.signer, contracts.euro, 'approve', [exchange.address, ENDLESS])
  const buy = () => send(consumer.signer, exchange, 'buyDT', [asset.exchangeId, ONE, micro('10'), zeroAddress, 0n])
  const providerFee = await signedFee(market)
  const order = () => send(consumer.signer, asset.datatoken, 'startOrder', [consumer.address, 0n, providerFee, NO_FEE])
  await buy()
  await order()
  const [bought, ordered] = [gasOf(await buy()), gasOf(await order())]
  return {
    publish: asset.gas,
    ...(await publishUnpriced(market, ocean)),
    setMetaData: gasOf(metadata),
    order: ordered,
    buyAndOrder: bought + ordered,
  }
}

/** The provider's signature below its fee of nothing, without which no order starts. */
async function signedFee({ provider }: Market) {
  const fee = [toHex('{}'), provider.address, zeroAddress, 0n, 0n] as const
  const raw = keccak256(encodePacked(['bytes', 'address', 'address', 'uint256', 'uint256'], fee))
  const { r, s, v } = parseSignature(await provider.signer.signMessage({ message: { raw } }))
  const [providerData, providerFeeAddress, providerFeeToken, providerFeeAmount, validUntil] = fee
  return { providerFeeAddress, providerFeeToken, providerFeeAmount, v: Number(v), r, s, validUntil, providerData }
}
