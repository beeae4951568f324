import type { Hex } from '../../commitment/bytes.ts'
import type { MarketLedger } from '../ledger/ledger.ts'
import type { MarketFinding } from './finding.ts'
import { KEPT_BY, type MarketStanding, marketStandingOf } from './standing.ts'

/** What one of each is called in a sentence. */
const NAMES: Readonly<Record<keyof MarketStanding, string>> = {
  listings: 'listing',
  agreements: 'agreement',
  requests: 'request',
  proposals: 'proposal',
  compositions: 'composition',
  payments: 'payment',
  reserves: 'reserve of agreement',
  bankSettled: 'bank settlement',
  available: 'the purse of',
  fees: 'the fees of',
}

/**
 * Where what somebody tells differs from what the events make: of what, which one, and how; with the last event about it.
 * @param teller who told it, as the sentence names them: 'the contract', 'the index'
 */
export function compareStandings(
  ledger: MarketLedger,
  told: MarketStanding,
  { check, teller }: { readonly check: 'states' | 'index'; readonly teller: string },
): MarketFinding[] {
  const rebuilt = marketStandingOf(ledger)
  return (Object.keys(rebuilt) as (keyof MarketStanding)[]).flatMap((what) => {
    const ids = new Set([...rebuilt[what].keys(), ...told[what].keys()])
    return [...ids].flatMap((id): MarketFinding[] => {
      const [ours, theirs] = [oneOf(rebuilt, what, id), oneOf(told, what, id)]
      const difference = inWords(ours, theirs, teller)
      if (difference === undefined) return []
      const words = `${NAMES[what]} ${id}: ${difference}`
      const place = ledger.touched.get(id)
      return [{ check, words, parties: partiesIn(ledger, what, id, theirs), ...place, contract: KEPT_BY[what] }]
    })
  })
}

/** What a standing says of one thing; a purse that it does not name is empty. */
function oneOf(standing: MarketStanding, what: keyof MarketStanding, id: Hex): unknown {
  if (what === 'bankSettled') return standing[what].has(id) || undefined
  if (what === 'available' || what === 'fees') return standing[what].get(id) ?? 0n
  return standing[what].get(id)
}

const text = (value: unknown): string =>
  value === undefined
    ? 'nothing'
    : typeof value === 'bigint'
      ? `${value} µEUR`
      : Array.isArray(value)
        ? `[${value.join(', ')}]`
        : String(value)

/** How two values differ; of things, field by field. */
function inWords(ours: unknown, theirs: unknown, teller: string): string | undefined {
  const isThing = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null
  const pair = (a: string, b: string) => `${a} by the events, ${b} by ${teller}`
  if (isThing(ours) && isThing(theirs)) {
    const fields = [...new Set([...Object.keys(ours), ...Object.keys(theirs)])].sort()
    const other = fields.filter((field) => text(ours[field]) !== text(theirs[field]))
    if (other.length === 0) return undefined
    return other.map((field) => `its ${field} is ${pair(text(ours[field]), text(theirs[field]))}`).join('; ')
  }
  if (ours === undefined || theirs === undefined || !isThing(ours)) {
    if (ours === theirs) return undefined
    const told = (value: unknown) => (isThing(value) || value === true ? 'there' : text(value))
    return pair(told(ours), told(theirs))
  }
  return pair('there', text(theirs))
}

/** Whose thing it is. */
function partiesIn(ledger: MarketLedger, what: keyof MarketStanding, id: Hex, told: unknown): Hex[] {
  if (what === 'available' || what === 'fees') return [id]
  const ours = what === 'agreements' ? ledger.terms.get(id) : what === 'bankSettled' ? undefined : ledger[what].get(id)
  const { consumer, provider, user } = (ours ?? told ?? {}) as Record<'consumer' | 'provider' | 'user', unknown>
  return [consumer, provider, user].filter((it): it is Hex => typeof it === 'string')
}
