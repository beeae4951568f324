import { type Adjustment, formatAdjustment } from '@opem/domain'
import { createBatcher } from '../batcher.ts'
import type { Lake } from '../lake.ts'

export type AdjustmentWire = ReturnType<typeof formatAdjustment>

export interface AdjustmentWriter {
  /** Resolves when it is durable. A number of a period is given once: the same again, or another under it, changes nothing. */
  store(adjustment: Adjustment): Promise<{ stored: boolean }>
  drain(): Promise<void>
}

/** Writes adjustments whole, one row each, so that none is ever there by half. */
export function createAdjustmentWriter({ lake, now }: { lake: Lake; now: () => number }): AdjustmentWriter {
  const batches = createBatcher({
    weightOf: ({ book }: Adjustment) => 10 + book.balances.length,
    most: 100_000,
    async write(items) {
      const known = await knownKeys(lake, items)
      const results = items.map((item) => {
        const stored = !known.has(keyOf(item))
        known.add(keyOf(item))
        return { stored }
      })
      await lake.insert(
        'adjustments',
        ['community', 'start', 'revision', 'number', 'batch', 'known_at', 'body', 'version'],
        items
          .filter((_, index) => results[index]!.stored)
          .map((one) => [
            ...[one.community, one.start, one.revision, one.number, one.batch, one.knownAt],
            ...[JSON.stringify(formatAdjustment(one)), now()],
          ]),
      )
      return results
    },
  })
  return { store: batches.submit, drain: batches.drain }
}

type Key = Pick<Adjustment, 'community' | 'start' | 'revision' | 'number'>

const keyOf = ({ community, start, revision, number }: Key) => `${community}|${start}|${revision}|${number}`

async function knownKeys(lake: Lake, items: readonly Key[]): Promise<Set<string>> {
  const rows = await lake.rows<Key>(
    `SELECT community, toUInt32(adjustments.start) AS start, revision, number FROM opem.adjustments AS adjustments
     WHERE community IN {communities:Array(String)} AND toUInt32(adjustments.start) IN {starts:Array(UInt32)}`,
    {
      communities: [...new Set(items.map(({ community }) => community))],
      starts: [...new Set(items.map(({ start }) => start))],
    },
  )
  return new Set(rows.map(keyOf))
}

/** Adjustments of periods in `[from, to)` that became known in `[knownFrom, knownTo)`: by period, then number. */
export async function readAdjustments(
  lake: Lake,
  range: {
    readonly community: string
    readonly from: number
    readonly to: number
    readonly knownFrom: number
    readonly knownTo: number
  },
): Promise<AdjustmentWire[]> {
  const rows = await lake.rows<{ body: string }>(
    `SELECT body FROM opem.adjustments AS adjustments FINAL
     WHERE community = {community:String}
       AND toUInt32(adjustments.start) >= {from:UInt32} AND toUInt32(adjustments.start) < {to:UInt32}
       AND toUInt32(known_at) >= {knownFrom:UInt32} AND toUInt32(known_at) < {knownTo:UInt32}
     ORDER BY adjustments.start, revision, number`,
    range,
  )
  return rows.map(({ body }) => JSON.parse(body) as AdjustmentWire)
}
