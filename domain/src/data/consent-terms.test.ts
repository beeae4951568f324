import { expect, test } from 'vitest'
import { asksNoMore, type ConsentTerms, consentTerms } from './consent-terms.ts'
import { odrlOffer } from './odrl.ts'
import type { UsePolicy } from './policy.ts'

const POLICY: UsePolicy = {
  purposes: ['AcademicResearch'],
  ...{ countries: ['ES', 'DK'], until: 1_900_000_000, times: 5, deleteAfterDays: 30, attribution: 'Grid' },
  ...{ redistribution: false, recipients: ['did:ethr:0x1:0xaa'] },
}
const terms = (policy: Partial<UsePolicy> = {}, change: Partial<ConsentTerms> = {}): ConsentTerms => ({
  ...{ from: '2026-01-01T00:00:00Z', to: '2026-05-01T00:00:00Z', leastSubjects: 5 },
  policy: odrlOffer({ ...POLICY, ...policy }, { target: 'urn:opem:listing:0x44', assigner: 'did:ethr:0x1:0x44' }),
  ...change,
})

test.each([
  ['the same', terms()],
  ['fewer countries', terms({ countries: ['ES'] })],
  ['an earlier end of use', terms({ until: 1_800_000_000 })],
  ['fewer downloads', terms({ times: 1 })],
  ['copies that go earlier', terms({ deleteAfterDays: 7 })],
  ['nobody who gets them', terms({ recipients: [] })],
  ['a shorter time', terms({}, { from: '2026-02-01T00:00:00Z', to: '2026-03-01T00:00:00Z' })],
  ['larger sums', terms({}, { leastSubjects: 9 })],
  ['other purposes, which are compared besides', terms({ purposes: ['PublicBenefit'] })],
])('%s asks no more', (_what, asked) => {
  expect(asksNoMore(asked, terms())).toBe(true)
})

test.each([
  ['another country', terms({ countries: ['ES', 'US'] })],
  ['any country', terms({ countries: [] })],
  ['a later end of use', terms({ until: 2_000_000_000 })],
  ['no end of use', terms({ until: null })],
  ['any number of downloads', terms({ times: null })],
  ['copies that stay', terms({ deleteAfterDays: null })],
  ['no name of the source', terms({ attribution: '' })],
  ['passing on', terms({ redistribution: true, recipients: [] })],
  ['somebody more who gets them', terms({ recipients: ['did:ethr:0x1:0xaa', 'did:ethr:0x1:0xbb'] })],
  ['earlier readings', terms({}, { from: '2025-12-31T23:00:00Z' })],
  ['readings that go on', terms({}, { to: null })],
  ['smaller sums', terms({}, { leastSubjects: 3 })],
  ['a policy that is not understood', terms({}, { policy: { '@type': 'Offer' } })],
])('%s asks more', (_what, asked) => {
  expect(asksNoMore(asked, terms())).toBe(false)
})

test('of each meter by itself the least number of people says nothing', () => {
  const readings = { ...terms(), leastSubjects: 5 }
  expect(consentTerms({ ...readings, form: 'pseudonymous' }).leastSubjects).toBe(1)
  expect(consentTerms({ ...readings, form: 'aggregate' }).leastSubjects).toBe(5)
})
