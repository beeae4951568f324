import { existsSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { moneyAt } from '../pricing/member-money.ts'
import { billed, communityFund } from '../statement/ledger.ts'
import { MicroEurPerKwh, Wh } from '../units/units.ts'
import { settlePeriod } from './settle-period.ts'

const FOLDER = new URL('../../../../shared/data/settlement-oracles/', import.meta.url)
const present = existsSync(FOLDER)
if (!present) console.warn(`SKIPPED: worked cases of others, ${FOLDER.pathname} is absent`)
const read = (file: string) => JSON.parse(readFileSync(new URL(file, FOLDER), 'utf8'))
const HOUR = { start: 0, seconds: 3600 } as const

test.skipIf(!present)('pro-rata gives what an independent project nets proportionally', () => {
  const { cases } = read('eberhardt-proportional/cases.json') as { cases: { deltas: number[]; after: number[] }[] }
  expect(cases).toHaveLength(6)
  for (const { deltas, after } of cases) {
    const readings = deltas.map((delta, i) => ({
      member: String(i),
      energyImport: Wh(Math.max(0, -delta)),
      energyExport: Wh(Math.max(0, delta)),
    }))
    const { members } = settlePeriod(HOUR, readings, { key: 'pro-rata' })
    expect(members.map((m) => Number(m.gridExport - m.gridImport))).toEqual(after)
  }
})

test.skipIf(!present)('one round of static keys gives the two houses their energies and bills', () => {
  const { case_two_houses: two } = read('gsy-e-coefficients/two_houses.json') as {
    case_two_houses: {
      houses: Record<
        string,
        { load_kWh: number; pv_kWh: number; coefficient: number; feed_in_tariff: number; market_maker_rate: number }
      >
      expected_home: Record<string, { bought_from_community: number; sold_to_grid: number }>
      expected_bills: Record<string, { gsy_energy_bill: number }>
    }
  }
  const houses = Object.entries(two.houses)
  const { members, shared } = settlePeriod(
    { start: 0, seconds: 900 },
    houses.map(([member, { load_kWh, pv_kWh }]) => ({
      member,
      energyImport: Wh(Math.round(1000 * Math.max(0, load_kWh - pv_kWh))),
      energyExport: Wh(Math.round(1000 * Math.max(0, pv_kWh - load_kWh))),
    })),
    {
      key: 'static',
      rounds: 'one',
      coefficients: Object.fromEntries(
        houses.map(([member, { coefficient }]) => [member, Math.round(coefficient * 100)]),
      ),
    },
  )
  expect(shared).toBe(60n)
  const money = members.map((settled) => {
    const house = two.houses[settled.member]!
    const own = MicroEurPerKwh(Math.round(house.market_maker_rate * 1e6))
    const feedIn = MicroEurPerKwh(Math.round(house.feed_in_tariff * 1e6))
    const exact = moneyAt(settled, { communityConsumption: own, communityProduction: own, commercial: own, feedIn })
    const expected = two.expected_home[settled.member]!
    expect(Number(settled.bought)).toBe(Math.round(1000 * expected.bought_from_community))
    expect(Number(settled.gridExport)).toBe(Math.round(1000 * expected.sold_to_grid))
    expect(Number(billed(exact).balance)).toBe(Math.round(1e6 * two.expected_bills[settled.member]!.gsy_energy_bill))
    return exact
  })
  // 0.018 paid, 0.0144 earned: the difference is the community's.
  expect(communityFund(money).balance).toBe(3600n)
})
