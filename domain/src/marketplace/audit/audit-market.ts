import { shortEur } from '../../billing/price-plan.ts'
import type { LocatedEvent } from '../ledger/event.ts'
import { type MarketLedger, rebuildMarket } from '../ledger/ledger.ts'
import { checkIndex, type MarketIndex } from './check-index.ts'
import { checkSignatures } from './check-signatures.ts'
import { checkTokens } from './check-tokens.ts'
import { compareStandings } from './compare.ts'
import type { MarketCheck, MarketCheckName } from './finding.ts'
import { inLanes, type Work } from './lanes.ts'
import type { MarketChain, TokenTransfer } from './market-chain.ts'
import { readContracts } from './read-contracts.ts'
import { marketStandingOf } from './standing.ts'
import { type ContractVerdict, contractVerdicts, type PartyVerdict, partyVerdicts } from './verdicts.ts'

export interface MarketAuditRequest {
  readonly chain: MarketChain
  /** The first block that may hold an event of these contracts. */
  readonly fromBlock: bigint
  /**
   * Blocks, both included; all without it. Everything is rebuilt from the first event on and asked of the contracts as it was
   * after `last`; signatures are recovered from `first` on, and purses told from what was in them before it.
   */
  readonly range?: { readonly first: bigint; readonly last: bigint }
  readonly index?: MarketIndex
  readonly onProgress?: (step: MarketCheckName, done: number, of: number) => void
  readonly signal?: AbortSignal
}

export interface MarketAudit {
  readonly ok: boolean
  readonly first: number
  /** At this block everything was asked. */
  readonly block: number
  /** In the range. */
  readonly events: number
  readonly checks: readonly MarketCheck[]
  readonly contracts: readonly ContractVerdict[]
  readonly parties: readonly PartyVerdict[]
  readonly escrow: EscrowSums
}

/** What the escrow owes, and what it holds. µEUR */
export interface EscrowSums {
  readonly available: bigint
  readonly held: bigint
  readonly reserved: bigint
  readonly fees: bigint
  readonly owed: bigint
  readonly tokens: bigint
  /** Sent to it without a deposit: nobody's. */
  readonly unasked: bigint
}

/** Blocks in one question, and such questions under way at once: their answers are large. */
const BLOCKS = 5000n
const QUESTIONS = 4

/**
 * Audits the market from the chain alone: rebuilds everything from the events, holds it against the contracts and the tokens,
 * recovers every signature; and holds the index against it all when there is one. Ends with the signal's reason when aborted.
 */
export async function auditMarket(request: MarketAuditRequest): Promise<MarketAudit> {
  const { chain, fromBlock, index, onProgress, signal } = request
  const { first, last } = request.range ?? { first: fromBlock, last: await chain.head() }
  const work = (step: MarketCheckName) => ({
    onProgress: (done: number, of: number) => onProgress?.(step, done, of),
    ...(signal === undefined ? {} : { signal }),
  })
  const { events, transfers } = await readBlocks(chain, fromBlock, last, work('events'))
  const ledger = rebuildMarket(events, chain.keccak, first)
  const rebuilt = marketStandingOf(ledger)

  const ask = (contract: string, view: string, args: readonly unknown[]) => chain.ask(contract, view, args, last)
  const answered = await readContracts(ask, rebuilt, { parties: partiesOf(ledger, transfers), ...work('states') })
  const tokens = (await ask('EuroToken', 'balanceOf', [chain.escrow])) as bigint
  const { total: owed, held, reserved, available, fees } = ledger.balances
  const flow = checkTokens({ escrow: chain.escrow, events, transfers, owed, held: tokens })
  const inRange = events.filter(({ block }) => block >= first)
  const signed = await checkSignatures(chain, inRange, ledger, work('signatures'))
  const many = (count: number, one: string) => `${count} ${one}${count === 1 ? '' : 's'}`
  const size = (of: keyof typeof rebuilt, one: string) => many(rebuilt[of].size, one)

  const checks: MarketCheck[] = [
    {
      name: 'events',
      what: `${many(events.length, 'event')} follow from each other and from the terms agreed upon`,
      findings: ledger.findings,
    },
    {
      name: 'states',
      what: `${size('listings', 'listing')}, ${size('agreements', 'agreement')}, ${size('payments', 'payment')}, ${size('reserves', 'reserve')} and ${size('available', 'purse')} are what the contracts say`,
      findings: compareStandings(ledger, answered, { check: 'states', teller: 'the contract' }),
    },
    {
      name: 'tokens',
      what: `the escrow holds what it owes: ${shortEur(owed)} EUR${flow.unasked > 0n ? `; ${shortEur(flow.unasked)} more were sent to it without a deposit` : ''}`,
      findings: flow.findings,
    },
    {
      name: 'signatures',
      what: `${many(signed.listings, 'approval')} and ${many(signed.agreements, 'agreement')} are signed by who might sign them${signed.hidden > 0 ? `; ${signed.hidden} came through other contracts and were not read` : ''}`,
      findings: signed.findings,
    },
    ...(index === undefined ? [] : [await checkIndex(index, ledger, Number(last), work('index'))]),
  ]
  const findings = checks.flatMap((check) => check.findings)
  const sum = (of: Iterable<bigint>) => [...of].reduce((a, b) => a + b, 0n)
  return {
    ...{ ok: findings.length === 0, first: Number(first), block: Number(last), events: inRange.length, checks },
    contracts: contractVerdicts(ledger, inRange, findings),
    parties: partyVerdicts(ledger, findings),
    escrow: {
      ...{ available: sum(available.values()), held, reserved, fees: sum(fees.values()) },
      ...{ owed, tokens, unasked: flow.unasked },
    },
  }
}

/** Everybody whose purse must be empty when the events say nothing of it: who agreed upon something, and who sent tokens. */
const partiesOf = ({ terms }: MarketLedger, transfers: readonly TokenTransfer[]) => [
  ...[...terms.values()].flatMap(({ consumer, provider }) => [consumer, provider]),
  ...transfers.map(({ from }) => from),
]

/** Events and transfers of all blocks, a few thousand at a time, in the order of the chain. */
async function readBlocks(
  chain: MarketChain,
  from: bigint,
  to: bigint,
  { onProgress, ...work }: Work,
): Promise<{ events: LocatedEvent[]; transfers: TokenTransfer[] }> {
  const starts = Array.from({ length: Number((to - from) / BLOCKS) + 1 }, (_, i) => from + BigInt(i) * BLOCKS)
  const blocks = to < from ? 0 : Number(to - from) + 1
  const end = (start: bigint) => (start + BLOCKS - 1n < to ? start + BLOCKS - 1n : to)
  const parts = await inLanes(
    to < from ? [] : starts,
    async (start) => {
      const [events, transfers] = await Promise.all([
        chain.eventsIn(start, end(start)),
        chain.transfersIn(start, end(start)),
      ])
      return { events, transfers }
    },
    { ...work, atOnce: QUESTIONS, onProgress: (done) => onProgress?.(Math.min(done * Number(BLOCKS), blocks), blocks) },
  )
  return { events: parts.flatMap(({ events }) => events), transfers: parts.flatMap(({ transfers }) => transfers) }
}
