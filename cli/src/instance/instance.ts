import type { Command } from 'commander'
import { type Address, createPublicClient, defineChain, http, isAddress, type PublicClient } from 'viem'
import { refusal } from '../failure.ts'
import { readDeployment } from '../up/deployment.ts'
import { runningRun } from '../up/run-file.ts'
import { readSettings } from '../up/settings.ts'
import { type Api, openApi } from './api.ts'
import { openCaller } from './caller.ts'

/** The options with which a command finds the marketplace it speaks to. */
export interface Where {
  readonly api?: string
  readonly chain?: string
  readonly settlement?: string
  /** Name of a wallet that is signed in. */
  readonly as?: string
}

/** The marketplace a command speaks to: its chain, its API, its contracts. */
export interface Instance {
  readonly home: string
  readonly api: Api
  readonly chain: PublicClient
  readonly chainUrl: string
  readonly chainId: number
  readonly contracts: {
    readonly factory?: Address
    readonly settlement: Address
    readonly priceBook?: Address
    readonly issuerRegistry?: Address
  }
  /** The first block that may hold an event of these contracts. */
  readonly fromBlock: bigint
}

export const withWhere = (command: Command): Command =>
  command
    .option('--api <url>', 'unified API (default: OPEM_API_URL, or the running marketplace)')
    .option('--chain <url>', 'JSON-RPC of the chain (default: OPEM_CHAIN_URL, or the running marketplace)')
    .option(
      '--as <wallet>',
      'a wallet that is signed in (default: OPEM_WALLET, or the command line’s own key in OPEM_HOME)',
    )

/** Where the unified API is: for commands that need no chain. */
export function apiUrlOf(where: Pick<Where, 'api'>, home?: string): string {
  const settings = readSettings(home === undefined ? process.env : { ...process.env, OPEM_HOME: home })
  const running = runningRun(settings.home)?.parts.find(({ name }) => name === 'api')?.url
  return where.api ?? (process.env.OPEM_API_URL || undefined) ?? running ?? settings.urls.api
}

/** Options first, then settings, then what runs in OPEM_HOME, then the default ports. */
export async function openInstance(where: Where = {}, home?: string): Promise<Instance> {
  const settings = readSettings(home === undefined ? process.env : { ...process.env, OPEM_HOME: home })
  const parts = new Map(runningRun(settings.home)?.parts.map(({ name, url }) => [name, url]))
  const apiUrl = apiUrlOf(where, home)
  const given = settings.replaced.has('chain') ? settings.urls.chain : undefined
  const chainUrl = where.chain ?? given ?? parts.get('chain') ?? settings.urls.chain
  const deployment = readDeployment(settings.home)
  if (where.settlement !== undefined && !isAddress(where.settlement)) {
    throw refusal(
      'ERR_ADDRESS',
      `--settlement is "${where.settlement}", which is not an address: give 0x and 40 hex digits.`,
    )
  }
  const settlement = (where.settlement ?? deployment?.addresses.Settlement) as Address | undefined
  if (settlement === undefined) {
    throw refusal(
      'ERR_NO_DEPLOYMENT',
      `${settings.home} knows no contracts: start the marketplace once (npm start), or name the contract with --settlement.`,
    )
  }
  const chainId = await createPublicClient({ transport: http(chainUrl, { retryCount: 1 }) }).getChainId()
  const chain = createPublicClient({
    chain: defineChain({
      id: chainId,
      name: `chain ${chainId}`,
      nativeCurrency: { name: 'Ether', symbol: 'ETH', decimals: 18 },
      rpcUrls: { default: { http: [chainUrl] } },
    }),
    transport: http(chainUrl, { timeout: 60_000 }),
  }) as PublicClient
  const code = await chain.getCode({ address: settlement })
  if (code === undefined || code === '0x') {
    throw refusal(
      'ERR_NO_CONTRACT',
      `There is no contract at ${settlement} on chain ${chainId} (${chainUrl}): is it the right chain, and the right --settlement?`,
    )
  }
  const factory = deployment?.addresses.CommunityFactory as Address | undefined
  const priceBook = deployment?.addresses.PriceBook as Address | undefined
  const issuerRegistry = deployment?.addresses.IssuerRegistry as Address | undefined
  const sameChain =
    deployment?.chainId === chainId && deployment.addresses.Settlement?.toLowerCase() === settlement.toLowerCase()
  return {
    home: settings.home,
    api: openApi(apiUrl, await openCaller(settings.home, where.as)),
    chain,
    chainUrl,
    chainId,
    contracts: {
      ...(factory && sameChain && { factory }),
      ...(priceBook && sameChain && { priceBook }),
      ...(issuerRegistry && sameChain && { issuerRegistry }),
      settlement,
    },
    fromBlock: sameChain ? BigInt(deployment.block) : 0n,
  }
}
