import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Adjustment } from '../adjustment/adjustment.ts'
import { auditFunds } from '../audit/audit-funds.ts'
import type { Verdict } from '../audit/types.ts'
import { moneyAt } from '../pricing/member-money.ts'
import { periodPrices } from '../pricing/period-prices.ts'
import type { RulesDocument } from '../rules/rules-document.ts'
import { type SettledPeriod, settlePeriod } from '../settlement/settle-period.ts'
import { Wh } from '../units/units.ts'
import { fundCsv, fundDocument, fundOf, fundResidual, statementsOf } from './fund.ts'

const fixed = (microEurPerKwh: number) => ({ kind: 'fixed', microEurPerKwh }) as const
const rules: RulesDocument[] = [
  {
    ...{ version: 1, from: '2015-06-01T00:00:00Z', allocation: { key: 'even' } },
    tariffs: {
      communityConsumption: fixed(119_999),
      communityProduction: fixed(100_000),
      commercial: fixed(250_000),
      feedIn: fixed(50_000),
    },
  },
]
const HOUR = 3600
const START = 1433131200 // 2015-06-01T04:00:00Z
const hour = (start: number, deltas: readonly number[]): SettledPeriod =>
  settlePeriod(
    { start, seconds: HOUR },
    deltas.map((delta, i) => ({
      member: 'abc'[i]!,
      energyImport: Wh(Math.max(0, -delta)),
      energyExport: Wh(Math.max(0, delta)),
    })),
    { key: 'even' },
  )
const known = START + 20 * 86_400
const given = { rules, prices: [], timeZone: 'UTC', month: '2015-06' }
const file = (periods: readonly SettledPeriod[], after?: SettledPeriod) => ({
  community: { id: '0xc0', name: 'Sunny Street' },
  ...{ month: '2015-06', timeZone: 'UTC' },
  statements: statementsOf({
    ...given,
    periods,
    adjusted: after ? [{ number: 1, revision: 0, knownAt: known, before: periods[0]!, after }] : [],
  }),
  standing: { asOf: known, provisional: 0, final: 1, corrected: [] },
  proof: { chainId: 1, settlement: '0x5e', batches: [] },
})

test('the fund holds the tariffs’ difference, what rounding left, and what adjustments bring', () => {
  // A sells 7 Wh to B; then it is known that C would have taken some of them.
  const document = fundDocument(file([hour(START, [7, -7, 0])], hour(START, [7, -7, -3])))
  expect(document.communityFund).toEqual({
    ...{ month: '2015-06', timeZone: 'UTC', asOf: '2015-06-21T04:00:00Z' },
    settled: {
      ...{ debitsEur: '0.000840', creditsEur: '0.000700', balanceEur: '0.000140' },
      ...{ marginNanoEur: '139993', residualNanoEur: '7' },
    },
    // B 3 Wh less: −359.997, up to −359; C 3 Wh: 359.997, up to 360.
    adjustments: {
      ...{ debitsEur: '0.000001', creditsEur: '0.000000', balanceEur: '0.000001' },
      ...{ marginNanoEur: '0', residualNanoEur: '1000' },
    },
    ...{ balanceEur: '0.000141', unexplainedEur: '0.000000' },
  })
  expect(document.members.map((one) => Object.values(one).join(' '))).toEqual([
    'a 0.000000 0.000700 0.000000 0.000000',
    'b 0.000840 0.000000 -0.000359 0.000000',
    'c 0.000000 0.000000 0.000360 0.000000',
  ])
})

test('the fund as a table', () => {
  expect(fundCsv(file([hour(START, [7, -7, 0])])).split('\n')).toEqual([
    'member,community_debit_eur,community_credit_eur,adjustment_debit_eur,adjustment_credit_eur',
    'a,0.000000,0.000700,0.000000,0.000000',
    'b,0.000840,0.000000,0.000000,0.000000',
    'c,0.000000,0.000000,0.000000,0.000000',
    'total,0.000840,0.000700,0.000000,0.000000',
    'fund of the month,0.000140,,,',
    'fund of adjustments,,,0.000000,',
    'fund,0.000140,,,',
    '',
  ])
})

const verdictOf = (period: SettledPeriod): Verdict => {
  const at = periodPrices(period, rules[0]!, [])
  return {
    ...{ start: period.start, ok: true, findings: [], revision: 0, settledAt: 0, members: 3, sharedWh: period.shared },
    exact: new Map(period.members.map((member) => [member.member, moneyAt(member, at)])),
  }
}
const deltas = fc.array(fc.integer({ min: -9999, max: 9999 }), { minLength: 3, maxLength: 3 })

test('statements and the audit add up to the same fund, and leave nothing', () =>
  fc.assert(
    fc.property(fc.array(deltas, { minLength: 1, maxLength: 5 }), deltas, (hours, better) => {
      const periods = hours.map((one, i) => hour(START + i * HOUR, one))
      const after = hour(START, better)
      const { statements } = file(periods, after)
      const fund = fundOf(statements)
      expect(fundResidual(statements, fund)).toBe(0n)
      const adjustment = {
        ...{ start: START, periodSeconds: HOUR, number: 1, knownAt: known },
        book: { balances: after.members },
      } as unknown as Adjustment
      const [audited] = auditFunds({ ...given, verdicts: periods.map(verdictOf), adjustments: [adjustment] })
      expect(audited).toMatchObject({ month: '2015-06', ok: true, unexplained: 0n, ...fund })
    }),
    { numRuns: 60 },
  ))
