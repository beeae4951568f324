import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { AdjustedPeriod } from '../adjustment/adjusted-periods.ts'
import type { RulesDocument } from '../rules/rules-document.ts'
import { settlePeriod } from '../settlement/settle-period.ts'
import { Wh } from '../units/units.ts'
import { communityFund } from './ledger.ts'
import { statementOf } from './statement.ts'

const fixed = (microEurPerKwh: number) => ({ kind: 'fixed', microEurPerKwh }) as const
const tariffs = (community: number) => ({
  communityConsumption: fixed(community),
  communityProduction: fixed(100_000),
  commercial: fixed(250_000),
  feedIn: fixed(50_000),
})
/** The community's price rises in July: June's hours are June's, whenever they are adjusted. */
const rules: RulesDocument[] = [
  { version: 1, from: '2015-06-01T00:00:00Z', allocation: { key: 'even' }, tariffs: tariffs(120_000) },
  { version: 2, from: '2015-07-01T00:00:00Z', allocation: { key: 'even' }, tariffs: tariffs(180_000) },
]
const HOUR = 3600
const june = 1433131200 // 2015-06-01T04:00:00Z
const known = 1436587200 // 2015-07-11T04:00:00Z

const hour = (start: number, deltas: readonly number[]) =>
  settlePeriod(
    { start, seconds: HOUR },
    deltas.map((delta, i) => ({
      member: 'abc'[i]!,
      energyImport: Wh(Math.max(0, -delta)),
      energyExport: Wh(Math.max(0, delta)),
    })),
    { key: 'even' },
  )

const adjusted: AdjustedPeriod = {
  ...{ number: 1, revision: 0, knownAt: known },
  before: hour(june, [3000, -4000, 0]),
  after: hour(june, [3000, -4000, -2001]),
}
const of = (member: string, month: string) =>
  statementOf({ member, periods: [adjusted.before], rules, prices: [], timeZone: 'UTC', month, adjusted: [adjusted] })

test('an adjustment is money of the month it became known in, at the prices of its period', () => {
  expect(of('c', '2015-06').adjustments.lines).toEqual([])
  const july = of('c', '2015-07')
  expect(july.periods).toBe(0)
  expect(july.adjustments.lines).toEqual([
    {
      ...{ start: june, number: 1, revision: 0, knownAt: known },
      energy: { energyImport: 2001n, energyExport: 0n, bought: 1500n, sold: 0n, gridImport: 501n, gridExport: 0n },
      exact: { communityDebit: 180_000_000n, communityCredit: 0n, commercialDebit: 125_250_000n, feedInCredit: 0n },
    },
  ])
  expect(july.adjustments.money).toMatchObject({
    communityDebit: 180_000n,
    commercialDebit: 125_250n,
    balance: 305_250n,
  })
  expect(july.due).toBe(305_250n)
})

test('a member who gave way is owed the difference, and who is not touched has no line', () => {
  const b = of('b', '2015-07')
  // 1,500 Wh less from neighbours, as many more from the retailer.
  expect(b.adjustments.money).toMatchObject({ communityDebit: -180_000n, commercialDebit: 375_000n, balance: 195_000n })
  expect(of('a', '2015-07').adjustments.lines).toEqual([])
})

test('the section rounds by itself: debits up, credits down, and the fund holds the residual', () => {
  const odd: RulesDocument[] = [{ ...rules[0]!, tariffs: { ...tariffs(119_999), communityProduction: fixed(99_999) } }]
  const one: AdjustedPeriod = { ...adjusted, before: hour(june, [1, -1, 0]), after: hour(june, [2, -2, 0]) }
  const statement = (member: string) =>
    statementOf({ member, periods: [], rules: odd, prices: [], timeZone: 'UTC', month: '2015-07', adjusted: [one] })
  expect(statement('b').adjustments.money.communityDebit).toBe(120n) // 119.999 µEUR
  expect(statement('a').adjustments.money.communityCredit).toBe(99n) // 99.999 µEUR
  const fund = communityFund(['a', 'b', 'c'].map((member) => statement(member).adjustments.exact))
  expect(fund).toMatchObject({ balance: 21n, margin: 20_000n, residual: 1000n })
})

test('adjusting twice is adjusting once to the last, and the fund is never short', () =>
  fc.assert(
    fc.property(
      fc.array(fc.array(fc.integer({ min: -9999, max: 9999 }), { minLength: 3, maxLength: 3 }), {
        minLength: 2,
        maxLength: 4,
      }),
      (steps) => {
        const hours = steps.map((deltas) => hour(june, deltas))
        const chain = hours.slice(1).map((after, i) => ({
          ...{ number: i + 1, revision: 0, knownAt: known },
          ...{ before: hours[i]!, after },
        }))
        const once = [{ ...chain[0]!, after: hours.at(-1)! }]
        const exact = (member: string, adjusted: readonly AdjustedPeriod[]) =>
          statementOf({ member, periods: [], rules, prices: [], timeZone: 'UTC', month: '2015-07', adjusted })
            .adjustments.exact
        for (const member of 'abc') expect(exact(member, chain)).toEqual(exact(member, once))
        expect(communityFund([...'abc'].map((member) => exact(member, chain))).residual).toBeGreaterThanOrEqual(0n)
      },
    ),
    { numRuns: 100 },
  ))
