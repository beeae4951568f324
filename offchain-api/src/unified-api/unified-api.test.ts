import { mkdir, writeFile } from 'node:fs/promises'
import { request } from 'node:http'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  type Running,
  type RunningProcess,
  startApi,
  startLake,
  startPostgres,
  temporaryFolder,
  until,
} from '../testing/harness.ts'
import { ALL, writeSystems } from '../testing/systems.ts'

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let lake: RunningProcess
let postgres: Running
let api: RunningProcess
let ask: typeof fetch

beforeAll(async () => {
  folder = await temporaryFolder()
  ;[lake, postgres] = await Promise.all([
    startLake({ dir: join(folder.path, 'lake') }),
    startPostgres({ dir: join(folder.path, 'postgres') }),
  ])
  const pageDir = join(folder.path, 'page')
  await mkdir(join(pageDir, 'assets'), { recursive: true })
  await writeFile(join(pageDir, 'index.html'), '<!doctype html><title>OPEM</title>')
  await writeFile(join(pageDir, 'assets', 'app-1a2b.js'), 'export {}')
  const systems = await writeSystems(folder.path, [ALL])
  ask = systems.fetch.all
  api = await startApi({
    access: systems,
    pageDir,
    postgresUrl: postgres.url,
    lakeUrl: lake.url,
    deploymentPath: join(folder.path, 'deployment.json'),
  })
})
afterAll(async () => {
  await api?.stop()
  await lake?.stop()
  await postgres?.stop()
  await folder?.remove()
})

async function call(method: string, path: string, body?: unknown) {
  const response = await ask(`${api.url}${path}`, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  })
  return { status: response.status, body: await response.json() }
}

const JUNE = Date.parse('2015-06-01T00:00:00Z') / 1000
const instant = (epoch: number) => new Date(epoch * 1000).toISOString().replace('.000', '')
const reading = (meter: string, index: number, importWh: number, over: Record<string, unknown> = {}) => {
  const seconds = (over.seconds as number | undefined) ?? 3600
  return {
    meter,
    start: instant(JUNE + index * seconds),
    seconds,
    importWh,
    exportWh: 0,
    quality: 'measured',
    source: 'test',
    knownAt: '2026-01-01T00:00:00Z',
    ...over,
  }
}
const send = (...readings: unknown[]) => call('POST', '/v1/readings', { readings })
const range = `from=2015-06-01T00:00:00Z&to=2015-06-02T00:00:00Z`
async function energy(meter: string, query = '') {
  const { body } = await call('GET', `/v1/readings?meter=${meter}&${range}${query}`)
  return body.readings.map((row: { importWh: number }) => row.importWh)
}

