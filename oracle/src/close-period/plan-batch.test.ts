import { describe, expect, test } from 'vitest'
import { lagOf, type PlanInput, planBatch } from './plan-batch.ts'

const at = (text: string) => Date.parse(text) / 1000
const FOREVER = Number.POSITIVE_INFINITY
const base: PlanInput = {
  next: at('2015-03-28T23:00:00Z'),
  until: FOREVER,
  periodSeconds: 3600,
  rules: [{ from: at('2015-01-01T00:00:00Z') }],
  members: [{ from: 0, until: FOREVER }],
  batchPeriods: 'day',
  timeZone: 'Europe/Madrid',
  now: at('2015-04-15T00:00:00Z'),
  graceSeconds: 30,
}
const periods = (change: Partial<PlanInput>) => {
  const plan = planBatch({ ...base, ...change })
  return 'batch' in plan ? plan.batch.periods : plan.status
}

describe('planBatch', () => {
  test('a local day has 23 hours in spring, 25 in autumn and 24 else', () => {
    expect(periods({})).toBe(23)
    expect(periods({ next: at('2015-10-24T22:00:00Z'), now: FOREVER })).toBe(25)
    expect(periods({ next: at('2015-05-31T22:00:00Z'), now: FOREVER })).toBe(24)
  })

  test('a local day has 92 quarters in spring and 100 in autumn', () => {
    expect(periods({ periodSeconds: 900 })).toBe(92)
    expect(periods({ periodSeconds: 900, next: at('2015-10-24T22:00:00Z'), now: FOREVER })).toBe(100)
  })

  test('a batch of hourly periods in a zone half an hour off ends with the last hour that starts in the day', () => {
    const next = at('2015-06-01T18:30:00Z') // midnight in India, which no hour of UTC meets
    expect(periods({ timeZone: 'Asia/Kolkata', next: next + 1800, now: FOREVER })).toBe(24)
  })

  test('the first batch is the rest of the day', () => {
    expect(periods({ next: at('2015-06-01T20:00:00Z'), now: FOREVER })).toBe(2)
  })

  test('it never crosses a rule change, a stop, or the leaving of the last member', () => {
    const from = base.next + 5 * 3600
    expect(periods({ rules: [...base.rules, { from }] })).toBe(5)
    expect(periods({ until: base.next + 3 * 3600 })).toBe(3)
    expect(periods({ members: [{ from: 0, until: base.next + 4 * 3600 }] })).toBe(4)
    expect(periods({ members: [{ from: 0, until: base.next }] })).toBe('empty')
  })

  test('the rule version is the one in force at the first period', () => {
    const rules = [...base.rules, { from: base.next }, { from: base.next + 86_400 }]
    expect(planBatch({ ...base, rules })).toMatchObject({ status: 'due', batch: { rules: 2, periods: 23 } })
  })

  test('one hour is due when it is over and the grace has passed', () => {
    const hour = { ...base, batchPeriods: 1 } as const
    expect(planBatch({ ...hour, now: base.next + 3629 }).status).toBe('waiting')
    expect(planBatch({ ...hour, now: base.next + 3630 }).status).toBe('due')
  })

  test('a stopped community and one before its rules wait', () => {
    expect(planBatch({ ...base, until: base.next })).toEqual({ status: 'stopped' })
    expect(planBatch({ ...base, rules: [{ from: base.next + 3600 }] })).toEqual({ status: 'unruled' })
  })
})

test('lag counts whole periods that are over', () => {
  expect(lagOf(0, FOREVER, 3600, 7199)).toBe(1)
  expect(lagOf(7200, FOREVER, 3600, 3600)).toBe(0)
  expect(lagOf(0, 3600, 3600, 36_000)).toBe(1)
})
