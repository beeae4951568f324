import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { RulesDocument } from '../rules/rules-document.ts'
import { type SettledPeriod, settlePeriod } from '../settlement/settle-period.ts'
import { Wh } from '../units/units.ts'
import { describeStanding, describeState, periodState, standingOf } from './period-state.ts'
import { statementOf } from './statement.ts'
import { statementCsv, statementDocument } from './statement-document.ts'
import { notMeasured } from './unmeasured.ts'

const fixed = (microEurPerKwh: number) => ({ kind: 'fixed', microEurPerKwh }) as const
const rules: RulesDocument[] = [
  {
    ...{ version: 1, from: '2015-06-01T00:00:00Z', allocation: { key: 'even' } },
    tariffs: {
      communityConsumption: fixed(120_000),
      communityProduction: fixed(100_000),
      commercial: fixed(250_000),
      feedIn: fixed(50_000),
    },
  },
]
const START = 1433131200 // 2015-06-01T04:00:00Z
const HOUR = 3600
const WINDOW = 16 * 86_400

/** A sells 3 kWh, B needs 5; B's second hour is substituted and estimated. */
const hour = (start: number, flags: number): SettledPeriod => {
  const settled = settlePeriod(
    { start, seconds: HOUR },
    [
      { member: 'a', energyImport: Wh(0), energyExport: Wh(3000) },
      { member: 'b', energyImport: Wh(5000), energyExport: Wh(0) },
    ],
    { key: 'even' },
  )
  return {
    ...settled,
    members: settled.members.map((member) => ({ ...member, flags: member.member === 'b' ? flags : 0 })),
  }
}
const periods = [hour(START, 0), hour(START + HOUR, 5)]
const adjusted = [
  {
    ...{ number: 1, revision: 0, knownAt: START + 20 * 86_400, before: periods[0]! },
    after: settlePeriod(
      { start: START, seconds: HOUR },
      [
        { member: 'a', energyImport: Wh(0), energyExport: Wh(3000) },
        { member: 'b', energyImport: Wh(6000), energyExport: Wh(0) },
      ],
      { key: 'even' },
    ),
  },
]
const settledIn = new Map([
  [START, { settledAt: START + 2 * HOUR, revision: 0 }],
  [START + HOUR, { settledAt: START + 86_400, revision: 1 }],
])
const standing = standingOf(settledIn, [START, START + HOUR], WINDOW, START + 2 * HOUR + WINDOW + 1)
const file = {
  community: { id: '0xc0', name: 'Sunny Street' },
  member: { id: 'b', name: 'Home B' },
  statement: statementOf({
    member: 'b',
    periods,
    rules,
    prices: [],
    timeZone: 'Europe/Madrid',
    month: '2015-06',
    adjusted,
  }),
  standing,
  proof: {
    chainId: 31337,
    settlement: '0x5e',
    batches: [{ start: '2015-06-01T04:00:00Z', revision: 0, root: '0x01' }],
  },
}

test('a period is provisional to the last second of its window, then final', () => {
  const settled = { settledAt: 1000, revision: 0 }
  expect(periodState(settled, 500, 1500)).toEqual({ state: 'provisional', until: 1500, revision: 0, corrected: false })
  expect(periodState(settled, 500, 1501).state).toBe('final')
  expect(describeState(periodState({ settledAt: START, revision: 2 }, WINDOW, START))).toBe(
    'provisional until 2015-06-17T04:00:00Z, corrected (revision 2)',
  )
  expect(describeState(periodState({ settledAt: START, revision: 1 }, WINDOW, START + WINDOW + 1))).toBe(
    'final, corrected (revision 1)',
  )
})

test('a period that is final stays final', () =>
  fc.assert(
    fc.property(fc.nat(), fc.nat(), fc.nat(), fc.nat(), (settledAt, window, now, later) => {
      const settled = { settledAt, revision: 0 }
      if (periodState(settled, window, now).state === 'final')
        expect(periodState(settled, window, now + later).state).toBe('final')
    }),
  ))

