import { once } from 'node:events'
import { request } from 'node:http'
import { Readable } from 'node:stream'
import { type ClickHouseClient, ClickHouseLogLevel, createClient } from '@clickhouse/client'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type RunningProcess, startLake, temporaryFolder, until } from '../../testing/harness.ts'

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let lake: RunningProcess
let client: ClickHouseClient

const connect = () =>
  createClient({
    url: lake.url,
    request_timeout: 60_000,
    log: { level: ClickHouseLogLevel.OFF },
    max_open_connections: 20,
  })

async function rows<T>(query: string, query_params: Record<string, unknown> = {}): Promise<T[]> {
  return (await client.query({ query, query_params, format: 'JSONEachRow' })).json<T>()
}

beforeAll(async () => {
  folder = await temporaryFolder()
  lake = await startLake({ dir: folder.path })
  client = connect()
  await client.command({ query: 'CREATE DATABASE door' })
  await client.command({
    query: 'CREATE TABLE door.t (a UInt64, b String) ENGINE = MergeTree ORDER BY a SETTINGS fsync_after_insert = 1',
  })
})
afterAll(async () => {
  await client?.close()
  await lake?.stop()
  await folder?.remove()
})

describe("the lake's door, through ClickHouse's own client", () => {
  test('returns what was inserted, whatever the characters, as parameters too', async () => {
    const text = "tab\t 'quote' \\back\nline 🔌 {b:String}"
    await client.insert({ table: 'door.t', values: [{ a: 1, b: text }], format: 'JSONEachRow' })
    expect(await rows('SELECT b FROM door.t WHERE b = {text:String}', { text })).toEqual([{ b: text }])
    expect(await rows('SELECT a FROM door.t WHERE b IN {texts:Array(String)}', { texts: [text, "it's"] })).toEqual([
      { a: 1 },
    ])
  })

  test('takes any input format, compressed or not', async () => {
    const binary = Buffer.from([2, 0, 0, 0, 0, 0, 0, 0, 2, 104, 105]) // UInt64 2, String "hi"
    const values = Readable.from([binary], { objectMode: false })
    const result = await client.exec({ query: 'INSERT INTO door.t FORMAT RowBinary', values })
    for await (const _ of result.stream) throw new Error('an insert answers nothing')
    const zipped = createClient({ url: lake.url, compression: { request: true, response: true } })
    await zipped.insert({ table: 'door.t', values: [[3, 'zip']], columns: ['a', 'b'], format: 'JSONCompactEachRow' })
    const found = await zipped.query({
      query: 'SELECT b FROM door.t WHERE a IN (2, 3) ORDER BY a',
      format: 'JSONEachRow',
    })
    expect(await found.json()).toEqual([{ b: 'hi' }, { b: 'zip' }])
    await zipped.close()
  })

  test('applies settings to their own query only', async () => {
    const threads = "SELECT getSetting('max_threads') AS n, getSetting('max_block_size') AS m"
    const [before] = await rows(threads)
    const one = await client.query({
      query: threads,
      format: 'JSONEachRow',
      clickhouse_settings: { max_threads: 1, max_block_size: '77' },
    })
    expect(await one.json()).toEqual([{ n: 1, m: 77 }])
    const after = await Promise.all(Array.from({ length: 16 }, () => rows(threads)))
    expect(new Set(after.map((rowsOf) => JSON.stringify(rowsOf)))).toEqual(new Set([JSON.stringify([before])]))
  })

  test("tells the engine's errors with their code, before and after the first rows", async () => {
    await expect(rows('SELEC 1')).rejects.toMatchObject({ code: '62', type: 'SYNTAX_ERROR' })
    await expect(rows('SELECT * FROM door.nowhere')).rejects.toMatchObject({ code: '60', type: 'UNKNOWN_TABLE' })
    const late = 'SELECT throwIf(number = 400000) FROM numbers(500000) SETTINGS max_block_size = 1000'
    await expect(rows(late)).rejects.toMatchObject({ code: '395' })
    const raw = await fetch(`${lake.url}/?query=SELECT+nothing`)
    expect([raw.status, raw.headers.get('x-clickhouse-exception-code')]).toEqual([404, '47'])
  })

  test("never fills a placeholder with another query's value", async () => {
    await Promise.all(Array.from({ length: 16 }, () => rows('SELECT {forgotten:String}', { forgotten: 'secret' })))
    await expect(rows('SELECT {forgotten:String}')).rejects.toMatchObject({ code: '456' })
  })

  test('answers a point query while scans run', async () => {
    const order: string[] = []
    const scan = 'SELECT sum(sipHash64(number)) FROM numbers(10000000)'
    const scans = Array.from({ length: 5 }, () => rows(scan).then(() => order.push('scan')))
    await rows('SELECT count() FROM door.t').then(() => order.push('point'))
    await Promise.all(scans)
    expect(order[0]).toBe('point')
  })

  test('streams an answer longer than anybody wants to hold', async () => {
    const result = await client.query({ query: 'SELECT number FROM numbers(1000000)', format: 'JSONEachRow' })
    let count = 0
    for await (const chunk of result.stream()) count += chunk.length
    expect(count).toBe(1_000_000)
  })

  test('loses no acknowledged row by kill -9 during inserts, and keeps no half of an insert', async () => {
    await client.command({
      query:
        'CREATE TABLE door.k (batch UInt64, row UInt64) ENGINE = MergeTree ORDER BY (batch, row) SETTINGS fsync_after_insert = 1, fsync_part_directory = 1',
    })
    const acknowledged: number[] = []
    let batch = 0
    let killed = false
    const writers = Array.from({ length: 4 }, async () => {
      while (!killed) {
        const mine = batch++
        const values = Array.from({ length: 500 }, (_, row) => [mine, row])
        const inserted = await client.insert({ table: 'door.k', values, format: 'JSONCompactEachRow' }).then(
          () => true,
          () => false,
        )
        if (inserted) acknowledged.push(mine)
        if (acknowledged.length >= 25) break
      }
    })
    while (acknowledged.length < 20) await new Promise((resolve) => setTimeout(resolve, 5))
    await lake.kill()
    killed = true
    await Promise.all(writers)
    await client.close()
    lake = await startLake({ dir: folder.path })
    client = connect()
    const kept = await rows<{ batch: number; n: number }>('SELECT batch, count() AS n FROM door.k GROUP BY batch')
    expect(kept.filter(({ n }) => n !== 500)).toEqual([])
    const found = new Set(kept.map((row) => row.batch))
    expect(acknowledged.filter((one) => !found.has(one))).toEqual([])
  })

  test('drains before it ends: an insert under way is answered', async () => {
    const insert = request(`${lake.url}/?query=${encodeURIComponent('INSERT INTO door.t FORMAT JSONCompactEachRow')}`, {
      method: 'POST',
      headers: { expect: '100-continue' },
    })
    insert.flushHeaders()
    await once(insert, 'continue') // the lake has begun with it
    insert.write('[9000001, "first"]\n')
    const stopped = lake.stop()
    await until(() =>
      fetch(`${lake.url}/ping`).then(
        () => false,
        () => true,
      ),
    )
    insert.end('[9000002, "last"]\n')
    const [answer] = await once(insert, 'response')
    expect(answer.statusCode).toBe(200)
    answer.resume()
    await stopped
    lake = await startLake({ dir: folder.path })
    await client.close()
    client = connect()
    expect(await rows('SELECT count() AS n FROM door.t WHERE a > 9000000')).toEqual([{ n: 2 }])
  })
})
