import { brokerLogin } from '@opem/adaptors/live'
import { settlementAbi } from '@opem/contracts'
import mqtt from 'mqtt'
import { createPublicClient, http } from 'viem'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Instance, startInstance, until } from '../instance.ts'
import { addMachine } from '../machines.ts'
import { evenRules, evidenceOf, type Founded, found, untilIndexed } from './settled.ts'

// The worked example of D2.3, 5.3.6.1: A +3, B +1, H +3, C −1, D −3, E −3, F −3 kWh in one hour. H sells 3 kWh (the
// document's totals show it; its last line misprints 1).
const hour = Math.floor(Date.now() / 3_600_000) * 3600 - 3 * 3600
const iso = (epoch: number) => new Date(epoch * 1000).toISOString().replace('.000', '')
const readings = {
  A: { importKwh: '0', exportKwh: '3.000' },
  B: { importKwh: '0', exportKwh: '1.000' },
  C: { importKwh: '1.000', exportKwh: '0' },
  D: { importKwh: '3.000', exportKwh: '0' },
  E: { importKwh: '3.000', exportKwh: '0' },
  F: { importKwh: '3.000', exportKwh: '0' },
  H: { importKwh: '0', exportKwh: '3.000' },
}
const names = Object.keys(readings) as (keyof typeof readings)[]

let instance: Instance
let community: Founded

beforeAll(async () => {
  instance = await startInstance()
})
afterAll(() => instance?.remove())

test('seven meters send an hour over MQTT and it is settled', async () => {
  community = await found(
    instance,
    {
      name: 'The worked example',
      timeZone: 'Europe/Dublin',
      periodSeconds: 3600,
      batchPeriods: 1,
      startsAt: iso(hour),
      stopsAt: iso(hour + 3600),
      rules: evenRules(iso(hour)),
      members: names.map((name) => ({ name, meters: [`seed-${name}`] })),
    },
    { start: false },
  )
  const field = await addMachine(instance.home, 'seed-field', ['seed-*'])
  const broker = await mqtt.connectAsync(
    `mqtt://127.0.0.1:${Number(new URL(instance.page).port) + 5}`,
    brokerLogin(field),
  )
  for (const name of names) {
    const telegram = { meter: `seed-${name}`, start: iso(hour), seconds: 3600, energy: readings[name] }
    await broker.publishAsync(`opem/v1/seed-${name}/telegram`, JSON.stringify(telegram), { qos: 1 })
  }
  await broker.endAsync()
  await until('the lake holds all seven readings', 60_000, async () => {
    const lake = await instance.api<{ meters: { meter: string }[] }>('/v1/meters')
    return names.every((name) => lake.meters.some(({ meter }) => meter === `seed-${name}`))
  })
  await instance.opem('community', 'start', '--community', community.id, '--until', iso(hour + 3600), '--development')
  await untilIndexed(instance, community.id, 1, 120_000)
})

test('the subgraph and the contract tell the totals of the example: 7 kWh shared of 7 kWh surplus and 10 kWh demand', async () => {
  const [period] = await untilIndexed(instance, community.id, 1, 10_000)
  expect(period).toMatchObject({ start: String(hour), surplus: '7000', demand: '10000', shared: '7000', members: 7 })
  const settings = await instance.api<{ addresses: { Settlement: `0x${string}` } }>('/v1/settings')
  const chain = createPublicClient({ transport: http(instance.chain) })
  const [event] = await chain.getContractEvents({
    address: settings.addresses.Settlement,
    abi: settlementAbi,
    eventName: 'BatchSettled',
    args: { community: community.id },
    fromBlock: 0n,
  })
  // surplus 7000 ‖ demand 10000 ‖ shared 7000 (72 bits each) ‖ 7 members (16 bits) ‖ 24 zero bits
  expect(event?.args.totals?.[0]).toBe((7000n << 184n) | (10_000n << 112n) | (7000n << 40n) | (7n << 24n))
})

test('every member has exactly the figures of the example, and the audit is green', async () => {
  const [batch] = await evidenceOf(instance, community.id)
  const { books } = batch as {
    books: { balances: { member: string; boughtWh: number; soldWh: number; importWh: number; exportWh: number }[] }[]
  }
  const of = (name: string) => {
    const id = community.members.find((member) => member.name === name)!.id
    const { boughtWh, soldWh, importWh, exportWh } = books[0]!.balances.find(({ member }) => member === id)!
    return { bought: boughtWh, sold: soldWh, fromGrid: importWh - boughtWh, toGrid: exportWh - soldWh }
  }
  expect(Object.fromEntries(names.map((name) => [name, of(name)]))).toEqual({
    A: { bought: 0, sold: 3000, fromGrid: 0, toGrid: 0 },
    B: { bought: 0, sold: 1000, fromGrid: 0, toGrid: 0 },
    C: { bought: 1000, sold: 0, fromGrid: 0, toGrid: 0 },
    D: { bought: 2000, sold: 0, fromGrid: 1000, toGrid: 0 },
    E: { bought: 2000, sold: 0, fromGrid: 1000, toGrid: 0 },
    F: { bought: 2000, sold: 0, fromGrid: 1000, toGrid: 0 },
    H: { bought: 0, sold: 3000, fromGrid: 0, toGrid: 0 },
  })
  expect(await instance.opem('audit', '--community', community.id)).toMatch(/1 period/)
})