test('flags are said in words', () => {
  expect(notMeasured(0)).toEqual([])
  expect(notMeasured(7)).toEqual(['substituted from history', 'substituted without history', 'estimated'])
  expect(notMeasured(8)).toEqual(['use not authorised'])
})

test('a statement file says how final it is, what was not measured, and what was adjusted', () => {
  expect(describeStanding(standing)).toBe(
    '1 period final, 1 period provisional until 2015-06-18T04:00:00Z, 1 period corrected',
  )
  expect(statementDocument(file)).toEqual({
    community: { id: '0xc0', name: 'Sunny Street' },
    member: { id: 'b', name: 'Home B' },
    month: '2015-06',
    timeZone: 'Europe/Madrid',
    from: '2015-05-31T22:00:00Z',
    to: '2015-06-30T22:00:00Z',
    asOf: '2015-06-17T06:00:01Z',
    periods: 2,
    state: {
      provisional: 1,
      provisionalUntil: '2015-06-18T04:00:00Z',
      final: 1,
      corrected: [{ start: '2015-06-01T05:00:00Z', revision: 1 }],
    },
    energy: { importWh: 10_000, exportWh: 0, boughtWh: 6000, soldWh: 0, gridImportWh: 4000, gridExportWh: 0 },
    moneyEur: {
      communityDebit: '0.720000',
      communityCredit: '0.000000',
      commercialDebit: '1.000000',
      feedInCredit: '0.000000',
      balance: '1.720000',
    },
    dueEur: '1.970000',
    unmeasured: [{ start: '2015-06-01T05:00:00Z', reasons: ['substituted from history', 'estimated'] }],
    adjustments: {
      lines: [
        {
          ...{ start: '2015-06-01T04:00:00Z', number: 1, revision: 0, knownAt: '2015-06-21T04:00:00Z' },
          ...{ importWh: 1000, exportWh: 0, boughtWh: 0, soldWh: 0, gridImportWh: 1000, gridExportWh: 0 },
          exactEur: {
            communityDebit: '0.000000000',
            communityCredit: '0.000000000',
            commercialDebit: '0.250000000',
            feedInCredit: '0.000000000',
          },
        },
      ],
      moneyEur: {
        communityDebit: '0.000000',
        communityCredit: '0.000000',
        commercialDebit: '0.250000',
        feedInCredit: '0.000000',
        balance: '0.250000',
      },
    },
    days: [
      {
        ...{ date: '2015-06-01', periods: 2 },
        ...{ importWh: 10_000, exportWh: 0, boughtWh: 6000, soldWh: 0, gridImportWh: 4000, gridExportWh: 0 },
        exactEur: {
          communityDebit: '0.720000000',
          communityCredit: '0.000000000',
          commercialDebit: '1.000000000',
          feedInCredit: '0.000000000',
        },
      },
    ],
    proof: file.proof,
  })
})

test('the same file as a table', () => {
  expect(statementCsv(file).split('\n').slice(1)).toEqual([
    '2015-06-01,2,10000,0,6000,0,4000,0,0.720000000,0.000000000,1.000000000,0.000000000,1.720000000,2015-06-01T05:00:00Z,2015-06-01T05:00:00Z',
    'total,2,10000,0,6000,0,4000,0,0.720000,0.000000,1.000000,0.000000,1.720000,,',
    'adjustment 1 of 2015-06-01T04:00:00Z,1,1000,0,0,0,1000,0,0.000000000,0.000000000,0.250000000,0.000000000,0.250000000,,',
    'adjustments,1,0,0,0,0,0,0,0.000000,0.000000,0.250000,0.000000,0.250000,,',
    'final,1,0,0,0,0,0,0,,,,,,,',
    'provisional until 2015-06-18T04:00:00Z,1,0,0,0,0,0,0,,,,,,,',
    'due,2,0,0,0,0,0,0,,,,,1.970000,,',
    '',
  ])
})
