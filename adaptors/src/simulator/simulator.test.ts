import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { startBroker } from '../broker/start-broker.ts'
import { subscribe } from '../mqtt/subscribe.ts'
import { parseTelegram, type Telegram } from '../mqtt/telegram.ts'
import { INGEST_CLIENT, TELEGRAM_TOPICS } from '../mqtt/topics.ts'
import { testSystems } from '../testing/systems.ts'
import { until } from '../testing/until.ts'
import { parseSimulatorConfig } from './config.ts'
import { intervalEnergy, registersOf } from './energy.ts'
import { runSimulator } from './run-simulator.ts'

const FIELD = {
  seed: 7,
  timeZone: 'Europe/Madrid',
  intervalSeconds: 3600,
  from: '2026-03-28T00:00:00Z',
  to: '2026-03-30T00:00:00Z',
  meters: [
    { meter: 'home', kind: 'household' },
    { meter: 'pv', kind: 'pv-household', pvKw: 6 },
    { meter: 'ev', kind: 'ev-household' },
    { meter: 'wind', kind: 'wind', windKw: 30 },
  ],
}
const config = parseSimulatorConfig(FIELD)

function totals(seed: number | string) {
  const seeded = parseSimulatorConfig({ ...FIELD, seed })
  return seeded.meters.map((meter) => {
    const { importWh, exportWh } = intervalEnergy(seeded, meter, seeded.from, 48 * 3600)
    return [meter.meter, Number(importWh), Number(exportWh)] as const
  })
}

test('the same seed gives the same energy, another seed another', () => {
  expect(totals(7)).toEqual(totals(7))
  expect(totals(8)).not.toEqual(totals(7))
})

test('each kind behaves as its kind: homes import, PV exports by day, wind only exports', () => {
  const year = { ...config, from: Date.parse('2025-01-01T00:00:00Z') / 1000 }
  const [home, pv, ev, wind] = year.meters.map((meter) => intervalEnergy(year, meter, year.from, 365 * 86_400))
  expect(Number(home!.importWh)).toBeGreaterThan(2_000_000)
  expect(Number(home!.importWh)).toBeLessThan(6_000_000)
  expect(home!.exportWh).toBe(0n)
  expect(Number(pv!.exportWh)).toBeGreaterThan(1_500_000)
  expect(Number(ev!.importWh)).toBeGreaterThan(Number(home!.importWh) * 1.2)
  expect(wind!.importWh).toBe(0n)
  expect(Number(wind!.exportWh)).toBeGreaterThan(20_000_000)
  const night = intervalEnergy(year, year.meters[1]!, Date.parse('2025-06-21T00:00:00Z') / 1000, 3600)
  expect(night.exportWh).toBe(0n)
})

test('registers agree with intervals, from any point in time', () => {
  const [meter] = config.meters
  const registers = registersOf(config, meter!)
  const first = registers(config.from)
  const later = registersOf(config, meter!)(config.from + 7200)
  const energy = intervalEnergy(config, meter!, config.from, 7200)
  expect(later.importWh - first.importWh).toBe(energy.importWh)
})

test('it speaks as real meters do: the past in order, then registers minute by minute', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'opem-sim-'))
  const { systems, asIngest, field } = await testSystems(dir)
  const broker = await startBroker({ port: 0, dir: join(dir, 'broker'), systems })
  const telegrams: Telegram[] = []
  const listener = subscribe({
    url: broker.url,
    clientId: INGEST_CLIENT,
    login: asIngest,
    topics: [TELEGRAM_TOPICS],
    onMessage({ payload, ack }) {
      const telegram = parseTelegram(payload.toString())
      expect(telegram.ok).toBe(true)
      if (telegram.ok) telegrams.push(telegram.value)
      ack()
    },
  })
  await until(() => listener.connected, 'ingest listens')
  const now = config.to! + 125
  const simulator = runSimulator(config, { mqttUrl: broker.url, proof: { key: field }, live: true, now: () => now })
  onTestFinished(async () => {
    await simulator.close()
    await listener.close()
    await broker.close()
    await rm(dir, { recursive: true })
  })
  expect(await simulator.caughtUp).toBe(48 * 4)
  await until(() => telegrams.length === 48 * 4 + 3 * 4, 'the past and three minutes')
  const home = telegrams.filter(({ meter }) => meter === 'home')
  const starts = home.flatMap((telegram) => (telegram.kind === 'interval' ? [telegram.start] : []))
  expect(starts).toEqual([...starts].sort((a, b) => a - b))
  expect(home.flatMap((telegram) => (telegram.kind === 'registers' ? [telegram.observedAt - config.to!] : []))).toEqual(
    [0, 60, 120],
  )
})
