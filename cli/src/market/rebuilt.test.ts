import { openMarketChain } from '@opem/contracts'
import {
  auditMarket,
  type Hex,
  type LocatedEvent,
  type MarketChain,
  type MarketIndex,
  type MarketStanding,
  marketStandingOf,
  readContracts,
  readIndex,
  readIndexSums,
  rebuildMarket,
} from '@opem/domain'
import type { PublicClient } from 'viem'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Market, openMarket } from '../../../contracts/testing/market.ts'
import { liveMarket } from '../../../contracts/testing/market-life.ts'
import { openIndex } from './index-reader.ts'
import { startTestIndex } from './test-index.ts'

const rebuild = (of: readonly LocatedEvent[]) => rebuildMarket(of, chain.keccak)
const SEED = 2026
const STEPS = 100

let market: Market
let chain: MarketChain
let events: LocatedEvent[]
let head: bigint
let truth: MarketStanding
let parties: Hex[]

beforeAll(async () => {
  market = await openMarket()
  chain = openMarketChain(market.client as unknown as PublicClient, market.addresses, market.client.chain.id)
  const life = await liveMarket(market, { seed: SEED, steps: STEPS })
  parties = life.parties.map(({ address }) => address.toLowerCase() as Hex)
  head = await chain.head()
  events = await chain.eventsIn(0n, head)
  const ask = (contract: string, view: string, args: readonly unknown[]) => chain.ask(contract, view, args, head)
  truth = await readContracts(ask, marketStandingOf(rebuild(events)), { parties })
}, 400_000)
afterAll(() => market?.close())

test('the life has every event by which something changes', () => {
  const kinds = new Set(events.map(({ name }) => name))
  expect([...kinds].filter((name) => !/^(Initialized|Upgraded|AuthorityUpdated)$/.test(name)).sort()).toEqual([
    'AgreementConcluded',
    'AgreementExtended',
    'AgreementTerminated',
    'BankSettled',
    'CompositionDecided',
    'CompositionRequested',
    'CompositionStateChanged',
    'Deposited',
    'FeeChanged',
    'FeesWithdrawn',
    'InnovationProposed',
    'InnovationRequested',
    'ListingHandedOver',
    'ListingOffered',
    'ListingPublished',
    'ListingStateChanged',
    'PaymentDecided',
    'PaymentDisputed',
    'PaymentHeld',
    'PaymentLapsed',
    'PaymentRefunded',
    'PaymentReleased',
    'ProposalStateChanged',
    'RequestStateChanged',
    'ReserveClosing',
    'ReserveReclaimed',
    'Reserved',
    'TreasuryChanged',
    'VoucherClaimed',
    'Withdrawn',
  ])
})

test('every balance and state follows from the raw events, and the tokens are there', async () => {
  const ledger = rebuild(events)
  expect(ledger.findings).toEqual([])
  expect(marketStandingOf(ledger)).toEqual(truth)
  const { Escrow } = market.addresses
  expect(await chain.ask('EuroToken', 'balanceOf', [Escrow], head)).toBe(ledger.balances.total)
})

test('the audit of the whole life finds nothing', async () => {
  const { checks, block } = await auditMarket({ chain, fromBlock: 0n })
  expect([BigInt(block), checks.flatMap(({ findings }) => findings)]).toEqual([head, []])
})

/** Whether the events' own order, or the contracts, show that these are not the events. */
function isFound(changed: readonly LocatedEvent[]): boolean {
  const ledger = rebuild(changed)
  if (ledger.findings.length > 0) return true
  try {
    expect(marketStandingOf(ledger)).toEqual(truth)
    return false
  } catch {
    return true
  }
}

/** Events, and fields, on which no balance and no state depends; nor does one on what an invoice comes to. */
const WORDLESS = new Set(['FeeChanged', 'TreasuryChanged', 'Initialized', 'Upgraded', 'AuthorityUpdated'])
const WORDS = new Set([
  'by',
  'from',
  'to',
  'reason',
  'invoice',
  'approver',
  'providerContract',
  'treasury',
  'asProvider',
])

test('an event that is kept back is found, whichever it is', () => {
  const missed = events.flatMap((event, i) => {
    // An offer that another one followed left nothing.
    if (WORDLESS.has(event.name) || event.name === 'ListingOffered') return []
    return isFound(events.toSpliced(i, 1)) ? [] : [`${i} ${event.name}`]
  })
  expect(missed).toEqual([])
})

test('an event of which one number or state is changed is found', () => {
  const missed = events.flatMap((event, i) => {
    if (WORDLESS.has(event.name)) return []
    return Object.entries(event.args).flatMap(([field, value]) => {
      if (
        WORDS.has(field) ||
        (event.name === 'BankSettled' && field === 'amount') ||
        (typeof value !== 'bigint' && typeof value !== 'number')
      )
        return []
      const other = typeof value === 'bigint' ? value + 1n : value + 1
      const changed = { ...event, args: { ...event.args, [field]: other } }
      return isFound(events.with(i, changed)) ? [] : [`${i} ${event.name}.${field}`]
    })
  })
  expect(missed).toEqual([])
})

test('every balance and state follows from the entities of the index, and a false entity is found', async () => {
  const { url, stop } = await startTestIndex({ url: market.url, addresses: market.addresses, head: Number(head) })
  const index = openIndex(url)
  try {
    expect(await readIndex(index.ask, Number(head))).toEqual(truth)
    const { balances } = rebuild(events)
    const sum = (of: ReadonlyMap<Hex, bigint>) => [...of.values()].reduce((a, b) => a + b, 0n)
    expect(await readIndexSums(index.ask, Number(head))).toEqual({
      ...{ due: sum(balances.fees), available: sum(balances.available) },
      ...{ held: balances.held, reserved: balances.reserved, total: balances.total },
    })
    const audit = (of: MarketIndex) => auditMarket({ chain, fromBlock: 0n, index: of })
    expect((await audit(index)).checks.at(-1)).toMatchObject({ name: 'index', findings: [] })

    const [[party, available]] = [...truth.available] as [[Hex, bigint]]
    const ask: MarketIndex['ask'] = async (query) => {
      const answer = (await index.ask(query)) as { balances?: { id: Hex; available: string }[] }
      return {
        ...answer,
        ...(answer.balances && {
          balances: answer.balances.map((it) => (it.id === party ? { ...it, available: `${available + 1n}` } : it)),
        }),
      }
    }
    const { ok, checks } = await audit({ ...index, ask })
    expect([ok, checks.at(-1)!.findings]).toEqual([
      false,
      [
        {
          words: `the purse of ${party}: ${available} µEUR by the events, ${available + 1n} µEUR by the index`,
          ...{ check: 'index', contract: 'Escrow', parties: [party], event: expect.any(String) },
          ...{ block: expect.any(Number), transaction: expect.stringMatching(/^0x/) },
        },
      ],
    ])
  } finally {
    await stop()
  }
}, 500_000)
