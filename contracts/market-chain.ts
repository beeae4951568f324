import {
  type Address,
  decodeFunctionData,
  erc20Abi,
  getAbiItem,
  type Hex,
  isAddressEqual,
  keccak256,
  type PublicClient,
  parseEventLogs,
  recoverTypedDataAddress,
} from 'viem'
import {
  accessManagerAbi,
  accountRegistryAbi,
  agreementRegistryAbi,
  compositionRegistryAbi,
  escrowAbi,
  ethereumDidRegistryAbi,
  listingRegistryAbi,
  openInnovationAbi,
} from './abi/index.ts'

const ABIS = {
  ListingRegistry: listingRegistryAbi,
  AgreementRegistry: agreementRegistryAbi,
  OpenInnovation: openInnovationAbi,
  CompositionRegistry: compositionRegistryAbi,
  Escrow: escrowAbi,
  EuroToken: erc20Abi,
  AccessManager: accessManagerAbi,
  AccountRegistry: accountRegistryAbi,
  EthereumDIDRegistry: ethereumDidRegistryAbi,
} as const
type Name = keyof typeof ABIS

/** The contracts that an audit of the market reads. */
export const MARKET_CHAIN_CONTRACTS = Object.keys(ABIS) as readonly Name[]
export type MarketChainAddresses = Readonly<Record<Name, Address>>

const TELLERS = ['ListingRegistry', 'AgreementRegistry', 'OpenInnovation', 'CompositionRegistry', 'Escrow'] as const
const EVENTS = TELLERS.flatMap((name) => [...ABIS[name]]).filter(({ type }) => type === 'event')

/**
 * A chain as the audit of the market reads it (`MarketChain` of `@opem/domain`), by JSON-RPC and these contracts' ABIs: what
 * is decoded by them, with every text in lower case.
 */
export function openMarketChain(client: PublicClient, addresses: MarketChainAddresses, chainId: number) {
  const nameOf = new Map(Object.entries(addresses).map(([name, address]) => [address.toLowerCase(), name]))
  const times = new Map<bigint, Promise<number>>()
  const timeOf = (blockNumber: bigint): Promise<number> => {
    const known = times.get(blockNumber) ?? client.getBlock({ blockNumber }).then((it) => Number(it.timestamp))
    times.set(blockNumber, known)
    return known
  }
  const transfer = getAbiItem({ abi: erc20Abi, name: 'Transfer' })
  const { Escrow, EuroToken } = addresses
  return {
    chainId,
    escrow: lower(Escrow),
    agreements: lower(addresses.AgreementRegistry),
    listings: lower(addresses.ListingRegistry),
    keccak: (bytes: Uint8Array): Uint8Array => keccak256(bytes, 'bytes'),
    head: () => client.getBlockNumber({ cacheTime: 0 }),
    timeOf,
    async eventsIn(fromBlock: bigint, toBlock: bigint) {
      const logs = await client.getLogs({ address: TELLERS.map((name) => addresses[name]), fromBlock, toBlock })
      const decoded = parseEventLogs({ abi: EVENTS, logs }) as unknown as Decoded[]
      // Many nodes say the time of its block with an event; of the others' blocks a few are asked for at once.
      for (const { blockNumber, blockTimestamp } of decoded)
        if (blockTimestamp) times.set(blockNumber, Promise.resolve(Number(blockTimestamp)))
      const untimed = [...new Set(decoded.map(({ blockNumber }) => blockNumber))].filter((block) => !times.has(block))
      for (let i = 0; i < untimed.length; i += 50) await Promise.all(untimed.slice(i, i + 50).map(timeOf))
      return Promise.all(
        decoded.map(async ({ address, eventName, args, blockNumber, transactionHash }) => ({
          contract: nameOf.get(address.toLowerCase()) as (typeof TELLERS)[number],
          ...{ name: eventName, args: lowered(args) as Record<string, unknown>, time: await timeOf(blockNumber) },
          ...{ block: blockNumber, transaction: transactionHash },
        })),
      )
    },
    async transfersIn(fromBlock: bigint, toBlock: bigint) {
      const of = { address: EuroToken, event: transfer, fromBlock, toBlock, strict: true } as const
      const [came, left] = await Promise.all([
        client.getLogs({ ...of, args: { to: Escrow } }),
        client.getLogs({ ...of, args: { from: Escrow } }),
      ])
      // What the escrow sends to itself is in both answers.
      const others = left.filter(({ args }) => !isAddressEqual(args.to, Escrow))
      return [...came, ...others].map(({ args, blockNumber, transactionHash }) => ({
        ...{ from: lower(args.from), to: lower(args.to), amount: args.value },
        ...{ block: blockNumber, transaction: transactionHash },
      }))
    },
    async ask(contract: string, functionName: string, args: readonly unknown[], blockNumber: bigint) {
      const [address, abi] = [addresses[contract as Name], ABIS[contract as Name]]
      return lowered(await client.readContract({ address, abi, functionName, args, blockNumber } as never))
    },
    async callOf(hash: Hex) {
      const { to, input: data } = await client.getTransaction({ hash })
      const contract = to === null ? undefined : nameOf.get(to.toLowerCase())
      if (contract === undefined) return { contract, name: '', args: [] }
      const { functionName, args } = decodeFunctionData({ abi: ABIS[contract as Name], data })
      return { contract, name: functionName, args: lowered(args ?? []) as readonly unknown[] }
    },
    signerOf: (typed: object, signature: Hex): Promise<Hex | undefined> =>
      recoverTypedDataAddress({ ...typed, signature } as never).then(lower, () => undefined),
    isSignedBy: (address: Hex, typed: object, signature: Hex, blockNumber: bigint): Promise<boolean> =>
      client.verifyTypedData({ ...typed, address, signature, blockNumber } as never),
  }
}

interface Decoded {
  readonly address: Address
  readonly eventName: string
  readonly args: object
  readonly blockNumber: bigint
  readonly blockTimestamp?: bigint | null
  readonly transactionHash: Hex
}

const lower = (hex: Hex): Hex => hex.toLowerCase() as Hex

/** The same value with all its texts in lower case: addresses come with capitals. */
function lowered(value: unknown): unknown {
  if (typeof value === 'string') return value.toLowerCase()
  if (Array.isArray(value)) return value.map(lowered)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, it]) => [key, lowered(it)]))
}
