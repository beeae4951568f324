import { createBatcher } from '../batcher.ts'
import type { Lake } from '../lake.ts'
import type { TradingEvidence } from './trading.ts'

export interface TradingWriter {
  /** Resolves when the evidence is durable; the same batch again changes nothing. */
  store(evidence: TradingEvidence): Promise<{ stored: boolean }>
  drain(): Promise<void>
}

const MOST_BALANCES = 100_000

/** Writes evidence; what several nodes send at once travels together. */
export function createTradingWriter({ lake, now }: { lake: Lake; now: () => number }): TradingWriter {
  const batches = createBatcher({
    weightOf: ({ books }: TradingEvidence) => 1000 + books.reduce((sum, { balances }) => sum + balances.length, 0),
    most: MOST_BALANCES,
    async write(items) {
      const seen = await knownBatches(lake, items)
      const results = items.map((item) => {
        const stored = !seen.has(keyOf(item))
        seen.add(keyOf(item))
        return { stored }
      })
      await insertEvidence(
        lake,
        items.filter((_, index) => results[index]!.stored),
        now(),
      )
      return results
    },
  })
  return { store: batches.submit, drain: batches.drain }
}

type Key = Pick<TradingEvidence, 'community' | 'start' | 'revision' | 'root'>

const keyOf = ({ community, start, revision, root }: Key) => `${community}|${start}|${revision}|${root}`

async function knownBatches(lake: Lake, items: readonly TradingEvidence[]): Promise<Set<string>> {
  const rows = await lake.rows<Key>(
    `SELECT community, toUInt32(batches.start) AS start, revision, root FROM opem.batches AS batches
     WHERE community IN {communities:Array(String)} AND root IN {roots:Array(String)}`,
    { communities: [...new Set(items.map(({ community }) => community))], roots: items.map(({ root }) => root) },
  )
  return new Set(rows.map(keyOf))
}

// Headers go last: evidence is there whole or not at all.
async function insertEvidence(lake: Lake, items: readonly TradingEvidence[], version: number) {
  await lake.insert(
    'balances',
    [
      'community',
      'batch',
      'revision',
      'root',
      'start',
      'member',
      'import_wh',
      'export_wh',
      'bought_wh',
      'sold_wh',
      'flags',
      'salt',
      'version',
    ],
    items.flatMap(({ community, start, revision, root, books }) =>
      books.flatMap((book) =>
        book.balances.map(({ member, importWh, exportWh, boughtWh, soldWh, flags, salt }) => [
          ...[community, start, revision, root, book.start, member],
          ...[importWh, exportWh, boughtWh, soldWh, flags, salt, version],
        ]),
      ),
    ),
  )
  await lake.insert(
    'books',
    [
      'community',
      'batch',
      'revision',
      'root',
      'start',
      'surplus_wh',
      'demand_wh',
      'shared_wh',
      'members_root',
      'members',
      'version',
    ],
    items.flatMap(({ community, start, revision, root, books }) =>
      books.map((book) => [
        ...[community, start, revision, root, book.start],
        ...[book.surplusWh, book.demandWh, book.sharedWh, book.membersRoot, book.balances.length, version],
      ]),
    ),
  )
  await lake.insert(
    'batches',
    ['community', 'start', 'revision', 'root', 'chain_id', 'period_seconds', 'periods', 'rules', 'ends', 'version'],
    items.map(({ community, start, revision, root, chainId, periodSeconds, periods, rules }) => [
      ...[community, start, revision, root, chainId, periodSeconds, periods, rules],
      ...[start + periods * periodSeconds, version],
    ]),
  )
}
