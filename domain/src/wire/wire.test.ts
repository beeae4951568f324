import fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatMeterReading, parseMeterReading } from './meter-reading.ts'
import { parsePriceSeries } from './prices.ts'
import { formatTradingBatch, parseTradingBatch } from './trading-batch.ts'

const reading = {
  meter: 'sundance-1',
  start: '2015-06-01T04:00:00Z',
  seconds: 3600,
  importWh: 1149,
  exportWh: 0,
  quality: 'measured',
  source: 'sundance:SunDance_1.csv',
  knownAt: '2026-01-01T00:00:00Z',
}

test('a meter reading comes and goes', () => {
  const parsed = parseMeterReading(reading)
  expect(parsed).toEqual({
    ok: true,
    value: {
      meter: 'sundance-1',
      start: 1433131200,
      seconds: 3600,
      energyImport: 1149n,
      energyExport: 0n,
      quality: 'measured',
      source: 'sundance:SunDance_1.csv',
      knownAt: 1767225600,
    },
  })
  if (parsed.ok) expect(formatMeterReading(parsed.value)).toEqual(reading)
})

test.each([
  [{ importWh: -1 }, 'reading.importWh: -1 given'],
  [{ importWh: 1.5 }, 'reading.importWh: 1.5 given'],
  [{ importWh: '1' }, 'reading.importWh: "1" given'],
  [{ exportWh: undefined }, 'reading.exportWh: nothing given'],
  [{ seconds: 60 }, 'reading.seconds: 60 given, 300 or 900 or 1800 or 3600 needed'],
  [{ start: '2015-06-01T04:15:00Z' }, 'a multiple of 3600 s'],
  [{ start: '2015-06-01T04:00:00' }, 'a time with an offset'],
  [{ meter: 'a b' }, 'a meter id'],
  [{ quality: 'good' }, 'reading.quality: "good" given'],
  [{ power: 3 }, 'reading.power: 3 given, no such field'],
])('a reading with %j is refused', (change, reason) => {
  const parsed = parseMeterReading({ ...reading, ...change })
  expect(parsed).toMatchObject({ ok: false, code: 'ERR_READING' })
  expect(parsed.ok ? '' : parsed.reason).toContain(reason)
})

const word = (digit: string) => `0x${digit.repeat(64)}`
const batch = {
  community: `0x${'a'.repeat(40)}`,
  chainId: 31337,
  start: '2015-06-01T04:00:00Z',
  periodSeconds: 3600,
  periods: 1,
  revision: 0,
  rules: 1,
  root: word('1'),
  books: [
    {
      start: '2015-06-01T04:00:00Z',
      surplusWh: 7000,
      demandWh: 10000,
      sharedWh: 7000,
      membersRoot: word('2'),
      balances: [
        { member: word('3'), importWh: 0, exportWh: 3000, boughtWh: 0, soldWh: 3000, flags: 0, salt: word('4') },
      ],
    },
  ],
}

test('a trading batch comes and goes unchanged', () => {
  const parsed = parseTradingBatch(batch)
  expect(parsed.ok && formatTradingBatch(parsed.value)).toEqual(batch)
  expect(parsed.ok && parsed.value.books[0]!.balances[0]).toMatchObject({ energyExport: 3000n, sold: 3000n })
})

test('a batch in upper case, or with a field too many, is refused', () => {
  expect(parseTradingBatch({ ...batch, root: `0x${'AB'.repeat(32)}` })).toMatchObject({
    ok: false,
    code: 'ERR_TRADING_BATCH',
  })
  const extra = structuredClone(batch) as unknown as { books: { balances: Record<string, unknown>[] }[] }
  extra.books[0]!.balances[0]!.name = 'Anna'
  expect(parseTradingBatch(extra)).toMatchObject({
    reason: expect.stringContaining('batch.books[0].balances[0].name: "Anna" given'),
  })
})

test('prices come as one series per interval length', () => {
  const raw = {
    series: 'dk2',
    prices: [
      { start: '2015-06-01T04:00:00Z', seconds: 3600, microEurPerKwh: -48290 },
      { start: '2015-06-01T05:00:00Z', seconds: 900, microEurPerKwh: 7 },
    ],
  }
  expect(parsePriceSeries(raw)).toEqual({
    ok: true,
    value: [
      { series: 'dk2', seconds: 3600, prices: new Map([[1433131200, -48290n]]) },
      { series: 'dk2', seconds: 900, prices: new Map([[1433134800, 7n]]) },
    ],
  })
  expect(parsePriceSeries({ ...raw, prices: [{ ...raw.prices[0], start: '2015-06-01T04:30:00Z' }] })).toMatchObject({
    ok: false,
    code: 'ERR_PRICES',
  })
})

test('parsers never throw', () => {
  fc.assert(
    fc.property(fc.anything(), (raw) => {
      for (const parse of [parseMeterReading, parseTradingBatch, parsePriceSeries])
        expect(typeof parse(raw).ok).toBe('boolean')
    }),
  )
})
