import { expect, test } from 'vitest'
import { parseMapping } from '../mapping/mapping.ts'
import { energies, importText } from '../testing/items.ts'
import { importSunDance } from './import.ts'

const HEADER = 'date,use,gen,grid\r\n'
const EASTERN = { file: 'SunDance_7.csv', timeZone: 'America/New_York' }
const mapped = (site: object) => parseMapping({ version: 1, format: 'sundance', sites: { SunDance_7: site } })
const run = (rows: string[], options: object = {}) =>
  importText(importSunDance, HEADER + rows.join('\r\n'), { ...EASTERN, ...options })

test('rows of local time become readings of UTC, net import and export, half-even', async () => {
  const { readings, codes, refused } = await run([
    '6/1/15 2:00,0.0125,0.5,-0.4875',
    '6/1/15 1:00,1.0135,-0.015,1.0135',
    '6/1/15 0:00,0.25,0,0.25',
  ])
  expect(refused).toEqual([])
  expect(energies(readings)).toEqual({
    '2015-06-01T06:00:00Z': '0/488',
    '2015-06-01T05:00:00Z': '1014/0',
    '2015-06-01T04:00:00Z': '250/0',
  })
  expect(readings[0]).toEqual({
    meter: 'sundance-7',
    start: '2015-06-01T06:00:00Z',
    seconds: 3600,
    importWh: 0,
    exportWh: 488,
    quality: 'measured',
    source: 'sundance:SunDance_7.csv',
    knownAt: '2026-01-01T00:00:00Z',
  })
  expect(codes).toEqual(['descending-order', 'negative-night-gen'])
})

test('a file without a zone is refused and says what is needed', async () => {
  const { readings, refused } = await run(['6/1/15 0:00,1,0,1'], { timeZone: undefined })
  expect(readings).toEqual([])
  expect(refused[0]).toMatchObject({ code: 'ERR_TIME_ZONE', reason: expect.stringContaining('--time-zone') })
  expect((await run(['6/1/15 0:00,1,0,1'], { timeZone: 'Mars/Base' })).refused[0]).toMatchObject({
    code: 'ERR_TIME_ZONE',
  })
})

test('the doubled hour of autumn is told apart by the order of rows, in both orders', async () => {
  const rows = ['11/1/15 0:00,1,0,1', '11/1/15 1:00,2,0,2', '11/1/15 1:00,3,0,3', '11/1/15 2:00,4,0,4']
  const expected = {
    '2015-11-01T04:00:00Z': '1000/0',
    '2015-11-01T05:00:00Z': '2000/0',
    '2015-11-01T06:00:00Z': '3000/0',
    '2015-11-01T07:00:00Z': '4000/0',
  }
  const ascending = await run(rows)
  expect(energies(ascending.readings)).toEqual(expected)
  expect(ascending.codes).toEqual(['dst-fold'])
  expect(energies((await run([...rows].reverse())).readings)).toEqual(expected)
})

test('a doubled hour that the file holds once is rejected, until the mapping says which pass it is', async () => {
  const rows = ['11/1/15 0:00,1,0,1', '11/1/15 1:00,2,0,2', '11/1/15 2:00,4,0,4']
  const { readings, rejected } = await run(rows)
  expect(readings).toHaveLength(2)
  expect(rejected[0]).toMatchObject({ row: 3, raw: '11/1/15 1:00,2,0,2', code: 'ERR_DST_FOLD', meter: 'sundance-7' })
  const second = await run(rows, { mapping: mapped({ fold: 'second' }) })
  expect(second.readings[1]).toMatchObject({ start: '2015-11-01T06:00:00Z' })
})

test('the hour that spring skips is rejected; its absence is no gap in energy', async () => {
  const { rejected, codes } = await run(['3/8/15 1:00,1,0,1', '3/8/15 2:00,1,0,1', '3/8/15 3:00,1,0,1'])
  expect(rejected).toMatchObject([{ row: 3, code: 'ERR_DST_GAP' }])
  expect(codes).toContain('dst-gap-hour-present')
  const { readings } = await run(['3/8/15 1:00,1,0,1', '3/8/15 3:00,1,0,1'])
  expect(readings.map(({ start }) => start)).toEqual(['2015-03-08T06:00:00Z', '2015-03-08T07:00:00Z'])
})