describe('readings', () => {
  test('the same claims twice change nothing', async () => {
    const claims = [reading('twice', 0, 5), reading('twice', 1, 6)]
    expect((await send(...claims)).body).toEqual({ accepted: 2, duplicates: 0, rejected: [] })
    const learntLater = claims.map((claim) => ({ ...claim, knownAt: '2026-02-01T00:00:00Z' }))
    expect((await send(...claims, ...learntLater)).body).toEqual({ accepted: 0, duplicates: 4, rejected: [] })
    expect(await energy('twice', '&zone=harmonised')).toEqual([5, 6])
  })

  test('concurrent senders of one claim make one claim', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => send(reading('crowd', 0, 7))))
    expect(answers.reduce((sum, { body }) => sum + body.accepted, 0)).toBe(1)
    expect(await energy('crowd', '&zone=harmonised')).toEqual([7])
  })

  test('the newest claim is in force: by when it was known, then by arrival', async () => {
    await send(reading('last', 0, 10, { knownAt: '2026-01-02T00:00:00Z' }))
    await send(reading('last', 0, 11, { knownAt: '2026-01-01T00:00:00Z' }))
    expect(await energy('last')).toEqual([10])
    await send(reading('last', 0, 12, { knownAt: '2026-01-02T00:00:00Z' }))
    expect(await energy('last')).toEqual([12])
    expect(await energy('last', '&zone=harmonised')).toEqual([10, 11, 12])
  })

  test('quarters make an hour when all four are there, with the quality of the worst', async () => {
    const quarter = (index: number, wh: number, over = {}) => reading('quarters', index, wh, { seconds: 900, ...over })
    await send(quarter(0, 1), quarter(1, 2), quarter(2, 4, { quality: 'estimated' }), quarter(4, 100))
    expect(await energy('quarters', '&seconds=3600')).toEqual([])
    await send(quarter(3, 8))
    const { body } = await call('GET', `/v1/readings?meter=quarters&${range}&seconds=3600`)
    expect(body.readings).toEqual([reading('quarters', 0, 15, { quality: 'estimated' })])
    await send(quarter(1, 20, { knownAt: '2026-01-03T00:00:00Z' }))
    expect(await energy('quarters', '&seconds=3600')).toEqual([33])
    expect(await energy('quarters', '&seconds=900')).toEqual([1, 20, 4, 8, 100])
  })

  test('half hours make an hour; a newer whole hour wins over them', async () => {
    await send(reading('halves', 0, 3, { seconds: 1800 }), reading('halves', 1, 4, { seconds: 1800 }))
    expect(await energy('halves', '&seconds=3600')).toEqual([7])
    await send(reading('halves', 0, 9, { knownAt: '2026-01-05T00:00:00Z' }))
    expect(await energy('halves', '&seconds=3600')).toEqual([9])
  })

  test('an implausible reading is rejected with its reason and never cleansed; a larger connection admits it', async () => {
    const { body } = await send(reading('large', 0, 1_500_000), reading('large', 1, 5))
    expect(body).toMatchObject({ accepted: 1, rejected: [{ index: 0, code: 'ERR_READING_OVER_CAPACITY' }] })
    expect(await energy('large')).toEqual([5])
    const rejected = (await call('GET', '/v1/rejected?source=test')).body.rejected
    expect(rejected).toMatchObject([{ meter: 'large', code: 'ERR_READING_OVER_CAPACITY', format: 'meter-reading' }])
    await call('PUT', '/v1/meters/large/capacity', { capacityWatts: 2_000_000 })
    expect((await send(JSON.parse(rejected[0].raw))).body.accepted).toBe(1)
    await call('POST', `/v1/rejected/${rejected[0].id}/replayed`, {})
    expect((await call('GET', '/v1/rejected?source=test')).body.rejected[0].replayedAt).toMatch(/Z$/)
    expect(await energy('large')).toEqual([1_500_000, 5])
  })

  test('readings come as lines when asked', async () => {
    await send(reading('lines', 0, 1), reading('lines', 1, 2))
    const response = await ask(`${api.url}/v1/readings?meter=lines&${range}`, {
      headers: { accept: 'application/x-ndjson' },
    })
    expect(response.headers.get('content-type')).toContain('application/x-ndjson')
    const lines = (await response.text()).trim().split('\n')
    expect(lines.map((line) => JSON.parse(line).importWh)).toEqual([1, 2])
  })

  test('rejected rows are kept once, with what a replay needs', async () => {
    const row = {
      source: 'file:a.csv',
      row: 7,
      raw: 'x;y',
      code: 'ERR_CSV',
      reason: 'no number',
      format: 'csv',
      options: { site: '3' },
    }
    await call('POST', '/v1/rejected', { rejected: [row] })
    await call('POST', '/v1/rejected', { rejected: [row] })
    const { body } = await call('GET', '/v1/rejected?source=file:a.csv')
    expect(body.rejected).toMatchObject([row])
    expect((await call('POST', '/v1/rejected/none/replayed', {})).status).toBe(404)
  })

  test('a later price of a period takes the place of the earlier one, and prices may be negative', async () => {
    const price = (microEurPerKwh: number) => ({ start: instant(JUNE), seconds: 3600, microEurPerKwh })
    await call('POST', '/v1/prices', { series: 'dk2', prices: [price(30_000)] })
    await call('POST', '/v1/prices', { series: 'dk2', prices: [price(-5_000)] })
    expect((await call('GET', `/v1/prices?series=dk2&${range}`)).body.prices).toEqual([price(-5_000)])
  })
})

