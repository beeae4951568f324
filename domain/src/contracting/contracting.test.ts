import fc from 'fast-check'
import { expect, test } from 'vitest'
import { odrlOffer } from '../data/odrl.ts'
import {
  type AgreedSource,
  type AgreementDocument,
  type AgreementTerms,
  formatAgreementTerms,
  parseAgreementTerms,
} from './agreement-document.ts'
import { agreementWords } from './agreement-words.ts'
import { judgeData, mayAdapt, possiblePeriods } from './data-check.ts'
import { draftAgreement, type OfferedService, problemOf } from './draft-agreement.ts'
import { INSTANCE_STATES, INSTANCE_STEPS, type InstanceActor, type InstanceStep, mayStep } from './instance-states.ts'
import { money, span, when } from './say.ts'

const LISTING = `0x${'11'.repeat(32)}` as const
const PROVIDER = `0x${'aa'.repeat(20)}` as const
const CONSUMER = `0x${'bb'.repeat(20)}` as const

const terms: AgreementTerms = {
  ...{ listing: LISTING, version: 2, provider: PROVIDER, consumer: CONSUMER, terms: `0x${'22'.repeat(32)}` },
  ...{ plan: 2, price: 49_000_000n, interval: 2_592_000, feeBps: 250, start: 1_796_083_200, end: 1_811_808_000 },
  ...{ notice: 2_592_000, salt: 7n, deadline: 1_796_688_000n },
}
const document: AgreementDocument = {
  ...{ schema: 'opem/agreement/1', listing: LISTING, version: 2, content: `0x${'33'.repeat(32)}` },
  ...{ title: 'Forecast', kind: 'analytic', plan: { id: 'monthly', kind: 'subscription' }, besides: '' },
  provider: { did: 'did:ethr:0x7a69:0xaa', name: 'Acme' },
  consumer: { did: 'did:ethr:0x7a69:0xbb', name: 'Homes' },
  parameters: [{ name: 'horizon', label: 'How far ahead', value: '24', unit: 'h' }],
  data: [{ name: 'Consumption', template: 'MeterReading', granularity: 'PT15M', unit: 'Wh', meter: 'home-1' }],
  ...{ text: 'Acme forecasts.', terms: { text: 'Be fair.' }, blind: `0x${'44'.repeat(32)}` },
}

test('an agreement in words says every number and every date', () => {
  expect(agreementWords(terms, document).map(({ title, text }) => [title, text])).toEqual([
    ['What', 'Acme provides an analytic service, “Forecast” (version 2), to Homes.'],
    ['From when until when', 'From 1 December 2026, 00:00 UTC until 1 June 2027, 00:00 UTC, which is 182 days.'],
    ['Price', '49.00 EUR every 30 days, due at the beginning of each such time.'],
    [
      'Platform fee',
      'The marketplace keeps 2.5 % of the price, 1.225 EUR of each 49.00 EUR; the provider receives 47.775 EUR. Nothing comes on top.',
    ],
    [
      'Ending it',
      'Homes or Acme may end it early, which takes effect 30 days after they say so; nobody else may. Both together may extend it.',
    ],
    [
      'Data needed',
      'Acme may use Consumption (MeterReading, every quarter of an hour, in Wh) of the meter home-1: for “Forecast” alone, and only while this agreement is in force.',
    ],
    ['Chosen', 'How far ahead: 24 h.'],
    ['Contract', 'Acme forecasts.'],
    [
      'This offer',
      'It can be signed until 8 December 2026, 00:00 UTC; after that it is void. Number 7 makes it this offer and no other.',
    ],
  ])
})

test('every field that the wallet shows stands in one of the sentences', () => {
  const said = new Set(agreementWords(terms, document).flatMap(({ fields }) => fields))
  expect(Object.keys(terms).filter((field) => !said.has(field as keyof AgreementTerms))).toEqual([])
})

test.each([
  [0, 0n, 0, 'It costs nothing.', 'There is none, because nothing is paid.'],
  [1, 1_200_000_000n, 0, '1200.00 EUR once, for everything.', undefined],
  [3, 20_000n, 0, '0.02 EUR for each unit, as the marketplace counts them.', undefined],
  [4, 5_000_000n, 0, '5.00 EUR once, paid by bank against an invoice.', undefined],
  [9, 1n, 0, '0.000001 EUR by a plan (9) that is not known here. Do not sign it.', undefined],
])('price plan %i is said as it is', (plan, price, interval, words, fee) => {
  const said = agreementWords({ ...terms, plan, price, interval }, document)
  expect(said.find(({ about }) => about === 'price')?.text).toBe(words)
  if (fee !== undefined) expect(said.find(({ about }) => about === 'fee')?.text).toBe(fee)
})

