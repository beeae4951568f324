import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { developmentWallet } from '@opem/ssi'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openBrowser } from '../browser.ts'
import { dataFile, dataIsHere } from '../data.ts'
import { type Instance, root, startInstance } from '../instance.ts'
import { createDoor } from '../people.ts'
import {
  type CommunityFile,
  evenRules,
  evidenceOf,
  type Founded,
  found,
  type IndexedPeriod,
  untilIndexed,
} from './settled.ts'

interface Case {
  title: string
  format: string
  map: string
  data: (site: string) => string
  community: Omit<CommunityFile, 'members' | 'rules' | 'periodSeconds'>
  /** from the raw files, by a separate calculation with decimal arithmetic */
  expected: { periods: number; surplus: bigint; demand: bigint; shared: bigint }
  /** one day on the page: surplus, demand, shared */
  shown: { day: string; figures: [string, string, string] }
}

const cases: Case[] = [
  {
    title: 'a month of 27 SunDance sites, hour by hour',
    format: 'sundance',
    map: 'adaptors/maps/sundance-sound.json',
    data: (site) => dataFile('meters-sundance', `${site}.csv`),
    community: {
      name: 'SunDance in June',
      timeZone: 'America/New_York',
      batchPeriods: 1,
      startsAt: '2015-06-01T00:00:00-04:00',
      stopsAt: '2015-07-01T00:00:00-04:00',
    },
    expected: { periods: 720, surplus: 12_186_477n, demand: 14_987_827n, shared: 3_007_185n },
    shown: { day: '2015-06-15', figures: ['323.475kWh', '435.814kWh', '104.059kWh'] },
  },
  {
    title: 'the year of the nine CityLearn homes (the 272 whole days there are), in daily batches',
    format: 'citylearn',
    map: 'adaptors/maps/citylearn-nine-homes.json',
    data: (site) => dataFile('meters-citylearn-2022', `${site}.csv`),
    community: {
      name: 'CityLearn year',
      timeZone: 'Etc/GMT+8',
      batchPeriods: 'day',
      startsAt: '2016-08-01T00:00:00-08:00',
      stopsAt: '2017-04-30T00:00:00-08:00',
    },
    expected: { periods: 6528, surplus: 18_596_397n, demand: 39_361_827n, shared: 2_511_436n },
    shown: { day: '2016-08-15', figures: ['67.784kWh', '234.469kWh', '13.95kWh'] },
  },
]

describe.skipIf(!dataIsHere)('real meters go file → lake → oracle → chain → subgraph → page → audit', () => {
  let instance: Instance
  beforeAll(async () => {
    instance = await startInstance()
  })
  afterAll(() => instance?.remove())

  describe.each(cases)('$title', ({ format, map, data, community, expected, shown }) => {
    const sites = Object.entries(
      (
        JSON.parse(readFileSync(join(root, map), 'utf8')) as {
          sites: Record<string, { meter: string; member: string }>
        }
      ).sites,
    )
    const files = sites.flatMap(([site]) => ['--file', data(site)])
    const importAll = async () => {
      const printed = await instance.opem('import', '--format', format, '--map', join(root, map), ...files, '--json')
      const { reports } = JSON.parse(printed) as { reports: ImportTotals[] }
      const sum = (value: (report: ImportTotals) => number) =>
        reports.reduce((total, report) => total + value(report), 0)
      return {
        accepted: sum(({ accepted }) => accepted),
        duplicates: sum(({ duplicates }) => duplicates),
        rejected: sum(({ rejected }) => rejected),
      }
    }
    let founded: Founded
    let periods: IndexedPeriod[]

    test('importing twice changes nothing the second time', async () => {
      const first = await importAll()
      expect(first).toMatchObject({ duplicates: 0, rejected: 0 })
      const second = await importAll()
      expect(second).toMatchObject({ accepted: 0, duplicates: first.accepted, rejected: 0 })
    })

    test('every period is settled once and indexed with the totals of the raw files', async () => {
      const members = sites.map(([, { member, meter }]) => ({ name: member, meters: [meter] }))
      const file: CommunityFile = { ...community, periodSeconds: 3600, rules: evenRules(community.startsAt), members }
      founded = await found(instance, file, { start: true })
      periods = await untilIndexed(instance, founded.id, expected.periods, 600_000)
      const sum = (value: (period: IndexedPeriod) => string) =>
        periods.reduce((total, period) => total + BigInt(value(period)), 0n)
      expect(periods).toHaveLength(expected.periods)
      expect({
        surplus: sum(({ surplus }) => surplus),
        demand: sum(({ demand }) => demand),
        shared: sum(({ shared }) => shared),
      }).toEqual({ surplus: expected.surplus, demand: expected.demand, shared: expected.shared })
      expect(new Set(periods.map(({ start }) => start)).size).toBe(expected.periods)
    })

    test('the residual of every period is zero: bought = sold = shared', async () => {
      let checked = 0
      for (const batch of await evidenceOf(instance, founded.id)) {
        for (const { sharedWh, balances } of (batch as Evidence).books) {
          expect(balances.reduce((wh, { boughtWh }) => wh + boughtWh, 0)).toBe(sharedWh)
          expect(balances.reduce((wh, { soldWh }) => wh + soldWh, 0)).toBe(sharedWh)
          checked++
        }
      }
      expect(checked).toBe(expected.periods)
    })

    test('the audit is green', async () => {
      const { code, stdout, stderr } = await instance.tryOpem('audit', '--community', founded.id)
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
      expect(stdout.trim().split('\n').at(-1)).toContain(String(expected.periods))
    })

    test('the page shows a day of it as the raw files have it', async () => {
      const browser = await openBrowser(join(instance.home, `browser-${format}`))
      try {
        const page = await browser.newPage()
        await createDoor(instance, browser.request)(
          developmentWallet(10 + cases.findIndex((one) => one.format === format)),
          'Ada Auditor',
        )
        await page.goto(`${instance.page}/c/${founded.id}?day=${shown.day}`)
        await page.getByText('24 / 24').waitFor({ timeout: 60_000 })
        const figure = async (label: string) =>
          (await page.locator('.figure', { hasText: label }).first().locator('.figure-value').innerText()).replace(
            /\s/g,
            '',
          )
        expect([await figure('Surplus'), await figure('Demand'), await figure('Shared')]).toEqual(shown.figures)
      } finally {
        await browser.close()
      }
    })
  })
})

interface ImportTotals {
  accepted: number
  duplicates: number
  rejected: number
}

interface Evidence {
  books: { sharedWh: number; balances: { boughtWh: number; soldWh: number }[] }[]
}