describe('the edge', () => {
  test('garbage never breaks it: every body gets a problem or an answer', async () => {
    const routes = [
      '/v1/readings',
      '/v1/rejected',
      '/v1/prices',
      '/v1/communities',
      '/chain',
      '/v1/communities/0x00/trading',
    ]
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...routes),
        fc.oneof(fc.string(), fc.json(), fc.constant('{"readings":[[]]}')),
        async (path, body) => {
          const response = await ask(`${api.url}${path}`, {
            method: 'POST',
            body,
            headers: { 'content-type': 'application/json' },
          })
          const answer = await response.json()
          expect(response.status).toBeLessThan(500)
          if (response.status >= 400)
            expect(answer).toMatchObject({ status: response.status, code: expect.stringMatching(/^ERR_/) })
        },
      ),
      { numRuns: 60 },
    )
  })

  test('an oversized body is refused', async () => {
    const response = await ask(`${api.url}/v1/readings`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: `"${'x'.repeat(17_000_000)}"`,
    })
    expect([response.status, (await response.json()).code]).toEqual([413, 'ERR_BODY_TOO_LARGE'])
  })

  test('a foreign host, origin or media type is refused', async () => {
    const status = (headers: Record<string, string>, method = 'POST') =>
      new Promise((resolve, reject) => {
        const asked = request(`${api.url}/v1/readings`, { method, headers }, (answer) =>
          resolve(answer.resume().statusCode),
        )
        asked.on('error', reject)
        asked.end(method === 'POST' ? '{"readings":[]}' : undefined)
      })
    const json = { 'content-type': 'application/json' }
    expect(await status({ ...json, host: 'evil.example' })).toBe(403)
    expect(await status({ host: 'evil.example' }, 'GET')).toBe(403)
    expect(await status({ ...json, origin: 'http://evil.example' })).toBe(403)
    expect(await status({ ...json, origin: 'null' })).toBe(403)
    expect(await status({ 'content-type': 'text/plain' })).toBe(415)
    // A host and an origin of this machine get further: to the question of who asks.
    expect(await status({ ...json, host: 'localhost:1', origin: 'http://localhost:1' })).toBe(401)
  })

  test('its own OpenAPI document names every route, and it says what it does not know', async () => {
    const { body } = await call('GET', '/v1/openapi.json')
    expect(body.paths).toHaveProperty(['/v1/communities/{id}/changes', 'get'])
    expect((await call('GET', '/v1/nothing')).body.code).toBe('ERR_NOT_FOUND')
    expect((await call('GET', '/v1/readings?meter=a&from=2015-06-01&to=x')).body.code).toBe('ERR_QUERY')
    expect((await call('GET', '/v1/settings')).body).toMatchObject({ status: 503, code: 'ERR_DEPLOYMENT_UNKNOWN' })
  })

  test('serves the page under every path of its own, assets for ever, and lets no foreign script in', async () => {
    const get = (path: string) => fetch(`${api.url}${path}`)
    for (const path of ['/', '/communities/0x12/members']) {
      const page = await get(path)
      expect(await page.text()).toContain('<title>OPEM</title>')
      expect(page.headers.get('cache-control')).toBe('no-cache')
      expect(page.headers.get('content-security-policy')).toContain("script-src 'self';")
      expect(page.headers.get('x-content-type-options')).toBe('nosniff')
    }
    expect((await get('/assets/app-1a2b.js')).headers.get('cache-control')).toContain('immutable')
    expect((await get('/assets/app-0000.js')).status).toBe(404)
    expect((await get('/..%2fdeployment.json')).status).toBe(404)
    expect((await get('/v1/none')).headers.get('content-type')).toContain('application/problem+json')
  })

  test('announces readings to the page', async () => {
    const abort = new AbortController()
    const stream = await ask(`${api.url}/v1/stream`, { signal: abort.signal })
    const read = stream.body!.pipeThrough(new TextDecoderStream()).getReader()
    await send(reading('live', 0, 1))
    let text = ''
    while (!text.includes('"live"')) text += (await read.read()).value ?? ''
    expect(text).toContain('event: reading')
    abort.abort()
  })

  test('a lake that died and came back loses nothing that was acknowledged; meanwhile the answer is 503', async () => {
    const acknowledged: number[] = []
    const refusals = new Set<string>()
    let next = 0
    let back = false
    const senders = Array.from({ length: 6 }, async () => {
      while (!back || acknowledged.length < 40) {
        const index = next++
        const { status, body } = await send(reading('survivor', index, index))
        if (status === 200) acknowledged.push(index)
        else refusals.add(body.code)
        if (status !== 200) await new Promise((resolve) => setTimeout(resolve, 20))
      }
    })
    await until(async () => acknowledged.length >= 10)
    const port = Number(new URL(lake.url).port)
    await lake.kill()
    await until(async () => refusals.size > 0)
    lake = await startLake({ dir: join(folder.path, 'lake'), port })
    back = true
    await Promise.all(senders)
    const { body } = await call('GET', '/v1/readings?meter=survivor&from=2015-06-01T00:00:00Z&to=2026-06-01T00:00:00Z')
    const kept = new Set(body.readings.map((row: { importWh: number }) => row.importWh))
    expect(acknowledged.filter((index) => !kept.has(index))).toEqual([])
    expect([...refusals]).toEqual(['ERR_LAKE_AWAY'])
  })
})
