/** One table of the lake. `order` is its sorting key; a `version` column makes the newest row of a key the only one. */
interface Table {
  readonly name: string
  readonly columns: string
  readonly order: string
  readonly partition?: string
  readonly version?: string
  /** Where a row lives in a cluster: rows of one key stay together, so that FINAL needs one shard only. */
  readonly shard: string
}

const CLAIM = `
  meter LowCardinality(String),
  start DateTime('UTC') COMMENT 'start of the period',
  seconds UInt16 COMMENT 'length of the period: 300, 900, 1800 or 3600',
  import_wh UInt64 COMMENT 'Wh drawn through the grid connection',
  export_wh UInt64 COMMENT 'Wh fed in through the grid connection',
  quality Enum8('measured' = 1, 'estimated' = 2, 'substituted' = 3),
  source LowCardinality(String) COMMENT 'who claims it: provenance',
  known_at UInt64 COMMENT 'when the claim became known to its source, ms since 1970',
  sequence UInt64 COMMENT 'order of arrival: one number per durable batch'`

/** The zones of the lake. Trading rows carry the root they belong to: evidence of different reports never mixes. */
const TABLES: readonly Table[] = [
  {
    name: 'harmonised',
    columns: CLAIM,
    order: '(meter, start, seconds)',
    partition: 'toYear(start)',
    shard: 'cityHash64(meter)',
  },
  {
    name: 'cleansed',
    columns: `${CLAIM},\n  version UInt128 COMMENT 'known_at, then sequence: the last write wins'`,
    order: '(meter, start, seconds)',
    partition: 'toYear(start)',
    version: 'version',
    shard: 'cityHash64(meter)',
  },
  {
    name: 'changes',
    columns: "sequence UInt64, meter LowCardinality(String), start DateTime('UTC'), seconds UInt16",
    order: '(sequence, meter, start)',
    shard: 'cityHash64(meter)',
  },
  {
    name: 'rejected',
    columns: `id String, source LowCardinality(String), meter String, row UInt64 COMMENT 'line number, 0 when unknown',
  raw String, code LowCardinality(String), reason String, rejected_at UInt64, replayed_at UInt64,
  format LowCardinality(String), options String COMMENT 'JSON', version UInt64`,
    order: '(source, id)',
    version: 'version',
    shard: 'cityHash64(source)',
  },
  {
    name: 'prices',
    columns: `series LowCardinality(String), start DateTime('UTC'), seconds UInt16,
  micro_eur_per_kwh Int64 COMMENT 'negative prices happen', version UInt64`,
    order: '(series, start, seconds)',
    version: 'version',
    shard: 'cityHash64(series)',
  },
  {
    name: 'batches',
    columns: `community String, start DateTime('UTC'), revision UInt32, root String, chain_id UInt64, period_seconds UInt16,
  periods UInt16, rules UInt32, ends DateTime('UTC'), version UInt64`,
    order: '(community, start, revision, root)',
    version: 'version',
    shard: 'cityHash64(community)',
  },
  {
    name: 'books',
    columns: `community String, batch DateTime('UTC'), revision UInt32, root String, start DateTime('UTC'),
  surplus_wh UInt64, demand_wh UInt64, shared_wh UInt64, members_root String, members UInt32, version UInt64`,
    order: '(community, batch, revision, root, start)',
    version: 'version',
    shard: 'cityHash64(community)',
  },
  {
    name: 'balances',
    columns: `community String, batch DateTime('UTC'), revision UInt32, root String, start DateTime('UTC'), member String,
  import_wh UInt64, export_wh UInt64, bought_wh UInt64, sold_wh UInt64, flags UInt8, salt String, version UInt64`,
    order: '(community, batch, revision, root, start, member)',
    version: 'version',
    shard: 'cityHash64(community)',
  },
  {
    name: 'adjustments',
    columns: `community String, start DateTime('UTC'), revision UInt32, number UInt32, batch DateTime('UTC'),
  known_at DateTime('UTC'), body String COMMENT 'Adjustment as JSON, signatures and salts with it', version UInt64`,
    order: '(community, start, revision, number)',
    version: 'version',
    shard: 'cityHash64(community)',
  },
]

/** A cluster's name goes into DDL, where no placeholder is allowed. */
const CLUSTER_NAME = /^[A-Za-z_][A-Za-z0-9_-]{0,63}$/

/**
 * The lake's DDL, one statement each, safe to run again.
 * Without a cluster: MergeTree tables that fsync every insert. With one: `…_local` replicated tables on every shard and
 * `Distributed` tables of the same names in front, so that every query stays the same.
 */
export function lakeDdl(cluster?: string): string[] {
  if (cluster !== undefined && !CLUSTER_NAME.test(cluster))
    throw new Error(`OPEM_LAKE_CLUSTER is "${cluster}"; a cluster's name has letters, digits, _ and -`)
  const on = cluster ? ` ON CLUSTER '${cluster}'` : ''
  return [
    `CREATE DATABASE IF NOT EXISTS opem${on}`,
    ...TABLES.flatMap((table) => [
      `CREATE TABLE IF NOT EXISTS opem.${table.name}${cluster ? '_local' : ''}${on} (${table.columns})
ENGINE = ${engine(table, cluster !== undefined)}
${table.partition ? `PARTITION BY ${table.partition}\n` : ''}ORDER BY ${table.order}
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1`,
      ...(cluster
        ? [
            `CREATE TABLE IF NOT EXISTS opem.${table.name}${on} AS opem.${table.name}_local
ENGINE = Distributed('${cluster}', 'opem', '${table.name}_local', ${table.shard})`,
          ]
        : []),
    ]),
  ]
}

function engine({ name, version }: Table, replicated: boolean): string {
  const kind = `${replicated ? 'Replicated' : ''}${version ? 'Replacing' : ''}MergeTree`
  const place = replicated ? [`'/clickhouse/tables/{shard}/opem/${name}'`, "'{replica}'"] : []
  return `${kind}(${[...place, ...(version ? [version] : [])].join(', ')})`
}
