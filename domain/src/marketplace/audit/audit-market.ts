import { shortEur } from '../../billing/price-plan.ts'
import type { Hex } from '../../commitment/bytes.ts'
import type { ActorEvent, LocatedEvent, MarketContract } from '../ledger/event.ts'
import { type MarketLedger, openLedger } from '../ledger/ledger.ts'
import { isTelling } from './actors.ts'
import { checkIndex, type MarketIndex } from './check-index.ts'
import { checkSignatures, isSigned } from './check-signatures.ts'
import { openTokens, type TokenBook } from './check-tokens.ts'
import { compareStandings } from './compare.ts'
import type { MarketCheck, MarketCheckName } from './finding.ts'
import type { Work } from './lanes.ts'
import type { MarketChain } from './market-chain.ts'
import { readBlocks } from './read-blocks.ts'
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
  const { ledger, tokenBook, actors, signings, senders, ...read } = await readMarket(
    chain,
    { fromBlock, first, last },
    work('events'),
  )
  const rebuilt = marketStandingOf(ledger)

  const ask = (contract: string, view: string, args: readonly unknown[]) => chain.ask(contract, view, args, last)
  const parties = [...senders, ...[...ledger.terms.values()].flatMap(({ consumer, provider }) => [consumer, provider])]
  const answered = await readContracts(ask, rebuilt, { parties, ...work('states') })
  const tokens = (await ask('EuroToken', 'balanceOf', [chain.escrow])) as bigint
  const { total: owed, held, reserved, available, fees } = ledger.balances
  const flow = tokenBook.close({ owed, held: tokens })
  const signed = await checkSignatures(
    { chain, events: signings, actors, ledger, fromBlock, block: last },
    work('signatures'),
  )
  const many = (count: number, one: string) => `${count} ${one}${count === 1 ? '' : 's'}`
  const size = (of: keyof typeof rebuilt, one: string) => many(rebuilt[of].size, one)

  const checks: MarketCheck[] = [
    {
      name: 'events',
      what: `${many(read.events, 'event')} follow from each other and from the terms agreed upon`,
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
      ...(signed.unjudged > 0
        ? {
            skipped: `${signed.unjudged} of ${signed.unjudged + signed.listings + signed.agreements} are left to the contract of a party’s owner, which this node cannot ask as it was then: ask an archive node`,
          }
        : {}),
      findings: signed.findings,
    },
    ...(index === undefined ? [] : [await checkIndex(index, ledger, Number(last), work('index'))]),
  ]
  const findings = checks.flatMap((check) => check.findings)
  const sum = (of: Iterable<bigint>) => [...of].reduce((a, b) => a + b, 0n)
  return {
    ...{ ok: findings.length === 0, first: Number(first), block: Number(last), checks },
    events: [...read.inRange.values()].reduce((a, b) => a + b, 0),
    contracts: contractVerdicts(ledger, read.inRange, findings),
    parties: partyVerdicts(ledger, findings),
    escrow: {
      ...{ available: sum(available.values()), held, reserved, fees: sum(fees.values()) },
      ...{ owed, tokens, unasked: flow.unasked },
    },
  }
}

/** What is kept of the market's blocks when all were read: never all their events. */
interface Read {
  readonly ledger: MarketLedger
  readonly tokenBook: TokenBook
  readonly actors: readonly ActorEvent[]
  /** Events of the range behind which somebody's signature stands. */
  readonly signings: readonly LocatedEvent[]
  /** Who sent tokens: their purses must be empty when no event says anything of them. */
  readonly senders: ReadonlySet<Hex>
  readonly events: number
  /** Events of the range, by contract. */
  readonly inRange: ReadonlyMap<MarketContract, number>
}

async function readMarket(
  chain: MarketChain,
  { fromBlock, first, last }: { readonly fromBlock: bigint; readonly first: bigint; readonly last: bigint },
  work: Work,
): Promise<Read> {
  const [book, tokenBook] = [openLedger(chain.keccak, first), openTokens(chain.escrow)]
  const [actors, signings, senders]: [ActorEvent[], LocatedEvent[], Set<Hex>] = [[], [], new Set()]
  const inRange = new Map<MarketContract, number>()
  let count = 0
  for await (const part of readBlocks(chain, fromBlock, last, work)) {
    tokenBook.apply(part.events, part.transfers)
    for (const { from } of part.transfers) senders.add(from)
    for (const actor of part.actors) if (isTelling(actor)) actors.push(actor)
    for (const event of part.events) {
      count += 1
      book.apply(event)
      if (event.block < first) continue
      inRange.set(event.contract, (inRange.get(event.contract) ?? 0) + 1)
      if (isSigned(event)) signings.push(event)
    }
  }
  return { ledger: book.close(), tokenBook, actors, signings, senders, events: count, inRange }
}
