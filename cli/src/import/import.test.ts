import { execFile } from 'node:child_process'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createSignedFetch, openSystemKey } from '@opem/ssi/http-signature'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  type Running,
  startApi,
  startLake,
  startPostgres,
  temporaryFolder,
} from '../../../offchain-api/src/testing/harness.ts'
import { accessPath, commandLineKeyFile } from '../up/access/paths.ts'
import { prepareAccess } from '../up/access/prepare.ts'

/** The command, the unified API, Postgres and the lake: the real ones, in a temporary folder. */
let folder: Awaited<ReturnType<typeof temporaryFolder>>
const running: Running[] = []
let api: string
let home: string
let signed: typeof fetch

beforeAll(async () => {
  folder = await temporaryFolder()
  home = join(folder.path, 'home')
  await prepareAccess(home, { demo: false })
  signed = createSignedFetch(await openSystemKey(commandLineKeyFile(home)))
  const lake = await startLake({ dir: join(folder.path, 'lake') })
  const postgres = await startPostgres({ dir: join(folder.path, 'postgres') })
  running.push(lake, postgres)
  const started = await startApi({
    postgresUrl: postgres.url,
    lakeUrl: lake.url,
    deploymentPath: join(folder.path, 'deployment.json'),
    access: { dir: accessPath(home) },
  })
  running.push(started)
  api = started.url
})
afterAll(async () => {
  for (const part of running.reverse()) await part.stop()
  await folder?.remove()
})

interface Outcome {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

const opem = (args: readonly string[], env: Record<string, string> = {}): Promise<Outcome> =>
  new Promise((resolve) => {
    execFile(
      process.execPath,
      [join(import.meta.dirname, '../../bin/opem.mjs'), 'import', ...args],
      { env: { PATH: process.env.PATH, HOME: process.env.HOME, OPEM_HOME: home, ...env } },
      (error, stdout, stderr) =>
        resolve({ code: typeof error?.code === 'number' ? error.code : error ? -1 : 0, stdout, stderr }),
    )
  })

async function file(name: string, text: string): Promise<string> {
  const path = join(folder.path, name)
  await writeFile(path, text)
  return path
}

const HOURS = `date,use,gen,grid\r\n${['11/1/15 2:00,4,0,4', '11/1/15 1:00,2.0005,0,2.0005', '11/1/15 0:00,0.5,2,-1.5'].join('\r\n')}\r\n`

test('a file goes to the lake once; its rejected row is kept and read again with a mapping', async () => {
  const path = await file('SunDance_7.csv', HOURS)
  const args = ['--format', 'sundance', '--file', path, '--time-zone', 'America/New_York', '--api', api, '--json']
  const first = await opem(args)
  expect(first.stderr).toBe('')
  expect(first.code).toBe(0)
  expect(JSON.parse(first.stdout).reports[0]).toMatchObject({
    rows: 3,
    accepted: 2,
    duplicates: 0,
    rejected: 1,
    refused: [],
  })
  const again = await opem(args)
  expect(JSON.parse(again.stdout).reports[0]).toMatchObject({ rows: 3, accepted: 0, duplicates: 2, rejected: 1 })

  const still = await opem(['--rejected', '--source', 'sundance:SunDance_7.csv', '--json'], { OPEM_API_URL: api })
  expect(JSON.parse(still.stdout)).toMatchObject({
    rejected: 1,
    replayed: 0,
    still: [{ row: 3, code: 'ERR_DST_FOLD' }],
  })
  const map = await file(
    'map.json',
    JSON.stringify({ version: 1, format: 'sundance', sites: { SunDance_7: { fold: 'second' } } }),
  )
  const replayed = await opem(['--rejected', '--map', map, '--api', api, '--json'])
  expect(JSON.parse(replayed.stdout)).toMatchObject({ rejected: 1, replayed: 1, accepted: 1, still: [] })
  expect(JSON.parse((await opem(['--rejected', '--api', api, '--json'])).stdout)).toMatchObject({ rejected: 0 })

  const answer = await signed(`${api}/v1/readings?meter=sundance-7&from=2015-11-01T00:00:00Z&to=2015-11-02T00:00:00Z`)
  const { readings } = (await answer.json()) as { readings: { start: string; importWh: number; exportWh: number }[] }
  expect(readings.map(({ start, importWh, exportWh }) => [start, importWh, exportWh])).toEqual([
    ['2015-11-01T04:00:00Z', 0, 1500],
    ['2015-11-01T06:00:00Z', 2000, 0],
    ['2015-11-01T07:00:00Z', 4000, 0],
  ])
})

test('prices go to their series', async () => {
  const path = await file(
    'Elspotprices.csv',
    'HourUTC;HourDK;PriceArea;SpotPriceDKK;SpotPriceEUR\n2021-10-31 01:00;2021-10-31 02:00;DK2;97,37;-13,09\n',
  )
  const first = await opem(['--format', 'dayahead', '--file', path, '--api', api])
  expect(first.code).toBe(0)
  expect(first.stdout).toMatch(/1 rows, 1 stored, 0 known already/)
  expect(first.stdout).toMatch(/dk2: not committed to the chain yet/)
  const again = await opem(['--format', 'dayahead', '--file', path, '--api', api])
  expect(again.stdout).toMatch(/1 rows, 0 stored, 1 known already/)
  const answer = await signed(`${api}/v1/prices?series=dk2&from=2021-10-31T00:00:00Z&to=2021-11-01T00:00:00Z`)
  expect(await answer.json()).toMatchObject({ prices: [{ start: '2021-10-31T01:00:00Z', microEurPerKwh: -13090 }] })
})

test('a refused site ends with 1 and says why; the address of a running instance is found', async () => {
  const path = await file('SunDance_80.csv', 'date,use,gen,grid\n6/1/15 10:00,1,3,2\n6/1/15 11:00,1,2.5,1.5\n')
  await mkdir(join(folder.path, 'home'), { recursive: true })
  await writeFile(join(folder.path, 'home', 'run.json'), JSON.stringify({ pid: 1, parts: [{ name: 'api', url: api }] }))
  const { code, stdout } = await opem([
    '--format',
    'sundance',
    '--file',
    path,
    '--time-zone',
    'America/New_York',
    '--json',
  ])
  expect(code).toBe(1)
  expect(JSON.parse(stdout)).toMatchObject({
    api,
    refused: true,
    reports: [{ accepted: 0, refused: [{ site: 'SunDance_80', code: 'ERR_SITE_DOUBTFUL' }] }],
  })
})

test('mistakes are said in one sentence, with exit code 1', async () => {
  const path = await file('x.csv', HOURS)
  const failures = await Promise.all([
    opem(['--format', 'excel', '--file', path]),
    opem(['--format', 'sundance']),
    opem(['--format', 'sundance', '--file', join(folder.path, 'absent.csv')]),
    opem([
      '--format',
      'sundance',
      '--file',
      path,
      '--map',
      await file('bad.json', '{"version":1,"format":"sundance","sites":{"x":{"timezone":"UTC"}}}'),
    ]),
  ])
  expect(failures.map(({ code }) => code)).toEqual([1, 1, 1, 1])
  expect(failures.map(({ stderr }) => /^(ERR_[A-Z]+)/.exec(stderr)?.[1])).toEqual([
    'ERR_FORMAT',
    'ERR_FILE',
    'ERR_FILE',
    'ERR_MAPPING',
  ])
  expect(await readFile(path, 'utf8')).toBe(HOURS)
})
