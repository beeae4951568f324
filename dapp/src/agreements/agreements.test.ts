import type { AgreementDocument, AgreementTermsJson } from '@opem/domain'
import { contentDigest } from '@opem/domain'
import { sha256 } from 'viem'
import { expect, test } from 'vitest'
import { allHold, checkTerms } from './check-terms.ts'
import { choicesOf } from './choices-of.ts'
import { counterTerms, draftOf, eurText, microOf, problemsOf } from './counter-terms.ts'
import { configurationOf } from './ProvideSection.tsx'
import { nextStep, timeline } from './words.ts'

const hex = (pair: string, bytes: number) => `0x${pair.repeat(bytes)}` as `0x${string}`
const document: AgreementDocument = {
  ...{ schema: 'opem/agreement/1', listing: hex('11', 32), version: 2, content: hex('33', 32), title: 'Forecast' },
  ...{ kind: 'analytic', plan: { id: 'call', kind: 'pay-per-use' }, parameters: [], data: [], text: 'T' },
  ...{ terms: { text: 'U' }, besides: '', blind: hex('44', 32) },
  provider: { did: 'did:ethr:0x7a69:0xaa', name: 'Acme' },
  consumer: { did: 'did:ethr:0x7a69:0xbb', name: 'Homes' },
}
const terms: AgreementTermsJson = {
  ...{ listing: hex('11', 32), version: 2, provider: hex('aa', 20), consumer: hex('bb', 20) },
  ...{ terms: contentDigest(document, sha256), plan: 3, price: '20000', interval: 0, feeBps: 250 },
  ...{ start: 1_796_083_200, end: 0, notice: 2_592_000, salt: '7', deadline: '1796688000' },
}
const addresses = { ListingRegistry: hex('01', 20), AgreementRegistry: hex('02', 20) } as never
const chain = (over: object = {}, feeBps = 250) => ({
  readContract: (async ({ functionName }: { functionName: string }) =>
    functionName === 'feeBps'
      ? feeBps
      : { state: 1, version: 2, provider: hex('AA', 20), content: hex('33', 32), ...over }) as never,
})
const wrongOf = async (client: ReturnType<typeof chain>, said = { terms, document }) =>
  (await checkTerms(client, { addresses }, said)).filter(({ holds }) => !holds).map(({ what }) => what)

test('terms that are as the chain says hold in everything', async () => {
  expect(await wrongOf(chain())).toEqual([])
})

test.each([
  ['a listing that is suspended', chain({ state: 3 }), /^The listing is published/],
  ['another version', chain({ version: 3 }), /^The listing is published/],
  ['another provider', chain({ provider: hex('cc', 20) }), /^The listing is published/],
  ['another document of the listing', chain({ content: hex('55', 32) }), /^The words are about the document/],
  ['another fee', chain({}, 300), /^The platform fee/],
])('%s is found on the chain, and nothing is signed', async (_what, client, sentence) => {
  expect(await wrongOf(client)).toEqual([expect.stringMatching(sentence)])
  expect(() => allHold([{ what: 'x', holds: false }])).toThrow('ERR_TERMS_CHECK')
})

test('a changed word is found by its digest', async () => {
  const said = { terms, document: { ...document, text: 'T!' } }
  expect(await wrongOf(chain(), said)).toEqual([expect.stringMatching(/^The words above are exactly/)])
})

test('other terms keep what they do not change, and name their own words', () => {
  const draft = { ...draftOf(terms, document), price: '0,015', end: '2027-06-01', besides: ' Half in May. ' }
  const made = counterTerms(terms, document, draft, { now: 1_796_083_200, salt: 9n })
  expect(made.document.besides).toBe('Half in May.')
  expect(made.terms).toEqual({
    ...{ ...terms, price: '15000', end: 1_811_808_000, salt: '9', deadline: '1796688000' },
    terms: contentDigest(made.document, sha256),
  })
})

test('euros are read exactly, or not at all', () => {
  expect([microOf('12.50'), microOf('0,000001'), microOf('0.0000001'), microOf('-1'), microOf('')]).toEqual([
    ...[12_500_000n, 1n, undefined, undefined, undefined],
  ])
  expect([eurText('20000'), eurText('12500000'), eurText('1')]).toEqual(['0.02', '12.50', '0.000001'])
})