test('a reversed sign refuses the site until the mapping names it', async () => {
  const rows = ['6/1/15 10:00,1,3,2', '6/1/15 11:00,1,2,1', '6/1/15 12:00,2,1,-1']
  const { readings, refused } = await run(rows)
  expect(readings).toEqual([])
  expect(refused[0]).toMatchObject({ code: 'ERR_SITE_DOUBTFUL', reason: expect.stringContaining('grid-sign-reversed') })
  const named = await run(rows, { mapping: mapped({ grid: 'export-positive', meter: 'm-80' }) })
  expect(energies(named.readings)).toEqual({
    '2015-06-01T14:00:00Z': '0/2000',
    '2015-06-01T15:00:00Z': '0/1000',
    '2015-06-01T16:00:00Z': '1000/0',
  })
  expect(named.readings[0]!.meter).toBe('m-80')
  const wrong = await run(rows, { mapping: mapped({ grid: 'import-positive' }) })
  expect(wrong.refused).toHaveLength(1)
})

test('PV that is missing in the net channel is computed when the mapping says so, stand-by clamped on wish', async () => {
  const rows = ['6/1/15 10:00,1,3,1', '6/1/15 11:00,1.5,2,1.5', '6/1/15 12:00,1,-0.01,1']
  expect((await run(rows)).refused[0]).toMatchObject({ reason: expect.stringContaining('grid-without-pv') })
  const computed = await run(rows, { mapping: mapped({ grid: 'compute' }) })
  expect(Object.values(energies(computed.readings))).toEqual(['0/2000', '0/500', '1010/0'])
  const clamped = await run(rows, { mapping: mapped({ grid: 'compute', clampNightGen: true }) })
  expect(Object.values(energies(clamped.readings))).toEqual(['0/2000', '0/500', '1000/0'])
})

test('negative load, mixed order and two-hourly rows are refused until accepted or resampled', async () => {
  const negative = ['6/1/15 0:00,-1,0,-1', '6/1/15 1:00,1,0,1']
  expect((await run(negative)).refused[0]!.reason).toContain('negative-load')
  expect((await run(negative, { mapping: mapped({ accept: ['negative-load'] }) })).readings).toHaveLength(2)
  const mixed = ['6/1/15 0:00,1,0,1', '6/1/15 2:00,1,0,1', '6/1/15 1:00,1,0,1', '6/1/15 3:00,1,0,1']
  expect((await run(mixed)).refused[0]!.reason).toContain('mixed-order')
  const coarse = ['6/1/15 0:00,1,0,1', '6/1/15 2:00,3,0,3', '6/1/15 4:00,5,0,5']
  expect((await run(coarse)).refused[0]!.reason).toContain('irregular-spacing')
  const held = await run(coarse, { mapping: mapped({ resample: 'hold' }) })
  expect(Object.values(energies(held.readings))).toEqual(['1000/0', '1000/0', '3000/0', '3000/0', '5000/0', '5000/0'])
  expect(held.readings.every(({ quality }) => quality === 'estimated')).toBe(true)
  const split = await run(coarse, { mapping: mapped({ resample: 'split' }) })
  expect(Object.values(energies(split.readings))).toEqual(['500/0', '500/0', '1500/0', '1500/0', '2500/0', '2500/0'])
})

test('rows that cannot be read are kept with line, text and reason; the others go on', async () => {
  const { readings, rejected } = await run([
    '6/1/15 0:00,1,0,1',
    '6/1/15 1:00,1,0',
    '6/31/15 2:00,1,0,1',
    '6/1/15 3:00,x,0,1',
    '6/1/15 4:00,1,0,1',
    '6/1/15 4:00,2,0,2',
  ])
  expect(readings).toHaveLength(2)
  expect(rejected.map(({ row, code }) => [row, code])).toEqual([
    [3, 'ERR_ROW_COLUMNS'],
    [4, 'ERR_ROW_DATE'],
    [5, 'ERR_ROW_NUMBER'],
    [7, 'ERR_DUPLICATE_PERIOD'],
  ])
  expect(rejected[2]).toMatchObject({
    raw: '6/1/15 3:00,x,0,1',
    reason: 'use "x", needed a decimal number of kWh',
    format: 'sundance',
    source: 'sundance:SunDance_7.csv',
  })
})

test('a late start is said, another file is refused by its header', async () => {
  expect((await run(['9/16/15 0:00,1,0,1', '9/16/15 1:00,1,0,1'])).codes).toContain('late-start')
  expect((await importText(importSunDance, 'a,b\n1,2', EASTERN)).refused[0]).toMatchObject({ code: 'ERR_HEADER' })
  expect((await importText(importSunDance, '', EASTERN)).refused[0]).toMatchObject({ code: 'ERR_HEADER' })
})
