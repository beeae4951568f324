import type { Hex } from '../../commitment/bytes.ts'
import { AGREEMENT_STATES } from '../agreement.ts'
import { COMPOSITION_STATES, INNOVATION_STATES } from '../innovation.ts'
import { NO_ADDRESS, NO_DIGEST } from '../ledger/event.ts'
import { LISTING_STATES } from '../listing-approval.ts'
import { LISTING_KINDS } from '../listing-document.ts'
import { PAYMENT_STATES } from '../voucher.ts'

/** Reads one value of an answer. @throws TypeError */
export type Parse<V> = (value: unknown) => V
/** A field of a standing: what is asked of the entity for it, and how the answer is read. */
export type Field = readonly [query: string, parse: Parse<unknown>]

const wrong = (value: unknown, needed: string): never => {
  throw new TypeError(`${JSON.stringify(value)}, which is not ${needed}`)
}
export const hex: Parse<Hex> = (value) =>
  typeof value === 'string' && /^0x([0-9a-f]{2})*$/.test(value) ? (value as Hex) : wrong(value, 'lower-case hex')
export const amount: Parse<bigint> = (value) =>
  typeof value === 'string' && /^-?\d{1,40}$/.test(value) ? BigInt(value) : wrong(value, 'a whole number in a text')
const seconds: Parse<number> = (value) => Number(amount(value))
const small: Parse<number> = (value) => (Number.isSafeInteger(value) ? (value as number) : wrong(value, 'a number'))
const list: Parse<readonly unknown[]> = (value) => (Array.isArray(value) ? value : wrong(value, 'a list'))
const ref: Parse<Hex> = (value) => hex((value as { id?: unknown } | null)?.id)
const or =
  <V>(none: V, parse: Parse<V>): Parse<V> =>
  (value) =>
    value === null ? none : parse(value)
/** A state's number, by its name in the index: `ONE_TIME` is 'one-time'. */
const numbered =
  (states: readonly string[]): Parse<number> =>
  (value) => {
    const at = states.indexOf(String(value).toLowerCase().replace('_', '-'))
    return at < 0 ? wrong(value, `one of ${states.join(', ')}`) : at
  }
const steps: Parse<Hex[]> = (value) => list(value).map((step) => ref((step as { listing?: unknown } | null)?.listing))

const LISTING_STATE = numbered(LISTING_STATES)
/** Of each standing its entity and fields, in the contracts' own terms. */
export const ENTITIES = {
  listings: [
    'listings',
    {
      ...{ provider: ['provider', hex], kind: ['kind', numbered(LISTING_KINDS)], state: ['state', LISTING_STATE] },
      ...{ resumesAs: ['resumesAs', or(0, LISTING_STATE)], version: ['version', small], content: ['content', hex] },
      offeredTo: ['offeredTo', or(NO_ADDRESS, hex)],
    },
  ],
  agreements: [
    'agreements',
    {
      ...{ state: ['state', numbered(AGREEMENT_STATES)], concludedAt: ['concludedAt', seconds] },
      ...{ startsAt: ['start', seconds], endsAt: ['endsAt', seconds] },
    },
  ],
  requests: [
    'innovationRequests',
    {
      ...{ user: ['user', hex], closesAt: ['closesAt', seconds], state: ['state', numbered(INNOVATION_STATES)] },
      ...{ content: ['content', hex], chosen: ['chosen { id }', or(NO_DIGEST, ref)] },
    },
  ],
  proposals: [
    'proposals',
    {
      ...{ provider: ['provider', hex], state: ['state', numbered(INNOVATION_STATES)] },
      ...{ request: ['request { id }', ref], content: ['content', hex] },
    },
  ],
  compositions: [
    'compositions',
    {
      ...{ user: ['user', hex], state: ['state', numbered(COMPOSITION_STATES)], approvals: ['approvals', small] },
      ...{ content: ['content', hex], listings: ['steps(orderBy: index) { listing { id } }', steps] },
    },
  ],
  payments: [
    'payments',
    {
      ...{ provider: ['provider', hex], amount: ['rest', amount], consumer: ['consumer', hex] },
      ...{ until: ['until', seconds], feeBps: ['feeBps', small], state: ['state', numbered(PAYMENT_STATES)] },
    },
  ],
  reserves: [
    'reserves',
    {
      ...{ key: ['key', or(NO_ADDRESS, hex)], funded: ['funded', amount], feeBps: ['feeBps', small] },
      ...{ provider: ['provider', hex], claimed: ['claimed', amount], consumer: ['consumer', hex] },
      reclaimableAt: ['reclaimableAt', or(0, seconds)],
    },
  ],
  bankSettled: ['bankSettlements', {}],
  balances: ['balances', { available: ['available', amount], fees: ['fees', amount] }],
} as const satisfies Record<string, readonly [entity: string, fields: Readonly<Record<string, Field>>]>
