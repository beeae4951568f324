import { MARKET_CHAIN_CONTRACTS, type MarketChainAddresses, openMarketChain } from '@opem/contracts'
import {
  auditMarket,
  blocksIn,
  type MarketAudit,
  type MarketAuditRequest,
  type MarketIndex,
  OpemError,
} from '@opem/domain'
import type { PublicClient } from 'viem'
import { createPublicClient, http } from 'viem'
import { z } from 'zod'
import type { Settings } from '../../api/settings.ts'
import { ask, indexedBlock } from '../../subgraph/graphql.ts'

export interface MarketAuditWish {
  readonly settings: Settings
  /** Where `/chain` is. */
  readonly origin: string
  /** `[from, to)`, epoch seconds; what is left out is not bounded. */
  readonly span: { readonly from?: number; readonly to?: number }
  readonly withIndex: boolean
  readonly onProgress: NonNullable<MarketAuditRequest['onProgress']>
  readonly signal: AbortSignal
}

export interface MarketAuditOutcome {
  readonly audit: MarketAudit
  /** Of the block at which everything was asked, epoch seconds. */
  readonly at: number
}

/** How long the index may take for the audit's last block. */
const WAIT = 30_000

/**
 * Audits the market in this browser, on the thread that calls it (`auditInWorker`: on one of its own). It reads `/chain` and, when wished, `/subgraph`, which are open to everybody: nobody needs
 * an account for it. Code: `ERR_RANGE`.
 */
export async function runMarketAudit(wish: MarketAuditWish): Promise<MarketAuditOutcome> {
  const { settings, onProgress, signal } = wish
  // Thousands of small questions: a hundred of them travel together.
  const transport = http(`${wish.origin}/chain`, { batch: { batchSize: 100, wait: 5 } })
  const client = createPublicClient({ transport }) as PublicClient
  const addresses = Object.fromEntries(MARKET_CHAIN_CONTRACTS.map((name) => [name, settings.addresses[name]]))
  const chain = openMarketChain(client, addresses as MarketChainAddresses, settings.chainId)
  const fromBlock = BigInt(settings.block)
  const range = await blocksIn({ first: fromBlock, last: await chain.head() }, wish.span, chain.timeOf)
  if (range === undefined)
    throw new OpemError({
      code: 'ERR_RANGE',
      shortMessage: 'The chain has no block in these days: choose days on which the marketplace was running.',
    })
  const index = wish.withIndex ? { index: openIndex(signal) } : {}
  const audit = await auditMarket({ chain, fromBlock, range, ...index, onProgress, signal })
  return { audit, at: await chain.timeOf(range.last) }
}

const openIndex = (signal: AbortSignal): MarketIndex => ({
  ask: (query) => ask(query, {}, z.unknown(), signal),
  async reach(block) {
    for (const end = Date.now() + WAIT; ; await new Promise((resolve) => setTimeout(resolve, 500))) {
      signal.throwIfAborted()
      const at = Number(await indexedBlock(signal))
      if (at >= block || Date.now() > end) return at
    }
  },
})