test('an open agreement has no end, and one without notice ends at once', () => {
  const said = agreementWords({ ...terms, end: 0, notice: 0 }, { ...document, data: [] })
  expect(said.map(({ text }) => text)).toContain('From 1 December 2026, 00:00 UTC on, without an end.')
  expect(said.find(({ about }) => about === 'end')?.text).toContain('takes effect at once')
  expect(said.find(({ about }) => about === 'data')?.text).toBe('The service needs no data of yours.')
})

test('money, lengths of time and instants are said exactly', () => {
  expect([money(0n), money(1n), money(500n), money(12_500_000n)]).toEqual([
    ...['0.00 EUR', '0.000001 EUR', '0.0005 EUR', '12.50 EUR'],
  ])
  expect([span(0), span(1), span(90_061), span(86_400)]).toEqual([
    ...['0 seconds', '1 second', '1 day and 1 hour and 1 minute and 1 second', '1 day'],
  ])
  expect(when(1_796_083_261)).toBe('1 December 2026, 00:01:01 UTC')
})

test('terms come back from JSON as they were', () => {
  const whole = (bits: number) => fc.bigInt({ min: 0n, max: (1n << BigInt(bits)) - 1n })
  fc.assert(
    fc.property(whole(96), whole(64), whole(64), (price, salt, deadline) => {
      const given = { ...terms, price, salt, deadline }
      expect(parseAgreementTerms(JSON.parse(JSON.stringify(formatAgreementTerms(given))))).toEqual(given)
    }),
  )
})

const service: OfferedService = {
  ...{ title: 'Forecast', kind: 'analytic', terms: { text: 'Be fair.' } },
  contract: { text: 'Acme forecasts.', noticeDays: 30 },
  dataNeeded: [{ name: 'Consumption', template: 'MeterReading', granularity: 'PT15M', unit: 'Wh' }],
  parameters: [
    { name: 'horizon', label: 'How far ahead', type: 'choice', required: true, choices: ['24', '48'], unit: 'h' },
    { name: 'since', label: 'Since', type: 'date', required: false },
  ],
  plans: [{ id: 'monthly', kind: 'subscription', price: 49_000_000, interval: 2_592_000 }],
}
const of = {
  ...{ listing: LISTING, version: 2, content: document.content, blind: document.blind },
  ...{ provider: document.provider, consumer: document.consumer },
}

test('the same choices make the same document, and the terms that follow from the plan', () => {
  const choices = { plan: 'monthly', parameters: { horizon: '24', since: ' ' }, meters: { Consumption: 'home-1' } }
  expect(draftAgreement(service, of, choices, { meters: ['home-1'], sources: [] })).toEqual({
    ...{ ok: true },
    value: { document, planned: { plan: 2, price: 49_000_000n, interval: 2_592_000, notice: 2_592_000 } },
  })
})

const SOURCE: AgreedSource = {
  ...{ kind: 'data-agreement', id: `0x${'55'.repeat(32)}`, title: 'A street', provider: 'Sunny Grid' },
  policy: odrlOffer(
    {
      ...{ purposes: ['ServiceProvision'], countries: ['ES'], until: null, times: null, deleteAfterDays: null },
      ...{ attribution: 'Sunny Grid', redistribution: true, recipients: [] },
    },
    { target: 'urn:opem:listing:0x01', assigner: 'did:ethr:0x7a69:0xcc' },
  ),
}
const withSource = (sources: Record<string, `0x${string}`>, meters: Record<string, string> = {}) =>
  draftAgreement(
    service,
    of,
    { plan: 'monthly', parameters: { horizon: '24' }, meters, sources },
    { meters: ['home-1'], sources: [SOURCE] },
  )

test('a data set that the user has contracted meets what a service needs, and its policy stands in the agreement', () => {
  const drafted = withSource({ Consumption: SOURCE.id })
  if (!drafted.ok) throw new Error(drafted.reason)
  expect(drafted.value.document.data).toEqual([
    { name: 'Consumption', template: 'MeterReading', granularity: 'PT15M', unit: 'Wh', from: SOURCE },
  ])
  expect(agreementWords(terms, drafted.value.document).find(({ about }) => about === 'data')?.text).toBe(
    'Acme may use Consumption (MeterReading, every quarter of an hour, in Wh) of the data set “A street” that Homes has contracted from Sunny Grid: for “Forecast” alone, and only while this agreement is in force. For Consumption the policy of these data counts too: The data may be used for providing a service, and for nothing else. They may be stored and processed in ES alone. Who uses them names their source: Sunny Grid. They may be passed on to others.',
  )
})

