import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createKeyFile } from '@opem/ssi'
import { keccak256, toHex } from 'viem'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type AccessWorld, openAccessWorld } from '../../../offchain-api/src/testing/access-world.ts'
import {
  evidence,
  foundOnChain,
  joinOnChain,
  settleOnChain,
  signedConsent,
} from '../../../offchain-api/src/testing/founded-community.ts'
import { ALL } from '../../../offchain-api/src/testing/systems.ts'

const OPEM = join(import.meta.dirname, '..', '..', 'bin', 'opem.mjs')
const FROM = Date.parse('2015-06-01T00:00:00Z') / 1000
const profile = { name: 'Sunny Street', timeZone: 'Europe/Madrid', periodSeconds: 3600 as const, batchPeriods: 'day' }

let world: AccessWorld
let community: `0x${string}`
let home: string
let door: Server
let change: ((text: string) => string) | undefined

beforeAll(async () => {
  world = await openAccessWorld([ALL], { lake: true })
  const feedIn = { kind: 'fixed', microEurPerKwh: 50_000 } as const
  const founded = await foundOnChain(world.chain, { ...profile, from: FROM, feedIn })
  community = founded.id
  await post('/v1/communities', { id: community, ...profile, rules: [founded.rules] })
  const consents = []
  for (const [index, name] of ['Ana', 'Bea'].entries()) {
    const consent = await signedConsent(world.chain, { community, name, meter: `home-${index}`, from: FROM })
    await post(`/v1/communities/${community}/consents`, consent)
    await joinOnChain(world.chain, community, consent)
    consents.push(consent)
  }
  const [ana, bea] = consents as [(typeof consents)[0], (typeof consents)[0]]
  const first = ana.member < bea.member ? 0 : 1
  const settled = evidence(31_337, {
    ...{ community, start: FROM, periods: 24, revision: 0, members: [ana, bea] },
    // Ana gives 1000 Wh an hour, Bea takes 600.
    energyOf: (place) => (place === first ? 1000 : -600),
  })
  await settleOnChain(world.chain, settled)
  await post(`/v1/communities/${community}/trading`, settled.wire)
  await openDoor()

  home = mkdtempSync(join(tmpdir(), 'opem-own-statement-'))
  writeFileSync(join(home, 'deployment.json'), JSON.stringify(world.chain.deployment))
  mkdirSync(join(home, 'keys'), { mode: 0o700 })
  await createKeyFile(join(home, 'keys', 'ana.json'), keccak256(toHex('key of Ana')))
  writeFileSync(join(home, 'ana.jwt'), (await world.registerCitizen('Ana')).credential)
  for (const words of [
    ['accept', 'ana', join(home, 'ana.jwt')],
    ['sign-in', 'ana'],
  ]) {
    const { code, stderr } = await run('wallet', ...words)
    if (code !== 0) throw new Error(stderr)
  }
})
afterAll(async () => {
  door?.close()
  await world?.close()
  rmSync(home, { recursive: true, force: true })
})

async function post(path: string, body: unknown) {
  const headers = { 'content-type': 'application/json' }
  const request = { method: 'POST', headers, body: JSON.stringify(body) }
  const answer = await world.own.fetch.all!(`${world.api().url}${path}`, request)
  if (!answer.ok) throw new Error(await answer.text())
}

/** The API, which may say something else than it should. */
async function openDoor() {
  door = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const { host: _, connection: __, ...headers } = request.headers
    const answer = await fetch(`${world.api().url}${request.url}`, {
      ...{ method: request.method ?? 'GET', headers: headers as Record<string, string> },
      ...(chunks.length > 0 ? { body: Buffer.concat(chunks) } : {}),
    })
    const text = await answer.text()
    const cookies = answer.headers.getSetCookie()
    response.writeHead(answer.status, { 'content-type': 'application/json', 'set-cookie': cookies })
    response.end(change ? change(text) : text)
  })
  await new Promise<void>((resolve) => door.listen(0, '127.0.0.1', resolve))
}

const run = (...args: string[]) =>
  new Promise<{ code: number; stdout: string; stderr: string }>((resolve) => {
    const env = {
      ...{ ...process.env, OPEM_HOME: home, OPEM_PORT: '21000', OPEM_DEBUG: '', OPEM_WALLET: '' },
      OPEM_CHAIN_URL: world.chain.anvil.url,
      OPEM_API_URL: `http://127.0.0.1:${(door.address() as { port: number }).port}`,
    }
    execFile(process.execPath, [OPEM, ...args], { env }, (error, stdout, stderr) =>
      resolve({ code: error ? Number(error.code) : 0, stdout, stderr }),
    )
  })
const statement = (member: string) =>
  run('statement', '--community', community, '--member', member, '--month', '2015-06', '--as', 'ana')

test('a member makes the own statement, each balance led to the root on chain', async () => {
  const { code, stdout, stderr } = await statement('Ana')
  expect([code, stderr]).toEqual([0, ''])
  expect(JSON.parse(stdout)).toMatchObject({
    ...{ community: { id: community }, member: { name: 'Ana' }, month: '2015-06' },
    energy: { importWh: 0, exportWh: 24_000, soldWh: 14_400, gridExportWh: 9600 },
  })
})

test("a member makes no neighbour's statement", async () => {
  expect((await statement('Bea')).stderr).toMatch(/^ERR_MEMBER: /)
})

test('a balance that is not what the chain holds makes no statement', async () => {
  change = (text) => text.replaceAll('"exportWh":1000', '"exportWh":1001')
  try {
    expect((await statement('Ana')).stderr).toMatch(
      /^ERR_NOT_PROVEN: The period 2015-06-01T00:00:00Z is not proven: its balance does not lead/,
    )
  } finally {
    change = undefined
  }
})

test('a proof that is left out makes no statement', async () => {
  change = (text) => (text.includes('"toBatchRoot"') ? '{"batches":[]}' : text)
  try {
    expect((await statement('Ana')).stderr).toMatch(/^ERR_NOT_PROVEN: The period 2015-06-01T00:00:00Z/)
  } finally {
    change = undefined
  }
})
