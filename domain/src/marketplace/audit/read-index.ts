import type { Hex } from '../../commitment/bytes.ts'
import { OpemError } from '../../errors/opem-error.ts'
import type { MarketContract } from '../ledger/event.ts'
import { amount, ENTITIES, type Field, hex, type Parse } from './index-entities.ts'
import { KEPT_BY, type MarketStanding, nonZero } from './standing.ts'

/** Sends a query to the index (GraphQL, subgraph/schema.graphql) and answers its `data`, as it came. */
export type AskIndex = (query: string) => Promise<unknown>

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
    for (const row of rows) {
      const [id, values] = parsed(row, of)
      found.set(id, values)
      after = id
    }
    if (rows.length < MOST) return found
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