test.each([
  ['an unknown data set', { Consumption: `0x${'66'.repeat(32)}` as const }, {}],
  ['a data set for what is not needed', { Wind: SOURCE.id }, {}],
  ['a meter and a data set for the same', { Consumption: SOURCE.id }, { Consumption: 'home-1' }],
])('%s is refused', (_what, sources, meters) => {
  expect(withSource(sources as never, meters as never)).toMatchObject({ ok: false, code: 'ERR_DATA_CHOICE' })
})

test.each([
  ['number', '0.5', undefined],
  ['number', '1e9', 'a number such as 24 or 0.5 is needed'],
  ['date', '2026-02-30', 'a date such as 2026-12-01 is needed'],
  ['date', '2026-12-01', undefined],
  ['choice', '36', 'one of 24, 48 is needed'],
  ['meter', 'home-2', 'it is no meter that you may offer; authorise it first'],
  ['colour', 'red', 'parameters of the type "colour" are not known here'],
])('a parameter of type %s with %s: %s', (type, value, expected) => {
  expect(problemOf(type, value, ['24', '48'], ['home-1'])).toBe(expected)
})

const found = { name: 'Consumption', meter: 'home-1', from: null, own: true, authorised: true, seconds: 3600, last: 1 }

test.each([
  [{ ...found, periods: 720, possible: 720 }, 'complete', 10_000],
  [{ ...found, periods: 719, possible: 720 }, 'complete', 9986],
  [{ ...found, periods: 647, possible: 720 }, 'gaps', 8986],
  [{ ...found, periods: 0, possible: 720 }, 'missing', 0],
  [{ ...found, periods: 720, possible: 720, own: false }, 'missing', 10_000],
  [{ ...found, periods: 720, possible: 720, authorised: false }, 'missing', 10_000],
  [{ ...found, periods: 0, possible: 0, meter: null }, 'handed-over', 0],
  [
    { ...found, periods: 700, possible: 720, meter: null, from: { title: 'A street', refusal: null } },
    'complete',
    9722,
  ],
  [{ ...found, periods: 360, possible: 720, meter: null, from: { title: 'A street', refusal: null } }, 'gaps', 5000],
  [{ ...found, periods: 0, possible: 720, meter: null, from: { title: 'A street', refusal: null } }, 'missing', 0],
  [{ ...found, periods: 0, possible: 0, meter: null, from: { title: 'A street', refusal: 'it ended' } }, 'missing', 0],
] as const)('data is judged by what is there: %o', (data, state, completenessBps) => {
  expect(judgeData(data, 30)).toMatchObject({ state, completenessBps })
})

test('a provider goes on with gaps, and not with what is missing', () => {
  expect(mayAdapt([{ state: 'complete' }, { state: 'gaps' }, { state: 'handed-over' }])).toBe(true)
  expect(mayAdapt([{ state: 'complete' }, { state: 'missing' }])).toBe(false)
})

test('only whole periods inside of a range count', () => {
  expect([possiblePeriods(0, 7200, 3600), possiblePeriods(1, 7200, 3600), possiblePeriods(1, 7199, 3600)]).toEqual([
    ...[2, 1, 0],
  ])
})

test('nobody does a step that is another’s, and nothing follows an end', () => {
  const actors: InstanceActor[] = ['provider', 'consumer', 'operator', 'clock']
  for (const [step, rule] of Object.entries(INSTANCE_STEPS))
    for (const by of actors)
      for (const state of INSTANCE_STATES) {
        const may = mayStep(step as InstanceStep, by, { state, stoppedBy: by })
        if (!rule.by.includes(by) || state === 'ended' || state === 'revoked') expect(may).toBe(false)
      }
})

test('who stopped a service starts it again, and its user starts it first', () => {
  const stopped = { state: 'stopped', stoppedBy: 'provider' } as const
  expect([mayStep('start', 'provider', stopped), mayStep('start', 'consumer', stopped)]).toEqual([true, false])
  const ready = { state: 'ready', stoppedBy: null } as const
  expect([mayStep('start', 'consumer', ready), mayStep('start', 'provider', ready)]).toEqual([true, false])
})
