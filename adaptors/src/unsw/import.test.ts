import { expect, test } from 'vitest'
import { parseMapping } from '../mapping/mapping.ts'
import { energies, importText } from '../testing/items.ts'
import { importUnsw } from './import.ts'

const LOAD = 'timestamp,profile_1,profile_2,profile_3\n26/02/2017 3:30,0.265,0.5,50\n26/02/2017 4:00,0.158,0.25,60\n'
const SOLAR = 'timestamp,profile_1,profile_2\n26/02/2017 3:30,0,0\n26/02/2017 4:00,0.1255,0.1255\n'
const mapping = (more: object) => parseMapping({ version: 1, format: 'unsw', ...more })
const STANDARD = { utcOffset: '+10:00', stamp: 'start' }
const companion = async function* () {
  yield new TextEncoder().encode(SOLAR)
}

test('one meter per column, half-hours, solar per kW; the large site is refused and the homes go on', async () => {
  const { readings, refused, codes } = await importText(importUnsw, LOAD, {
    file: 'load.csv',
    companion,
    mapping: mapping({
      defaults: STANDARD,
      solarFile: 'solar.csv',
      sites: { profile_1: { meter: 'a' }, profile_2: { meter: 'b', solar: 'profile_2', pvKw: '3' } },
    }),
  })
  expect(refused).toMatchObject([
    { site: 'profile_3', code: 'ERR_SITE_DOUBTFUL', reason: expect.stringContaining('mixed-size') },
  ])
  expect(codes).toEqual(['mixed-size', 'one-solar-profile'])
  expect(energies(readings.filter(({ meter }) => meter === 'a'))).toEqual({
    '2017-02-25T17:30:00Z': '265/0',
    '2017-02-25T18:00:00Z': '158/0',
  })
  // 0.25 − 3 × 0.1255 = −0.1265 kWh, half-even 126 Wh
  expect(energies(readings.filter(({ meter }) => meter === 'b'))).toEqual({
    '2017-02-25T17:30:00Z': '500/0',
    '2017-02-25T18:00:00Z': '0/126',
  })
  expect(readings[0]).toMatchObject({ seconds: 1800 })
})

test('stamps that end their half-hour begin it half an hour earlier', async () => {
  const { readings } = await importText(importUnsw, LOAD, {
    file: 'l.csv',
    mapping: mapping({ defaults: { ...STANDARD, stamp: 'end' }, onlyListed: true, sites: { profile_1: {} } }),
  })
  expect(readings.map(({ start }) => start)).toEqual(['2017-02-25T17:00:00Z', '2017-02-25T17:30:00Z'])
})

test('zone and stamp must be said; a zone with daylight saving contradicts a file that does not repeat the hour', async () => {
  const run = (defaults: object, text = LOAD) =>
    importText(importUnsw, text, { file: 'l.csv', mapping: mapping({ defaults }) })
  expect((await run({})).refused[0]).toMatchObject({ code: 'ERR_TIME_ZONE' })
  expect((await run({ utcOffset: '+10:00' })).refused[0]).toMatchObject({ code: 'ERR_STAMP' })
  const autumn = 'timestamp,a\n2/04/2017 1:30,1\n2/04/2017 2:00,1\n2/04/2017 2:30,1\n2/04/2017 3:00,1\n'
  const sydney = await run({ timeZone: 'Australia/Sydney', stamp: 'start' }, autumn)
  expect(sydney.refused[0]!.reason).toContain('dst-not-applied')
  const repeated =
    'timestamp,a\n2/04/2017 2:00,1\n2/04/2017 2:30,2\n2/04/2017 2:00,3\n2/04/2017 2:30,4\n2/04/2017 3:00,5\n'
  const folded = await importText(importUnsw, repeated, {
    file: 'l.csv',
    mapping: mapping({ defaults: { timeZone: 'Australia/Sydney', stamp: 'start', accept: ['mixed-order'] } }),
  })
  expect(energies(folded.readings)).toEqual({
    '2017-04-01T15:00:00Z': '1000/0',
    '2017-04-01T15:30:00Z': '2000/0',
    '2017-04-01T16:00:00Z': '3000/0',
    '2017-04-01T16:30:00Z': '4000/0',
    '2017-04-01T17:00:00Z': '5000/0',
  })
})
