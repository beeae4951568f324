import { type MarketChainAddresses, openMarketChain } from '@opem/contracts'
import { auditMarket, type MarketChain } from '@opem/domain'
import { createPublicClient, http, type PublicClient } from 'viem'
import { openIndex } from '../../cli/src/market/index-reader.ts'

/** What one audit is told, as JSON on the command line. */
export interface Wish {
  readonly url: string
  readonly chainId: number
  readonly addresses: MarketChainAddresses
  readonly index?: string
  /** Calls that travel together; 1: each alone. */
  readonly batch: number
  /** Baseline: everything is asked for in one question over all blocks, and held. */
  readonly whole?: boolean
}
export interface Told {
  readonly ok: boolean
  readonly events: number
  readonly checks: readonly string[]
  readonly milliseconds: Readonly<Record<string, number>>
  readonly requests: number
  readonly calls: number
  /** Most that the process held at once. Bytes */
  readonly rss: number
}

/** One audit in a process of its own, so that its memory is its own. */
async function once({ url, chainId, addresses, index, batch, whole }: Wish): Promise<Told> {
  let [requests, calls] = [0, 0]
  const transport = http(url, {
    ...(batch > 1 ? { batch: { batchSize: batch, wait: 2 } } : {}),
    timeout: 120_000,
    ...(whole ? { maxResponseBodySize: 1_000_000_000 } : {}),
    onFetchRequest: (_, { body }) => {
      requests += 1
      const sent: unknown = JSON.parse(String(body))
      calls += Array.isArray(sent) ? sent.length : 1
    },
  })
  const client = createPublicClient({ transport, chain: undefined }) as unknown as PublicClient
  const opened = openMarketChain(client, addresses, chainId)
  const began = performance.now()
  const chain = whole ? await readWhole(opened) : opened
  const milliseconds: Record<string, number> = {}
  const audit = await auditMarket({
    ...{ chain, fromBlock: 0n, ...(index === undefined ? {} : { index: openIndex(index) }) },
    onProgress: (step) => (milliseconds[step] = Math.round(performance.now() - began)),
  })
  return {
    ...{ ok: audit.ok, events: audit.events },
    checks: audit.checks.map(({ name, findings, skipped }) => `${name}: ${skipped ?? findings[0]?.words ?? 'right'}`),
    milliseconds: { ...milliseconds, all: Math.round(performance.now() - began) },
    ...{ requests, calls, rss: process.resourceUsage().maxRSS * 1024 },
  }
}

/** The same chain, all of whose events and transfers were read at once. */
async function readWhole(chain: MarketChain): Promise<MarketChain> {
  const head = await chain.head()
  const [events, actors, transfers] = await Promise.all([
    chain.eventsIn(0n, head),
    chain.actorsIn(0n, head),
    chain.transfersIn(0n, head),
  ])
  const within =
    <T extends { readonly block: bigint }>(all: readonly T[]) =>
    async (from: bigint, to: bigint): Promise<T[]> =>
      all.filter(({ block }) => block >= from && block <= to)
  return { ...chain, eventsIn: within(events), actorsIn: within(actors), transfersIn: within(transfers) }
}

process.stdout.write(`${JSON.stringify(await once(JSON.parse(process.argv[2]!) as Wish))}\n`)
