import { type ChainEvent, rebuildMarket } from '@opem/domain'
import { type Address, erc20Abi, type Hex, keccak256, type PublicClient } from 'viem'
import { chainEvents, type LocatedEvent, type MarketContracts } from './chain-events.ts'
import { askContracts, type Standing, standingOf } from './contract-ledger.ts'
import { checkSignatures, type Identity } from './signatures.ts'

export type MarketAddresses = MarketContracts & Identity & { readonly EuroToken: Address }

export interface Check {
  readonly name: string
  /** What was checked, in words. */
  readonly what: string
  readonly findings: readonly string[]
}
export interface MarketAudit {
  readonly ok: boolean
  readonly block: number
  readonly events: number
  readonly checks: readonly Check[]
}

/** For tests: events and calls as they were not. */
export interface Changes {
  readonly events?: (events: LocatedEvent[]) => LocatedEvent[]
  readonly input?: (call: Hex) => Hex
}

/**
 * Audits the market from the chain alone, at its head: rebuilds everything from the events, holds it against the contracts and
 * the tokens, and recovers every signature.
 */
export async function auditMarket(
  client: PublicClient,
  addresses: MarketAddresses,
  fromBlock: bigint,
  changes: Changes = {},
): Promise<MarketAudit> {
  const blockNumber = await client.getBlockNumber({ cacheTime: 0 })
  const told = await chainEvents(client, addresses, { fromBlock, toBlock: blockNumber })
  const events = changes.events?.(told) ?? told
  const ledger = rebuildMarket(events as ChainEvent[], (bytes) => keccak256(bytes, 'bytes'))
  const rebuilt = standingOf(ledger)
  const answered = await askContracts(client, addresses, rebuilt, { blockNumber })
  const signed = await checkSignatures(client, addresses, events, changes.input)
  const { EuroToken: address, Escrow } = addresses
  const call = { address, abi: erc20Abi, functionName: 'balanceOf', args: [Escrow], blockNumber } as const
  const [tokens, { total }] = [await client.readContract(call), ledger.balances]
  const count = (of: keyof Standing) => rebuilt[of].size
  const checks: Check[] = [
    {
      name: 'events',
      what: `${events.length} events follow from each other and from the terms agreed upon`,
      findings: ledger.findings,
    },
    {
      name: 'states',
      what: `${count('listings')} listings, ${count('agreements')} agreements, ${count('payments')} payments, ${count('reserves')} reserves and ${count('available')} purses are what the contracts say`,
      findings: differences(rebuilt, answered),
    },
    {
      name: 'tokens',
      what: `the escrow holds what it owes: ${total} µEUR`,
      // Tokens that were sent to it without a deposit belong to nobody, and harm nobody.
      findings: tokens < total ? [`it owes ${total} µEUR and holds ${tokens}`] : [],
    },
    {
      name: 'signatures',
      what: `${signed.listings} approvals and ${signed.agreements} agreements are signed by who might sign them${signed.hidden > 0 ? `; ${signed.hidden} came through other contracts and were not read` : ''}`,
      findings: signed.findings,
    },
  ]
  const ok = checks.every(({ findings }) => findings.length === 0)
  return { ok, block: Number(blockNumber), events: events.length, checks }
}

/** Where two standings differ, in words: of what, which one, and how. */
export function differences(rebuilt: Standing, answered: Standing): string[] {
  const text = (value: unknown) =>
    value === undefined ? 'nothing' : JSON.stringify(value, (_, it) => (typeof it === 'bigint' ? `${it}` : it))
  const found: string[] = []
  for (const [what, ours] of Object.entries(rebuilt) as [keyof Standing, ReadonlyMap<Hex, unknown> | Set<Hex>][]) {
    const theirs = answered[what]
    const of = (map: ReadonlyMap<Hex, unknown> | ReadonlySet<Hex>, id: Hex) =>
      'get' in map ? sorted(map.get(id)) : map.has(id) || undefined
    for (const id of new Set([...ours.keys(), ...theirs.keys()])) {
      const [told, added] = [text(of(theirs, id)), text(of(ours, id))]
      if (told !== added) found.push(`${what} ${id}: ${added} by the events, ${told} by the contract`)
    }
  }
  return found
}

/** An object with its fields in order, so that two of them are compared by what they say. */
const sorted = (value: unknown): unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
    : value
