import type { Hex } from '../../commitment/bytes.ts'
import { OpemError } from '../../errors/opem-error.ts'
import { AGREEMENT_STATES } from '../agreement.ts'
import { COMPOSITION_STATES, INNOVATION_STATES } from '../innovation.ts'
import { type MarketContract, NO_ADDRESS, NO_DIGEST } from '../ledger/event.ts'
import { LISTING_STATES } from '../listing-approval.ts'
import { LISTING_KINDS } from '../listing-document.ts'
import { PAYMENT_STATES } from '../voucher.ts'
import { KEPT_BY, type MarketStanding, nonZero } from './standing.ts'

/** Sends a query to the index (GraphQL, subgraph/schema.graphql) and answers its `data`, as it came. */
export type AskIndex = (query: string) => Promise<unknown>

type Parse<V> = (value: unknown) => V
/** A field of a standing: what is asked of the entity for it, and how the answer is read. */
type Field = readonly [query: string, parse: Parse<unknown>]

const wrong = (value: unknown, needed: string): never => {
  throw new TypeError(`${JSON.stringify(value)}, which is not ${needed}`)
}
const hex: Parse<Hex> = (value) =>
  typeof value === 'string' && /^0x([0-9a-f]{2})*$/.test(value) ? (value as Hex) : wrong(value, 'lower-case hex')
const amount: Parse<bigint> = (value) =>
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
const ENTITIES = {
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

const MOST = 1000

/**
 * Where the market stands by the index's entities, in the contracts' own terms, as of one block. A field that is not of its
 * type is never passed on.
 * @throws ERR_INDEX_SHAPE
 */
export async function readIndex(ask: AskIndex, block: number, onEntity?: (done: number, of: number) => void) {
  const names = Object.keys(ENTITIES) as (keyof typeof ENTITIES)[]
  const read = {} as Record<keyof typeof ENTITIES, Map<Hex, Record<string, unknown>>>
  for (const [i, name] of names.entries()) {
    onEntity?.(i, names.length)
    const [entity, fields] = ENTITIES[name] as readonly [string, Entity['fields']]
    const contract = name === 'balances' ? 'Escrow' : KEPT_BY[name]
    read[name] = await readEntity(ask, block, { entity, fields, contract })
  }
  const { balances, bankSettled, ...things } = read
  const purses = (which: 'available' | 'fees') =>
    nonZero(new Map([...balances].map(([id, balance]) => [id, balance[which] as bigint])))
  return {
    ...things,
    bankSettled: new Set(bankSettled.keys()),
    ...{ available: purses('available'), fees: purses('fees') },
  } as unknown as MarketStanding
}

interface Entity {
  readonly entity: string
  readonly fields: Readonly<Record<string, Field>>
  /** Whose events it is made of. */
  readonly contract: MarketContract
}

async function readEntity(ask: AskIndex, block: number, of: Entity) {
  const { entity, fields } = of
  const found = new Map<Hex, Record<string, unknown>>()
  const wanted = ['id', ...Object.values(fields).map(([query]) => query)].join(' ')
  for (let after: Hex = '0x'; ; ) {
    const filter = `first: ${MOST}, orderBy: id, where: { id_gt: "${after}" }, block: { number: ${block} }`
    const rows = rowsOf(await ask(`{ ${entity}(${filter}) { ${wanted} } }`), of)
    for (const row of rows) found.set(...parsed(row, of))
    if (rows.length < MOST) return found
    after = [...found.keys()].at(-1)!
  }
}

const shape = (words: string, contract: MarketContract): OpemError =>
  new OpemError({
    code: 'ERR_INDEX_SHAPE',
    shortMessage: `The index answered in a shape that is not that of its schema: ${words}.`,
    details: { contract },
  })

function rowsOf(data: unknown, { entity, contract }: Entity): readonly Record<string, unknown>[] {
  const rows = (data as Record<string, unknown> | null)?.[entity]
  if (Array.isArray(rows) && rows.every((row) => typeof row === 'object' && row !== null)) return rows
  throw shape(`${entity} is no list of entities`, contract)
}

function parsed(
  row: Readonly<Record<string, unknown>>,
  { entity, fields, contract }: Entity,
): [Hex, Record<string, unknown>] {
  const read = <V>(name: string, parse: Parse<V>): V => {
    try {
      return parse(row[name])
    } catch (cause) {
      throw shape(`${entity} ${String(row.id)}: its ${name} is ${(cause as Error).message}`, contract)
    }
  }
  const values = Object.entries(fields).map(([field, [query, parse]]) => [field, read(query.split(/\W/)[0]!, parse)])
  return [read('id', hex), Object.fromEntries(values)]
}

/** What the index says that all money comes to. µEUR */
export type IndexSums = Readonly<Record<(typeof SUMS)[number], bigint>>
export const SUMS = ['due', 'available', 'held', 'reserved', 'total'] as const

/** The index's own sums of the escrow at a block. @throws ERR_INDEX_SHAPE */
export async function readIndexSums(ask: AskIndex, block: number): Promise<IndexSums> {
  const fields = Object.fromEntries(SUMS.map((sum) => [sum, [sum, amount]] as const))
  const of: Entity = { entity: 'platformFees_collection', fields, contract: 'Escrow' }
  const rows = rowsOf(await ask(`{ ${of.entity}(block: { number: ${block} }) { id ${SUMS.join(' ')} } }`), of)
  if (rows.length === 0) return { due: 0n, available: 0n, held: 0n, reserved: 0n, total: 0n }
  if (rows.length > 1) throw shape(`${of.entity} has ${rows.length} rows, there is one escrow`, of.contract)
  return parsed(rows[0]!, of)[1] as unknown as IndexSums
}
