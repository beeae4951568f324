import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Instance, startInstance } from '../instance.ts'
import { type Founded, found, tariffs, untilIndexed } from './settled.ts'

// Two members, three hours, fed-in energy at the day-ahead price less half a cent: A exports 4 kWh an hour, B imports 1.
const START = '2021-10-31T00:00:00Z'
const HOURS = ['2021-10-31T00:00:00Z', '2021-10-31T01:00:00Z', '2021-10-31T02:00:00Z']
const elspot = (third: string) =>
  [
    'HourUTC;HourDK;PriceArea;SpotPriceDKK;SpotPriceEUR',
    '2021-10-31 00:00;2021-10-31 02:00;DK2;743,90;100,00',
    '2021-10-31 01:00;2021-10-31 02:00;DK2;-74,39;-10,00',
    `2021-10-31 02:00;2021-10-31 03:00;DK2;371,95;${third}`,
    '',
  ].join('\n')

let instance: Instance
let community: Founded
const importPrices = (third: string) => {
  const file = join(instance.home, 'Elspotprices.csv')
  writeFileSync(file, elspot(third))
  return instance.opem('import', '--format', 'dayahead', '--file', file)
}

beforeAll(async () => {
  instance = await startInstance()
})
afterAll(() => instance?.remove())

test('prices are committed to the chain when they are imported, once', async () => {
  expect(await importPrices('50,00')).toMatch(/dk2: committed 1 segment, 2021-10-31T00:00:00Z … 2021-10-31T03:00:00Z/)
  expect(await importPrices('50,00')).toMatch(/0 stored, 3 known already[\s\S]*dk2: everything is committed already/)
  expect(await instance.opem('prices', 'show', '--series', 'dk2')).toMatch(/3 prices .* as committed/)
})

test('a community that is priced by the market is settled, sound, and paid the market’s price', async () => {
  const rules = [
    {
      version: 1,
      from: START,
      allocation: { key: 'even', rounds: 'iterate' },
      tariffs: { ...tariffs, feedIn: { kind: 'day-ahead', series: 'dk2', marginMicroEurPerKwh: -5_000 } },
      pricing: 'tariffs',
    },
  ]
  community = await found(
    instance,
    {
      name: 'Market Street',
      timeZone: 'UTC',
      periodSeconds: 3600,
      batchPeriods: 1,
      startsAt: START,
      stopsAt: '2021-10-31T03:00:00Z',
      rules,
      members: [
        { name: 'A', meters: ['market-a'] },
        { name: 'B', meters: ['market-b'] },
      ],
    },
    { start: false },
  )
  for (const [name, rows] of [
    ['market-a', [-4, -4, -4]],
    ['market-b', [1, 1, 1]],
  ] as const) {
    const lines = HOURS.map((hour, i) => {
      const net = rows[i]!
      return `${hour.slice(5, 7)}/${hour.slice(8, 10)}/${hour.slice(2, 4)} ${hour.slice(11, 16)},${net > 0 ? net : 0},${net < 0 ? -net : 0},${net}`
    })
    const file = join(instance.home, `${name}.csv`)
    writeFileSync(file, `date,use,gen,grid\n${[...lines].reverse().join('\n')}\n`)
    await instance.opem('import', '--format', 'sundance', '--file', file, '--meter', name, '--time-zone', 'UTC')
  }
  const until = ['--until', '2021-10-31T03:00:00Z']
  await instance.opem('community', 'start', '--community', community.id, ...until, '--development')
  const periods = await untilIndexed(instance, community.id, 3, 120_000)
  expect(periods.map(({ shared }) => shared)).toEqual(['1000', '1000', '1000'])
  expect(await instance.opem('audit', '--community', community.id)).toMatch(/3 periods/)
  const words = ['statement', '--community', community.id, '--member', 'A', '--month', '2021-10']
  // Sold 3 × 1 kWh at 0.10; fed in 3 kWh each hour at 0.095, −0.015 and 0.045: 0.30 + 0.285 − 0.045 + 0.135 EUR.
  expect(await instance.opem(...words)).toMatch(/0\.675000/)
})

test('a price that is exchanged later is found by the audit, and no statement is made of it', async () => {
  expect(await importPrices('5000,00')).toMatch(/1 prices were known otherwise before/)
  const shown = await instance.tryOpem('prices', 'show', '--series', 'dk2')
  expect([shown.code, shown.stdout]).toEqual([1, expect.stringMatching(/NOT as committed/)])
  const { code, stdout } = await instance.tryOpem('audit', '--community', community.id)
  expect(code).toBe(1)
  expect(stdout).toMatch(/AUDIT_PRICES at period 2021-10-31T00:00:00Z, .*field prices\.dk2: expected 0x[0-9a-f]{64}/)
  const words = ['statement', '--community', community.id, '--member', 'A', '--month', '2021-10']
  const statement = await instance.tryOpem(...words)
  expect([statement.code, statement.stderr]).toEqual([1, expect.stringMatching(/^ERR_NOT_SOUND/)])
})
