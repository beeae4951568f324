import { settlementAbi } from '@opem/contracts'
import { createPublicClient, http } from 'viem'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Instance, newHome, startInstance, until } from '../instance.ts'
import { evenRules, type Founded, found, indexedPeriods, untilIndexed } from './settled.ts'

// A backlog long enough that every process can be killed while it is being settled.
const HOURS = 900
const start = Math.floor(Date.now() / 86_400_000) * 86_400 - 60 * 86_400
const iso = (epoch: number) => new Date(epoch * 1000).toISOString().replace('.000', '')
const members = ['North', 'East', 'South', 'West']

let instance: Instance
let community: Founded

beforeAll(async () => {
  instance = await startInstance({ home: newHome() })
  community = await found(
    instance,
    {
      name: 'Restless',
      timeZone: 'Europe/Madrid',
      periodSeconds: 3600,
      batchPeriods: 1,
      startsAt: iso(start),
      stopsAt: iso(start + HOURS * 3600),
      rules: evenRules(iso(start)),
      members: members.map((name) => ({ name, meters: [`restless-${name}`] })),
    },
    { start: false },
  )
  for (const [place, name] of members.entries()) {
    const readings = Array.from({ length: HOURS }, (_, hour) => ({
      meter: `restless-${name}`,
      start: iso(start + hour * 3600),
      seconds: 3600,
      importWh: place < 2 ? 400 + ((hour * 37) % 211) : 0,
      exportWh: place < 2 ? 0 : 300 + ((hour * 53) % 307),
      quality: 'measured',
      source: 'story:kill-nine',
      knownAt: iso(start + HOURS * 3600),
    }))
    const response = await fetch(`${instance.page}/v1/readings`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ readings }),
    })
    expect(await response.json()).toMatchObject({ accepted: HOURS })
  }
})
afterAll(() => instance?.remove())

const settled = async () => (await indexedPeriods(instance, community.id)).length
const alive = (pid: number) => {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

test('kill -9 of each process in turn, while hours are being settled, loses and doubles nothing', async () => {
  await instance.opem(
    'community',
    'start',
    '--community',
    community.id,
    '--until',
    iso(start + HOURS * 3600),
    '--development',
  )
  const parts = instance.parts().filter(({ pid, name }) => pid && name !== 'simulator')
  expect(parts.map(({ name }) => name)).toEqual(
    expect.arrayContaining([
      'chain',
      'postgres',
      'lake',
      'content',
      'broker',
      'index',
      'api',
      'ingest',
      'oracle-1',
      'oracle-2',
      'oracle-3',
    ]),
  )
  for (const { name } of parts) {
    const before = instance.parts().find((part) => part.name === name)!
    process.kill(before.pid, 'SIGKILL')
    await until(`${name} is back after kill -9`, 120_000, async () => {
      const now = instance.parts().find((part) => part.name === name)!
      return now.pid !== before.pid && now.status === 'ready'
    })
    const reached = await settled().catch(() => 0)
    await until(
      `settlement goes on after ${name} was killed`,
      120_000,
      async () => (await settled()) > Math.min(reached, HOURS - 1),
    )
  }
})

test('kill -9 of the supervisor itself, then a start again: everything goes on where it was', async () => {
  const { home } = instance
  const port = Number(new URL(instance.page).port)
  const children = instance.parts().map(({ pid }) => pid)
  await instance.stop('SIGKILL')
  instance = await startInstance({ home, port })
  expect(children.filter((pid) => pid && alive(pid) && instance.parts().some((part) => part.pid === pid))).toEqual([])
  await untilIndexed(instance, community.id, HOURS, 600_000)
})

test('every period was settled exactly once, and the audit is green', async () => {
  const settings = await instance.api<{ addresses: { Settlement: `0x${string}` } }>('/v1/settings')
  const chain = createPublicClient({ transport: http(instance.chain) })
  const events = await chain.getContractEvents({
    address: settings.addresses.Settlement,
    abi: settlementAbi,
    eventName: 'BatchSettled',
    args: { community: community.id },
    fromBlock: 0n,
  })
  const starts = events.map(({ args }) => Number(args.start)).sort((a, b) => a - b)
  expect(starts).toEqual(Array.from({ length: HOURS }, (_, hour) => start + hour * 3600))
  await until('the evidence is complete and the audit is green', 120_000, async () => {
    const { code, stdout, stderr } = await instance.tryOpem('audit', '--community', community.id)
    if (code !== 0) throw new Error(`${stdout.slice(-500)} ${stderr}`)
    return true
  })
})
