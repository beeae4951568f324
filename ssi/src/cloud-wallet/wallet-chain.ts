import { OpemError } from '@opem/domain'
import {
  type Address,
  BaseError,
  createPublicClient,
  createWalletClient,
  defineChain,
  formatEther,
  type Hex,
  http,
  InsufficientFundsError,
  type LocalAccount,
  type PublicClient,
} from 'viem'
import { createDidResolver, type DidResolver } from '../did/index.ts'

export interface ChainOptions {
  readonly rpcUrl: string
  readonly chainId: number
  readonly addresses: Readonly<Record<'EthereumDIDRegistry' | 'RevocationRegistry' | 'IssuerRegistry', Address>> & {
    /** Whose communities are known; any contract counts as one without it. */
    readonly CommunityFactory?: Address | undefined
  }
}

/** The chain as a wallet needs it: documents of DIDs, and transactions. */
export interface WalletChain extends ChainOptions {
  readonly client: PublicClient
  readonly resolver: DidResolver
  /**
   * Sends a call and waits until it is mined.
   * @throws ERR_WALLET_FUNDS (`payer` cannot pay the gas), ERR_WALLET_TRANSACTION, retryable ERR_CHAIN_UNREACHABLE
   */
  send(payer: LocalAccount, call: ContractCall): Promise<Hex>
  /** Gives ether. */
  give(giver: LocalAccount, to: Address, value: bigint): Promise<Hex>
}

export interface ContractCall {
  readonly address: Address
  readonly abi: readonly unknown[]
  readonly functionName: string
  readonly args: readonly unknown[]
}

export function openWalletChain(options: ChainOptions): WalletChain {
  const { rpcUrl, chainId, addresses } = options
  const chain = defineChain({
    id: chainId,
    name: `chain ${chainId}`,
    nativeCurrency: { name: 'Ether', symbol: 'ETH', decimals: 18 },
    rpcUrls: { default: { http: [rpcUrl] } },
  })
  const transport = http(rpcUrl, { timeout: 10_000, retryCount: 1 })
  const reading = http(rpcUrl, { timeout: 10_000, retryCount: 1, batch: true })
  const client = createPublicClient({ chain, transport: reading, pollingInterval: 100 })
  const mined = async (hash: Hex): Promise<Hex> => {
    const { status } = await client.waitForTransactionReceipt({ hash, timeout: 120_000 })
    if (status === 'success') return hash
    throw failed(`The transaction ${hash} failed on chain.`)
  }
  return {
    ...options,
    client: client as PublicClient,
    resolver: createDidResolver({ rpcUrl, chainId, registry: addresses.EthereumDIDRegistry }),
    send: async (payer, call) => {
      try {
        return await mined(
          await createWalletClient({ account: payer, chain, transport }).writeContract({ ...call, chain } as never),
        )
      } catch (cause) {
        throw await refusalOf(cause, client as PublicClient, payer.address, call.functionName)
      }
    },
    give: async (giver, to, value) =>
      mined(await createWalletClient({ account: giver, chain, transport }).sendTransaction({ to, value })),
  }
}

const failed = (shortMessage: string, cause?: unknown): OpemError =>
  new OpemError({ code: 'ERR_WALLET_TRANSACTION', shortMessage, cause })

async function refusalOf(cause: unknown, client: PublicClient, payer: Address, name: string): Promise<OpemError> {
  if (cause instanceof OpemError) return cause
  const balance = await client.getBalance({ address: payer }).catch(() => undefined)
  if (balance === undefined) {
    return new OpemError({
      code: 'ERR_CHAIN_UNREACHABLE',
      shortMessage: 'The chain does not answer: is it running?',
      cause,
      retryable: true,
    })
  }
  const poor = cause instanceof BaseError && cause.walk((error) => error instanceof InsufficientFundsError) !== null
  if (balance === 0n || poor) {
    return new OpemError({
      code: 'ERR_WALLET_FUNDS',
      shortMessage: `${payer} holds ${formatEther(balance)} ether, too little to pay for ${name}: send it some, or let another key pay.`,
      cause,
    })
  }
  const said = (cause as { shortMessage?: unknown }).shortMessage
  return failed(`The chain refused ${name}: ${typeof said === 'string' ? said : 'no reason given'}`, cause)
}
