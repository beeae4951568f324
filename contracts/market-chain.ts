import {
  type Address,
  BaseError,
  CallExecutionError,
  decodeFunctionData,
  encodeFunctionData,
  erc20Abi,
  getAbiItem,
  type Hex,
  HttpRequestError,
  hashTypedData,
  isAddressEqual,
  keccak256,
  type PublicClient,
  parseAbi,
  parseEventLogs,
  recoverTypedDataAddress,
  TimeoutError,
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

/** How nodes (anvil, geth, erigon) say that they keep no state of a block. */
const STATE_GONE = /BlockOutOfRange|missing trie node|historical state|state .*(pruned|not available)/i

/** How nodes and their keepers say that an answer would be, or is, too large; `/chain` among them. */
const TOO_MUCH =
  /exceeded the size limit|ask for less|more than [\d,]+ (results|logs|events)|response size|too (many|large|wide)|(block|query) range|limit exceeded|query timeout/i

const TELLERS = ['ListingRegistry', 'AgreementRegistry', 'OpenInnovation', 'CompositionRegistry', 'Escrow'] as const
const ACTORS = ['AccessManager', 'AccountRegistry', 'EthereumDIDRegistry'] as const
const eventsOf = (names: readonly Name[]) =>
  names.flatMap((name) => [...ABIS[name]]).filter(({ type }) => type === 'event')

/**
 * A chain as the audit of the market reads it (`MarketChain` of `@opem/domain`), by JSON-RPC and these contracts' ABIs: what
 * is decoded by them, with every text in lower case.
 */
export function openMarketChain(client: PublicClient, addresses: MarketChainAddresses, chainId: number) {
  const nameOf = new Map(Object.entries(addresses).map(([name, address]) => [address.toLowerCase(), name]))
  const timeOf = (blockNumber: bigint): Promise<number> =>
    client.getBlock({ blockNumber }).then((it) => Number(it.timestamp))
  const transfer = getAbiItem({ abi: erc20Abi, name: 'Transfer' })
  const { Escrow, EuroToken } = addresses

  /** Events of some of the contracts, each with the time of its block. */
  async function located<N extends Name>(names: readonly N[], fromBlock: bigint, toBlock: bigint) {
    const logs = await client.getLogs({ address: names.map((name) => addresses[name]), fromBlock, toBlock })
    const decoded = parseEventLogs({ abi: eventsOf(names), logs }) as unknown as Decoded[]
    // Many nodes say the time of its block with an event; of the others' blocks a few are asked for at once.
    const told = new Map(
      decoded.map((it) => [it.blockNumber, it.blockTimestamp ? Number(it.blockTimestamp) : undefined]),
    )
    const untimed = [...told].flatMap(([block, time]) => (time === undefined ? [block] : []))
    for (let i = 0; i < untimed.length; i += 50) {
      const some = untimed.slice(i, i + 50)
      for (const [j, time] of (await Promise.all(some.map(timeOf))).entries()) told.set(some[j]!, time)
    }
    return decoded.map(({ address, eventName, args, blockNumber, logIndex, transactionHash }) => ({
      contract: nameOf.get(address.toLowerCase()) as N,
      ...{ name: eventName, args: lowered(args) as Record<string, unknown>, time: told.get(blockNumber)! },
      ...{ block: blockNumber, log: logIndex, transaction: transactionHash },
    }))
  }

  return {
    chainId,
    escrow: lower(Escrow),
    agreements: lower(addresses.AgreementRegistry),
    listings: lower(addresses.ListingRegistry),
    keccak: (bytes: Uint8Array): Uint8Array => keccak256(bytes, 'bytes'),
    head: () => client.getBlockNumber({ cacheTime: 0 }),
    timeOf,
    eventsIn: (from: bigint, to: bigint) => located(TELLERS, from, to),
    actorsIn: (from: bigint, to: bigint) => located(ACTORS, from, to),
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
    isStateGone: (cause: unknown): boolean => says(cause, STATE_GONE),
    isTooMuch: (cause: unknown): boolean => says(cause, TOO_MUCH),
    hasCode: async (address: Hex, blockNumber: bigint): Promise<boolean> =>
      (await client.getCode({ address, blockNumber })) !== undefined,
    /** As the contracts ask it (SignatureChecker of OpenZeppelin): whatever else the contract answers, or when it fails, is a no. */
    async isSignedBy(to: Hex, typed: object, signature: Hex, blockNumber: bigint): Promise<boolean> {
      const args = [hashTypedData(typed as never), signature] as const
      const call = { to, data: encodeFunctionData({ abi: erc1271Abi, args }), blockNumber }
      try {
        return (await client.call(call)).data?.startsWith(`${ERC_1271_YES}${'0'.repeat(56)}`) ?? false
      } catch (cause) {
        // An answer of the node, and none about its own state: the wallet failed.
        if (cause instanceof CallExecutionError && !says(cause, STATE_GONE) && isAnswered(cause)) return false
        throw cause
      }
    },
  }
}

interface Decoded {
  readonly address: Address
  readonly eventName: string
  readonly args: object
  readonly blockNumber: bigint
  readonly blockTimestamp?: bigint | null
  readonly logIndex: number
  readonly transactionHash: Hex
}

const erc1271Abi = parseAbi(['function isValidSignature(bytes32 hash, bytes signature) view returns (bytes4)'])
const ERC_1271_YES = '0x1626ba7e'
const isAnswered = (cause: BaseError): boolean =>
  cause.walk((one) => one instanceof HttpRequestError || one instanceof TimeoutError) === null

/** Whether that, or what it came of, says something of the kind. */
const says = (cause: unknown, words: RegExp): boolean =>
  cause instanceof BaseError
    ? cause.walk((one) => one instanceof Error && words.test(`${one.message} ${(one as BaseError).details ?? ''}`)) !==
      null
    : cause instanceof Error && words.test(cause.message)

const lower = (hex: Hex): Hex => hex.toLowerCase() as Hex

/** The same value with all its texts in lower case: addresses come with capitals. */
function lowered(value: unknown): unknown {
  if (typeof value === 'string') return value.toLowerCase()
  if (Array.isArray(value)) return value.map(lowered)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, it]) => [key, lowered(it)]))
}
