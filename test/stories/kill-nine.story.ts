import { settlementAbi } from '@opem/contracts'
import { createPublicClient, http } from 'viem'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Instance, newHome, startInstance, until } from '../instance.ts'
import { evenRules, type Founded, found, untilIndexed } from './settled.ts'

// Twelve slices of a backlog: one for each process to kill while its hours are being settled, one for the supervisor.
const SLICE = 100
const HOURS = 12 * SLICE
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
    const response = await instance.fetch('/v1/readings', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ readings }),
    })
    expect(await response.json()).toMatchObject({ accepted: HOURS })
  }
})
afterAll(() => instance?.remove())

/** How many hours the contract has settled. */
async function settledOnChain(): Promise<number> {
  const chain = createPublicClient({ transport: http(instance.chain, { retryCount: 0 }) })
  const next = await chain.readContract({
    address: await settlementAddress(),
    abi: settlementAbi,
    functionName: 'nextPeriod',
    args: [community.id],
  })
  return (Number(next) - start) / 3600
}

let knownAddress: `0x${string}` | undefined
async function settlementAddress(): Promise<`0x${string}`> {
  knownAddress ??= (await instance.api<{ addresses: { Settlement: `0x${string}` } }>('/v1/settings')).addresses
    .Settlement
  return knownAddress
}

const PARTS = [
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
]

/** Opens the next slice of hours to settlement and waits until it is under way: part of it settled, not all. */
async function settling(slice: number): Promise<void> {
  const end = (slice + 1) * SLICE
  await instance.opem(
    'community',
    'start',
    '--community',
    community.id,
    '--until',
    iso(start + end * 3600),
    '--development',
  )
  await until(
    `hours of slice ${slice} are being settled`,
    120_000,
    async () => (await settledOnChain()) > slice * SLICE,
  )
  expect(await settledOnChain()).toBeLessThan(end)
}

const sliceIsSettled = (slice: number) =>
  until(`slice ${slice} is settled`, 240_000, async () => (await settledOnChain()) === (slice + 1) * SLICE)

test.each(PARTS.map((name, slice) => ({ name, slice })))(
  'kill -9 of $name while hours are being settled',
  async ({ name, slice }) => {
    await settling(slice)
    const before = instance.parts().find((part) => part.name === name)!
    process.kill(before.pid, 'SIGKILL')
    await until(`${name} is back`, 120_000, async () => {
      const now = instance.parts().find((part) => part.name === name)!
      return now.pid !== before.pid && now.status === 'ready'
    })
    await sliceIsSettled(slice)
  },
)

test('kill -9 of the supervisor while hours are being settled, then a start again', async () => {
  await settling(PARTS.length)
  const { home } = instance
  const port = Number(new URL(instance.page).port)
  const before = new Map(instance.parts().map(({ name, pid }) => [name, pid]))
  await instance.stop('SIGKILL')
  instance = await startInstance({ home, port })
  for (const { name, pid } of instance.parts()) if (pid) expect(pid).not.toBe(before.get(name))
  await sliceIsSettled(PARTS.length)
})

test('every period was settled exactly once, and the audit is green', async () => {
  const chain = createPublicClient({ transport: http(instance.chain) })
  const events = await chain.getContractEvents({
    address: await settlementAddress(),
    abi: settlementAbi,
    eventName: 'BatchSettled',
    args: { community: community.id },
    fromBlock: 0n,
  })
  const starts = events.map(({ args }) => Number(args.start)).sort((a, b) => a - b)
  expect(starts).toEqual(Array.from({ length: HOURS }, (_, hour) => start + hour * 3600))
  await untilIndexed(instance, community.id, HOURS, 120_000)
  await until('the evidence is complete and the audit is green', 120_000, async () => {
    const { code, stdout, stderr } = await instance.tryOpem('audit', '--community', community.id)
    if (code !== 0) throw new Error(`${stdout.slice(-500)} ${stderr}`)
    return true
  })
})
