import { odrlOffer, type UsePolicy } from '@opem/domain'
import { expect, test } from 'vitest'
import type { DataSet } from '../api/data.ts'
import { describedOf, emptyShare, isShareable, type ShareDraft, shareOf } from './share-draft.ts'

const HOLDINGS = [
  { meter: 'pump-1', first: 1_778_371_200, last: 1_778_454_000, readings: 24, foreign: false },
  { meter: 'pump-2', first: 1_778_371_200, last: 1_778_540_400, readings: 48, foreign: false },
]
const DRAFT: ShareDraft = {
  ...emptyShare('Europe/Madrid'),
  ...{ title: 'Pumps', description: 'Two pumps.', meters: ['pump-1', 'pump-2'], confirmed: true },
  ...{ purposes: ['AcademicResearch'], countries: 'es, dk', storage: 'es', deleteAfterDays: '30' },
}

test('readings that are whole have an end, and those that go on have none', () => {
  expect(describedOf(DRAFT, HOLDINGS)).toMatchObject({
    ...{ updates: 'once', from: '2026-05-10T00:00:00Z', to: '2026-05-12T23:00:00Z' },
  })
  expect(describedOf({ ...DRAFT, updates: 'PT1H' }, HOLDINGS)).toMatchObject({ updates: 'PT1H', to: null })
})

const POLICY: UsePolicy = {
  purposes: ['AcademicResearch'],
  ...{ countries: ['ES', 'DK'], until: 1_800_000_000, times: 5, deleteAfterDays: 30 },
  ...{ attribution: 'Sunny Grid', redistribution: false, recipients: ['did:ethr:0x7a69:0x44'] },
}
const SET: DataSet = {
  ...{ listing: `0x${'55'.repeat(32)}`, title: 'Pumps', state: 'rejected', published: null, form: 'aggregate' },
  ...{ meters: 1, foreign: 0, consented: 0, downloads: 0, words: [], chosen: ['pump-1'] },
  document: {
    ...{ title: 'Pumps', summary: 'Pumps in short.', description: 'Two pumps.', keywords: ['pumps'], region: ['ES'] },
    ...{ granularity: 'PT15M', contract: { text: 'Our words.', noticeDays: 14 }, terms: { text: 'Terms.' } },
    ...{
      privacy: { text: 'Sums.' },
      plans: [{ id: 'month', kind: 'subscription', price: 5_000_000, interval: 2_592_000 }],
    },
    data: {
      ...{ contents: 'x', storageCountries: ['ES'], updates: 'PT15M' },
      readings: {
        ...{ form: 'aggregate', leastSubjects: 7, timeZone: 'Europe/Madrid', from: '2026-05-10T00:00:00Z', to: null },
        ...{ processors: 'The university.', termination: 'Copies go.' },
        policy: odrlOffer(POLICY, { target: 'urn:opem:listing:0x55', assigner: 'did:ethr:0x7a69:0x55' }),
      },
    },
  },
}

test('a data set is filled in as it was described', () => {
  expect(shareOf(SET)).toEqual({
    ...{ title: 'Pumps', description: 'Two pumps.', meters: ['pump-1'], confirmed: false, form: 'aggregate' },
    ...{ leastSubjects: '7', granularity: 'PT15M', timeZone: 'Europe/Madrid', updates: 'PT15M', region: 'ES' },
    ...{ until: '2027-01-15', purposes: ['AcademicResearch'], countries: 'ES, DK', times: '5', deleteAfterDays: '30' },
    ...{ attribution: 'Sunny Grid', redistribution: false, recipients: 'did:ethr:0x7a69:0x44', storage: 'ES' },
    ...{ processors: 'The university.', termination: 'Copies go.', price: '' },
  })
})

test('described anew it keeps its prices, contract, notice and words, and changes what was changed', () => {
  const described = describedOf({ ...shareOf(SET), meters: ['pump-2'], times: '' }, HOLDINGS, SET)
  expect(described).toMatchObject({
    ...{ meters: ['pump-2'], summary: 'Pumps in short.', keywords: ['pumps'], noticeDays: 14, contract: 'Our words.' },
    ...{ terms: 'Terms.', privacy: 'Sums.', updates: 'PT15M', to: null },
    plans: [{ id: 'month', kind: 'subscription', price: 5_000_000, interval: 2_592_000 }],
    policy: { times: null, until: '2027-01-15T00:00:00Z', recipients: ['did:ethr:0x7a69:0x44'] },
  })
})

test('a policy that says more than the form is not opened in it', () => {
  expect(isShareable(SET)).toBe(true)
  expect(isShareable({ ...SET, document: {} })).toBe(false)
})
