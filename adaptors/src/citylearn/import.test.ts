import { expect, test } from 'vitest'
import { parseMapping } from '../mapping/mapping.ts'
import { energies, importText } from '../testing/items.ts'
import { importCityLearn } from './import.ts'

const HEADER =
  'month,hour,day_type,daylight_savings_status,indoor_dry_bulb_temperature,non_shiftable_load,solar_generation\n'
const ROWS = ['7,24,7,0,,2.2758,0.0', '8,1,1,0,,1.0096232e-07,0.0', '8,2,1,0,,0.5,250.25']
const DATED = { startDate: '2016-07-31', utcOffset: '-08:00', pvKw: '4' }
const mapping = (site: object, more: object = {}) =>
  parseMapping({ version: 1, format: 'citylearn', sites: { Building_1: site }, ...more })
const run = (rows: readonly string[], site: object = DATED, more: object = {}, options: object = {}) =>
  importText(importCityLearn, HEADER + rows.join('\n'), {
    file: 'x/Building_1.csv',
    mapping: mapping(site, more),
    ...options,
  })

test('hour-ending rows without dates become UTC hours; net is load minus PV', async () => {
  const { readings, codes, refused } = await run(ROWS)
  expect(refused).toEqual([])
  // 0.5 − 0.25025 × 4 = −0.501 kWh
  expect(energies(readings)).toEqual({
    '2016-08-01T07:00:00Z': '2276/0',
    '2016-08-01T08:00:00Z': '0/0',
    '2016-08-01T09:00:00Z': '0/501',
  })
  expect(codes).toEqual(['dst-never-flagged', 'empty-columns', 'hour-24', 'no-dates'])
})

test('the schema gives the PV power by building', async () => {
  const schema = JSON.stringify({ buildings: { Building_1: { pv: { attributes: { nominal_power: 4 } } } }, other: 1 })
  const companion = async function* (name: string) {
    expect(name).toBe('schema.json')
    yield new TextEncoder().encode(schema)
  }
  const { readings } = await run(
    ROWS,
    { startDate: '2016-07-31', utcOffset: '-08:00' },
    { schema: 'schema.json' },
    { companion },
  )
  expect(readings[2]).toMatchObject({ exportWh: 501 })
})

test('without dates or PV power the site is refused and says what is missing', async () => {
  expect((await run(ROWS, {})).refused[0]).toMatchObject({ code: 'ERR_START_DATE' })
  expect((await run(ROWS, { startDate: '2016-07-31', utcOffset: '-08:00' })).refused[0]).toMatchObject({
    code: 'ERR_PV_POWER',
  })
})

test('a start date that contradicts month and hour, and a negative load, are refused', async () => {
  expect((await run(ROWS, { ...DATED, startDate: '2016-08-31' })).refused[0]!.reason).toContain('calendar-mismatch')
  expect((await run(['7,24,7,0,,-1,0'])).refused[0]!.reason).toContain('negative-load')
})

test('an unreadable row is kept and still takes its hour', async () => {
  const { readings, rejected } = await run([ROWS[0]!, '8,1,1,0,,broken,0.0', ROWS[2]!])
  expect(readings.map(({ start }) => start)).toEqual(['2016-08-01T07:00:00Z', '2016-08-01T09:00:00Z'])
  expect(rejected[0]).toMatchObject({ row: 3, code: 'ERR_ROW_NUMBER', options: { start: '1470038400' } })
})
