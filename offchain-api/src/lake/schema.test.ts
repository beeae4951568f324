import { expect, test } from 'vitest'
import { lakeDdl } from './schema.ts'

const about = (ddl: readonly string[], table: string) => ddl.filter((statement) => statement.includes(`opem.${table}`))

test('without a cluster every table is a MergeTree of its own that syncs each insert', () => {
  const ddl = lakeDdl()
  expect(ddl[0]).toBe('CREATE DATABASE IF NOT EXISTS opem')
  const [prices, ...more] = about(ddl, 'prices')
  expect(more).toEqual([])
  expect(prices).toMatch(/ENGINE = ReplacingMergeTree\(version\)/)
  expect(prices).toMatch(/fsync_after_insert = 1/)
  expect(ddl.join('\n')).not.toMatch(/ON CLUSTER|Replicated|Distributed/)
})

test('in a cluster every table is replicated on each shard, with a distributed table of the same name in front', () => {
  const ddl = lakeDdl('street')
  expect(ddl[0]).toBe("CREATE DATABASE IF NOT EXISTS opem ON CLUSTER 'street'")
  const [local, front, ...more] = about(ddl, 'prices')
  expect(more).toEqual([])
  expect(local).toMatch(/^CREATE TABLE IF NOT EXISTS opem\.prices_local ON CLUSTER 'street' /)
  expect(local).toContain(
    "ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/opem/prices', '{replica}', version)",
  )
  expect(front).toBe(`CREATE TABLE IF NOT EXISTS opem.prices ON CLUSTER 'street' AS opem.prices_local
ENGINE = Distributed('street', 'opem', 'prices_local', cityHash64(series))`)
  expect(ddl).toHaveLength(2 * lakeDdl().length - 1)
})

test('a cluster name that would change the statement is refused', () => {
  expect(() => lakeDdl("x' SYNC; DROP DATABASE opem")).toThrow(/OPEM_LAKE_CLUSTER/)
})
