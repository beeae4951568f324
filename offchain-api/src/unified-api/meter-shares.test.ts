import { join } from 'node:path'
import type { Hex } from '@opem/domain'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  accredit,
  foundOnChain,
  joinOnChain,
  type OpenChain,
  openChain,
  signedConsent,
} from '../testing/founded-community.ts'
import {
  type Running,
  type RunningProcess,
  startApi,
  startLake,
  startPostgres,
  temporaryFolder,
} from '../testing/harness.ts'
import { ALL, writeSystems } from '../testing/systems.ts'

const FROM = Date.parse('2015-06-01T00:00:00Z') / 1000
const profile = { timeZone: 'Europe/Madrid', periodSeconds: 3600 as const, batchPeriods: 'day' }

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let chain: OpenChain
let lake: RunningProcess
let postgres: Running
let api: RunningProcess
let ask: typeof fetch
const communities: Hex[] = []

beforeAll(async () => {
  folder = await temporaryFolder()
  ;[lake, postgres, chain] = await Promise.all([
    startLake({ dir: join(folder.path, 'lake') }),
    startPostgres({ dir: join(folder.path, 'postgres') }),
    openChain(folder.path),
  ])
  const { deploymentPath, anvil } = chain
  const systems = await writeSystems(folder.path, [ALL])
  ask = systems.fetch.all
  await accredit(chain, 'DataSourceCredential')
  const access = { ...systems, registrarFile: chain.registrarFile }
  api = await startApi({ access, postgresUrl: postgres.url, lakeUrl: lake.url, chainUrl: anvil.url, deploymentPath })
  for (let number = 0; number < 6; number++) {
    const named = { ...profile, name: `Street ${number}` }
    const { id, rules } = await foundOnChain(chain, { ...named, from: FROM })
    expect((await post('/v1/communities', { id, ...named, rules: [rules] })).status).toBe(200)
    communities.push(id)
  }
})
afterAll(async () => {
  await api?.stop()
  await lake?.stop()
  await postgres?.stop()
  await chain?.anvil.stop()
  await folder?.remove()
})

async function post(path: string, body: unknown): Promise<{ status: number; body: { code?: string } }> {
  const headers = { 'content-type': 'application/json' }
  const response = await ask(`${api.url}${path}`, { method: 'POST', body: JSON.stringify(body), headers })
  return { status: response.status, body: (await response.json()) as { code?: string } }
}

/** A new member of a community with one meter: what the API says to the consent. */
async function consent(community: number, name: string, meter: string, participation: number, joins = false) {
  const id = communities[community]!
  const signed = await signedConsent(chain, { community: id, name, meter, from: FROM, participation })
  const { body } = await post(`/v1/communities/${id}/consents`, signed)
  if (joins) await joinOnChain(chain, id, signed)
  return body.code ?? 'taken'
}

test('a meter cannot sell the same energy in two communities, whether the first consent is used or still waits', async () => {
  expect(await consent(0, 'Ana', 'roof', 60, true)).toBe('taken')
  expect(await consent(1, 'Ana', 'roof', 41)).toBe('ERR_METER_PARTICIPATION')
  expect(await consent(1, 'Ana', 'roof', 30)).toBe('taken')
  expect(await consent(2, 'Ana', 'roof', 11)).toBe('ERR_METER_PARTICIPATION')
})

test('a member that consents anew takes the place of its own earlier consent', async () => {
  expect(await consent(1, 'Ana', 'roof', 40)).toBe('taken')
})

test('a meter serves five communities, not a sixth', async () => {
  for (let community = 0; community < 5; community++)
    expect(await consent(community, 'Ben', 'shed', 10, community % 2 === 0)).toBe('taken')
  expect(await consent(5, 'Ben', 'shed', 10)).toBe('ERR_METER_COMMUNITIES')
})

test('two consents at once never both get the last part', async () => {
  const answers = await Promise.all([consent(0, 'Cora', 'barn', 70), consent(1, 'Cora', 'barn', 70)])
  expect(answers.sort()).toEqual(['ERR_METER_PARTICIPATION', 'taken'])
})
