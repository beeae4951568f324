import { createRequire } from 'node:module'
import { encodePacked, type Hex, keccak256, parseSignature, toHex } from 'viem'
import { idOf, type Market, micro } from '../../contracts/testing/market.ts'
import { type Compiled, gasOf, peerTools } from './peer-contracts.ts'
import { BATCH, type Gas } from './scenarios.ts'

const require = createRequire(import.meta.url)
const artifact = (name: string): Compiled => ({
  abi: require(`singularitynet-platform-contracts/abi/${name}.json`),
  bytecode: require(`singularitynet-platform-contracts/bytecode/${name}.json`),
})

/** What a service's registration costs: an organisation's second, since the first opens slots that later ones reuse. */
async function serviceGas(market: Market): Promise<Gas> {
  const { deploy, send } = peerTools(market)
  const by = market.provider.signer
  const registry = await deploy(artifact('Registry'))
  const uri = toHex('ipfs://QmUfwZ7pEWBE5zSepKpHDaPibQxpPqoEDRo5Kzai8h5U9B')
  await send(by, registry, 'createOrganization', [idOf('organisation'), uri, []])
  const register = (name: string) =>
    send(by, registry, 'createServiceRegistration', [idOf('organisation'), idOf(name), uri])
  await register('a service')
  return { registerService: gasOf(await register('another service')) }
}

/** What payment channels cost, with our euro as their token: opened from deposited money, claimed by signed amounts. */
async function channelGas(market: Market): Promise<Gas> {
  const { deploy, send } = peerTools(market)
  const { consumer, provider, contracts } = market
  const escrow = await deploy(artifact('MultiPartyEscrow'), [contracts.euro.address])
  await send(consumer.signer, contracts.euro, 'approve', [escrow.address, 2n ** 256n - 1n])
  await send(consumer.signer, escrow, 'deposit', [micro('300')])
  let channels = 0n
  const open = async () => {
    const terms = [consumer.address, provider.address, idOf('group'), micro('5'), 2n ** 32n]
    const gas = gasOf(await send(consumer.signer, escrow, 'openChannel', terms))
    return { channel: channels++, gas }
  }
  const sign = async (channel: bigint, nonce: bigint, amount: bigint) => {
    const words = ['__MPE_claim_message', escrow.address, channel, nonce, amount] as const
    const raw = keccak256(encodePacked(['string', 'address', 'uint256', 'uint256', 'uint256'], words))
    const { r, s, v } = parseSignature(await consumer.signer.signMessage({ message: { raw } }))
    return { v: Number(v), r, s }
  }
  await open()
  const { channel, gas: openChannel } = await open()
  const claim = async (nonce: bigint, amount: bigint) => {
    const { v, r, s } = await sign(channel, nonce, amount)
    return gasOf(await send(provider.signer, escrow, 'channelClaim', [channel, amount, amount, v, r, s, false]))
  }
  const [claimFirst, again] = [await claim(0n, micro('1.234567')), await claim(1n, micro('1.111111'))]

  const amount = micro('1.234567')
  const ids: bigint[] = []
  const signatures: { readonly v: number; readonly r: Hex; readonly s: Hex }[] = []
  for (let i = 0; i < BATCH; i++) {
    ids.push((await open()).channel)
    signatures.push(await sign(ids.at(-1)!, 0n, amount))
  }
  const amounts = ids.map(() => amount)
  const parts = [signatures.map(({ v }) => v), signatures.map(({ r }) => r), signatures.map(({ s }) => s)]
  const many = await send(provider.signer, escrow, 'multiChannelClaim', [
    ...[ids, amounts, amounts, ids.map(() => false)],
    ...parts,
  ])
  return { openChannel, claimFirst, claim: again, claimManyEach: Math.round(gasOf(many) / BATCH) }
}

/** What registering a service, opening a channel and claiming from it cost on SingularityNET's contracts. */
export const singularityNetGas = async (market: Market): Promise<Gas> => ({
  ...(await serviceGas(market)),
  ...(await channelGas(market)),
})
