import type { RulesDocument } from '@opem/domain'
import { expect, test } from 'vitest'
import { draftOf, emptyDraft, rulesOf } from './rules-draft.ts'

const from = 1_433_131_200

test('typed prices become a rules document in whole µEUR', () => {
  expect(rulesOf(emptyDraft, 1, from, 'Europe/Madrid')).toEqual({
    rules: {
      version: 1,
      from: '2015-06-01T04:00:00Z',
      allocation: { key: 'even', rounds: 'iterate' },
      tariffs: {
        communityConsumption: { kind: 'fixed', microEurPerKwh: 120_000 },
        communityProduction: { kind: 'fixed', microEurPerKwh: 100_000 },
        commercial: { kind: 'fixed', microEurPerKwh: 250_000 },
        feedIn: { kind: 'fixed', microEurPerKwh: 50_000 },
      },
      pricing: 'tariffs',
    },
  })
})

test('a price that cannot be exact is a problem of its own field', () => {
  const draft = {
    ...emptyDraft,
    tariffs: { ...emptyDraft.tariffs, feedIn: { ...emptyDraft.tariffs.feedIn, price: '5 ct' } },
  }
  expect(rulesOf(draft, 1, from, 'Europe/Madrid')).toEqual({
    problems: { feedIn: 'Write a price like 0.12, with at most six decimals.' },
  })
})

test('the mid-market rate needs only the prices of the grid', () => {
  const drafted = rulesOf({ ...emptyDraft, pricing: 'mid-market-rate' }, 2, from, 'Europe/Madrid')
  expect('rules' in drafted && Object.keys(drafted.rules.tariffs ?? {})).toEqual(['commercial', 'feedIn'])
})

test('a priority order follows the places typed', () => {
  const [a, b] = [ana, ben]
  const drafted = rulesOf({ ...emptyDraft, key: 'priority', numbers: { [a]: '2', [b]: '1' } }, 1, from, 'Europe/Madrid')
  expect('rules' in drafted && drafted.rules.allocation).toEqual({ key: 'priority', rounds: 'iterate', order: [b, a] })
})

test('weights nobody gave are asked for', () => {
  expect(rulesOf({ ...emptyDraft, key: 'static' }, 1, from, 'Europe/Madrid')).toEqual({
    problems: { numbers: 'Give at least one member a weight.' },
  })
})

const [ana, ben] = [`0x${'aa'.repeat(32)}`, `0x${'bb'.repeat(32)}`]

test('bands of the week become a time-of-use tariff in the community’s time zone', () => {
  const commercial = {
    ...emptyDraft.tariffs.commercial,
    kind: 'time-of-use' as const,
    price: '0.15',
    bands: [{ days: [1, 2, 3, 4, 5], from: '08:00', to: '22:00', price: '0.25' }],
  }
  const drafted = rulesOf({ ...emptyDraft, tariffs: { ...emptyDraft.tariffs, commercial } }, 1, from, 'Europe/Madrid')
  expect('rules' in drafted && drafted.rules.tariffs?.commercial).toEqual({
    kind: 'time-of-use',
    timeZone: 'Europe/Madrid',
    bands: [{ days: [1, 2, 3, 4, 5], from: '08:00', to: '22:00', microEurPerKwh: 250_000 }],
    otherwise: 150_000,
  })
})

test('weights of bands become 168 hours, Monday 00:00 first', () => {
  const drafted = rulesOf(
    {
      ...emptyDraft,
      key: 'calendar',
      numbers: { [ana]: '1', [ben]: '2' },
      bands: [{ days: [2], from: '10:00', to: '12:00', weights: { [ana]: '5', [ben]: '0' } }],
    },
    1,
    from,
    'Europe/Madrid',
  )
  if (!('rules' in drafted) || drafted.rules.allocation.key !== 'calendar') throw new Error('no calendar')
  const { allocation } = drafted.rules
  expect(allocation.timeZone).toBe('Europe/Madrid')
  expect(allocation.coefficients[ana]!.slice(33, 37)).toEqual([1, 5, 5, 1])
  expect(allocation.coefficients[ben]!.slice(33, 37)).toEqual([2, 0, 0, 2])
  expect(allocation.coefficients[ana]).toHaveLength(168)
})

test('a limit in kWh is whole Wh', () => {
  const drafted = rulesOf({ ...emptyDraft, caps: { [ana]: '2.5', [ben]: '' } }, 1, from, 'Europe/Madrid')
  expect('rules' in drafted && drafted.rules.allocation.capWh).toEqual({ [ana]: 2500 })
})

test('a band that ends before it begins is a problem of that band', () => {
  const bands = [{ days: [1], from: '12:00', to: '10:00', weights: { [ana]: '1' } }]
  expect(rulesOf({ ...emptyDraft, key: 'calendar', bands }, 1, from, 'Europe/Madrid')).toEqual({
    problems: { 'bands.0': 'It must end after it begins; split a band at midnight.' },
  })
})

const hours = (other: number, special: number) =>
  Array.from({ length: 168 }, (_, hour) => (hour < 120 && hour % 24 >= 8 && hour % 24 < 20 ? special : other))
const tariffs: RulesDocument['tariffs'] = {
  communityConsumption: { kind: 'fixed', microEurPerKwh: 123_456 },
  communityProduction: { kind: 'day-ahead', series: 'dk2', marginMicroEurPerKwh: -5_000 },
  commercial: {
    kind: 'time-of-use',
    timeZone: 'Europe/Madrid',
    bands: [{ days: [6, 7], from: '00:00', to: '24:00', microEurPerKwh: 100_000 }],
    otherwise: 250_000,
  },
  feedIn: { kind: 'fixed', microEurPerKwh: -1_000 },
}

test.each<RulesDocument['allocation']>([
  { key: 'even', rounds: 'iterate' },
  { key: 'even', rounds: 'one', capWh: { [ana]: 2_500 } },
  { key: 'pro-rata', rounds: 'iterate' },
  { key: 'static', rounds: 'one', coefficients: { [ana]: 3, [ben]: 1 } },
  {
    key: 'calendar',
    timeZone: 'Europe/Madrid',
    rounds: 'iterate',
    coefficients: { [ana]: hours(1, 4), [ben]: hours(2, 0) },
  },
  { key: 'priority', rounds: 'iterate', order: [ben, ana] },
])('rules shown as a draft mean the same rules: $key $rounds', (allocation) => {
  const rules: RulesDocument = { version: 3, from: '2015-06-01T04:00:00Z', allocation, tariffs, pricing: 'tariffs' }
  expect(rulesOf(draftOf(rules), 3, from, 'Europe/Madrid')).toEqual({ rules })
})