test('a form says what cannot be', () => {
  const draft = draftOf(terms, document)
  expect(problemsOf(draft, 3)).toEqual({})
  expect(problemsOf({ ...draft, price: '0' }, 3)).toEqual({ price: 'This plan has a price.' })
  expect(problemsOf({ ...draft, price: '1' }, 0)).toEqual({ price: 'A free plan has no price.' })
  expect(problemsOf({ ...draft, noticeDays: '1.5' }, 3)).toEqual({ noticeDays: 'Write whole days, such as 30.' })
})

test('settings are names and values', () => {
  expect(configurationOf('model=gb-3, zone = DK1,')).toEqual({ model: 'gb-3', zone: 'DK1' })
  expect(() => configurationOf('model')).toThrow('“model” is no setting')
})

test('what happened is told in order', () => {
  const offer = { id: hex('66', 32), by: 'consumer', reason: null, terms, deadline: 9, number: 1 } as const
  expect(
    timeline({
      offers: [{ ...offer, state: 'concluded', madeAt: 1, changedAt: 2 }],
      events: [
        { at: 4, what: 'terminated', detail: { by: 'provider', endsAt: 0 }, transaction: hex('77', 32) },
        { at: 3, what: 'concluded', detail: {}, transaction: hex('88', 32) },
      ],
    }).map(({ text }) => text),
  ).toEqual([
    'The user made an offer: 0.02 EUR for each unit, as the marketplace counts them.',
    'The other side signed.',
    'The agreement was concluded on the chain.',
    'The provider ended it; in force until 1 Jan 1970, 00:00 UTC.',
  ])
})

test('each side hears whose turn it is', () => {
  expect(nextStep({ stage: 'offered', turn: 'provider', side: 'provider' })).toMatch(/^Your turn/)
  expect(nextStep({ stage: 'offered', turn: 'provider', side: 'consumer' })).toBe('The other side answers next.')
})

const OFFERED = {
  ...{
    listing: `0x${'11'.repeat(32)}`,
    version: 3,
    content: `0x${'22'.repeat(32)}`,
    title: 'Forecast',
    kind: 'analytic',
  },
  provider: { did: 'did:ethr:0x7a69:0xaa', name: 'Acme', address: `0x${'aa'.repeat(20)}` },
  plans: [
    { id: 'call', kind: 'pay-per-use', price: 1, unit: 'forecast' },
    { id: 'monthly', kind: 'subscription', price: 1, interval: 86_400 },
  ],
  parameters: [
    { name: 'horizon', label: 'How far', type: 'choice', required: true, choices: ['24'] },
    { name: 'since', label: 'Since', type: 'date', required: false },
  ],
  dataNeeded: [
    { name: 'Load', template: 'MeterReading' },
    { name: 'Wind', template: 'MeterReading' },
  ],
  meters: [{ meter: 'home-1', authorised: true }],
  sources: [
    {
      ...{ kind: 'data-agreement', id: `0x${'33'.repeat(32)}`, title: 'A park', provider: 'Grid', refusal: null },
    },
  ],
  ...{ noticeDays: 0, feeBps: 250, chainId: 31_337, contract: `0x${'cc'.repeat(20)}` },
} as unknown as Parameters<typeof choicesOf>[1]

test('what was chosen before is chosen again where it is still offered', () => {
  const before = {
    plan: { id: 'monthly', kind: 'subscription' },
    parameters: [
      { name: 'horizon', label: 'How far', value: '48' },
      { name: 'since', label: 'Since', value: '2026-12-01' },
      { name: 'gone', label: 'Gone', value: 'x' },
    ],
    data: [
      { name: 'Load', template: 'MeterReading', meter: 'home-1' },
      { name: 'Wind', template: 'MeterReading', from: { id: `0x${'33'.repeat(32)}` } as never },
    ],
  }
  expect(choicesOf(before, OFFERED)).toEqual({
    plan: 'monthly',
    parameters: { since: '2026-12-01' },
    data: { Load: { kind: 'meter', id: 'home-1' }, Wind: { kind: 'source', id: `0x${'33'.repeat(32)}` } },
  })
  const gone = { ...before, data: [{ name: 'Load', template: 'MeterReading', meter: 'home-2' }] }
  expect(choicesOf(gone, OFFERED).data).toEqual({})
})
