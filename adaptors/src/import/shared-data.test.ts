import { createReadStream, existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parseMapping } from '../mapping/mapping.ts'
import { gather } from '../testing/items.ts'
import { type FileFormat, IMPORTERS } from './formats.ts'

/** Third-party files lie beside the repository and are never copied into it. */
const DATA = join(import.meta.dirname, '../../../../shared/data')
const present = existsSync(DATA)
if (!present) console.warn(`SKIPPED: third-party meter files are not at ${DATA}; these tests prove nothing here`)

const map = (name: string) =>
  parseMapping(JSON.parse(readFileSync(join(import.meta.dirname, '../../maps', name), 'utf8')))
const read = (format: FileFormat, path: string, options: object = {}) =>
  gather(
    IMPORTERS[format]({
      file: path,
      open: () => createReadStream(join(DATA, path)),
      now: '2026-01-01T00:00:00Z',
      companion: (name) => createReadStream(join(DATA, dirname(path), name)),
      ...options,
    }),
  )
const site = (n: number, options: object = { timeZone: 'America/New_York' }) =>
  read('sundance', `meters-sundance/SunDance_${n}.csv`, options)
const sum = (readings: readonly { importWh: number; exportWh: number }[]) => [
  readings.reduce((total, { importWh }) => total + importWh, 0),
  readings.reduce((total, { exportWh }) => total + exportWh, 0),
]

describe.skipIf(!present)('files of others', () => {
  test.each([
    [80, 'grid-sign-reversed'],
    [4, 'grid-without-pv'],
    [5, 'grid-without-pv'],
    [75, 'grid-without-pv'],
    [82, 'grid-relation-unclear'],
    [92, 'grid-relation-unclear'],
    [34, 'negative-load'],
    [14, 'negative-load'],
    [52, 'negative-load'],
    [1, 'negative-load'],
    [24, 'negative-load'],
    [28, 'irregular-spacing'],
  ])('SunDance %i is refused: %s', async (n, code) => {
    const { readings, refused, codes } = await site(n)
    expect(readings).toEqual([])
    expect(codes).toContain(code)
    expect(refused[0]).toMatchObject({ code: 'ERR_SITE_DOUBTFUL', reason: expect.stringContaining(code) })
  })

  test('the late start of site 4 and the descending order of all are said', async () => {
    expect((await site(4)).codes).toEqual(['descending-order', 'grid-without-pv', 'late-start', 'negative-night-gen'])
    expect((await site(3)).codes).toEqual(['descending-order', 'negative-night-gen', 'net-rounded'])
  })

  test('every site of the sound mapping reads without a refusal, June whole', async () => {
    const mapping = map('sundance-sound.json')
    const sites = Object.keys(mapping.sites)
    expect(sites.length).toBeGreaterThanOrEqual(25)
    for (const name of sites) {
      const { readings, refused, rejected } = await read('sundance', `meters-sundance/${name}.csv`, { mapping })
      expect([name, refused, rejected]).toEqual([name, [], []])
      const june = readings.filter(({ start }) => start >= '2015-06-01T04:00:00Z' && start < '2015-07-01T04:00:00Z')
      expect([name, june.length]).toEqual([name, 720])
    }
  }, 120_000)

  test('repaired sites read with their mapping', async () => {
    const mapping = map('sundance-repaired.json')
    for (const [n, hours] of [
      [80, 4392],
      [4, 343],
      [5, 4392],
      [75, 4392],
      [28, 4392],
    ] as const) {
      const { readings, refused } = await site(n, { mapping })
      expect([n, refused, readings.length]).toEqual([n, [], hours])
    }
  })

  test('the nine CityLearn homes: 6,552 hours each, from 07:00 UTC of 1 August 2016, PV netted', async () => {
    const mapping = map('citylearn-nine-homes.json')
    for (let n = 1; n <= 9; n++) {
      const { readings, refused, codes } = await read('citylearn', `meters-citylearn-2022/Building_${n}.csv`, {
        mapping,
      })
      expect(refused).toEqual([])
      expect(codes).toEqual(['dst-never-flagged', 'empty-columns', 'hour-24', 'no-dates'])
      expect([readings.length, readings[0]!.start, readings.at(-1)!.start]).toEqual([
        6552,
        '2016-08-01T07:00:00Z',
        '2017-05-01T06:00:00Z',
      ])
    }
    const first = await read('citylearn', 'meters-citylearn-2022/Building_1.csv', { mapping })
    expect(first.readings[0]).toMatchObject({ meter: 'citylearn-1', importWh: 2276, exportWh: 0 })
    expect(sum(first.readings)).toEqual([5367750, 2619706])
  })

  test('UNSW: the large site is refused, Sydney time is contradicted by the day clocks went back', async () => {
    const path = 'community-unsw/load_profiles_2.csv'
    const homes = await read('unsw', path, { mapping: map('unsw-homes.json') })
    expect(homes.refused).toEqual([])
    expect(homes.readings).toHaveLength(10 * 3066)
    const all = await read('unsw', path, {
      mapping: parseMapping({ version: 1, format: 'unsw', defaults: { utcOffset: '+10:00', stamp: 'start' } }),
    })
    expect(all.refused).toMatchObject([{ site: 'profile_3', reason: expect.stringContaining('mixed-size') }])
    const sydney = parseMapping({
      version: 1,
      format: 'unsw',
      defaults: { timeZone: 'Australia/Sydney', stamp: 'start' },
    })
    expect((await read('unsw', path, { mapping: sydney })).refused[0]!.reason).toContain('dst-not-applied')
  })

  test('Green Button: a fortnight of quarter-hours, replaced values called estimates', async () => {
    const { readings, rejected, refused } = await read('green-button', 'payload-green-button/test_usage_data.xml')
    expect([readings.length, rejected, refused]).toEqual([1340, [], []])
    expect(readings[0]).toMatchObject({
      meter: '5446af3f',
      start: '2012-03-01T05:00:00Z',
      seconds: 900,
      importWh: 282,
      quality: 'estimated',
    })
    expect(sum(readings)).toEqual([1391666, 0])
  })

  test('Elspot: five years, DST days included, local time agrees with UTC everywhere', async () => {
    const { prices, rejected, codes } = await read('dayahead', 'prices-dk2-dayahead/Elspotprices.csv')
    expect([prices.length, rejected]).toEqual([43825, []])
    expect(codes).toEqual(['descending-order', 'negative-price'])
    expect(prices[0]).toEqual({ series: 'dk2', start: '2021-12-31T23:00:00Z', seconds: 3600, microEurPerKwh: 46600 })
    expect(new Set(prices.map(({ start }) => start)).size).toBe(43825)
  })
})
