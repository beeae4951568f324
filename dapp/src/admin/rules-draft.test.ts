import { expect, test } from 'vitest'
import { emptyDraft, rulesOf } from './rules-draft.ts'

const from = 1_433_131_200

test('typed prices become a rules document in whole µEUR', () => {
  expect(rulesOf(emptyDraft, 1, from)).toEqual({
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
    tariffs: { ...emptyDraft.tariffs, feedIn: { kind: 'fixed' as const, price: '5 ct', series: '' } },
  }
  expect(rulesOf(draft, 1, from)).toEqual({
    problems: { feedIn: 'Write a price like 0.12, with at most six decimals.' },
  })
})

test('the mid-market rate needs only the prices of the grid', () => {
  const drafted = rulesOf({ ...emptyDraft, pricing: 'mid-market-rate' }, 2, from)
  expect('rules' in drafted && Object.keys(drafted.rules.tariffs ?? {})).toEqual(['commercial', 'feedIn'])
})

test('a priority order follows the places typed', () => {
  const [a, b] = [`0x${'aa'.repeat(32)}`, `0x${'bb'.repeat(32)}`]
  const drafted = rulesOf({ ...emptyDraft, key: 'priority', numbers: { [a]: '2', [b]: '1' } }, 1, from)
  expect('rules' in drafted && drafted.rules.allocation).toEqual({ key: 'priority', rounds: 'iterate', order: [b, a] })
})

test('weights nobody gave are asked for', () => {
  expect(rulesOf({ ...emptyDraft, key: 'static' }, 1, from)).toEqual({
    problems: { numbers: 'Give at least one member a weight.' },
  })
})
