import { expect, test } from 'vitest'
import { mayPassOn } from './pass-on.ts'
import type { UsePolicy } from './policy.ts'

const ACME = 'did:ethr:0x7a69:0xaa'
const OPEN: UsePolicy = {
  ...{ purposes: ['ServiceProvision'], countries: [], until: null, times: null, deleteAfterDays: null },
  ...{ attribution: '', redistribution: true, recipients: [] },
}
const AT = { recipient: ACME, own: false, now: 1_800_000_000 }
const codeOf = (policy: Partial<UsePolicy>, at: Partial<typeof AT> = {}) => {
  const may = mayPassOn({ ...OPEN, ...policy }, { ...AT, ...at })
  return may.ok ? 'yes' : may.code
}

test('data are handed to a service when the policy lets others get them for providing a service', () => {
  expect(codeOf({})).toBe('yes')
})

test('whom the policy names gets them although others may not', () => {
  expect(codeOf({ redistribution: false, recipients: [ACME] })).toBe('yes')
})

test.each<[string, Partial<UsePolicy>, string]>([
  ['that nobody else may get', { redistribution: false }, 'ERR_POLICY_DISTRIBUTE'],
  [
    'that only somebody else may get',
    { redistribution: false, recipients: ['did:ethr:0x7a69:0xbb'] },
    'ERR_POLICY_DISTRIBUTE',
  ],
  ['that are for research alone', { purposes: ['AcademicResearch'] }, 'ERR_POLICY_PURPOSE'],
  ['whose time is over', { until: 1_800_000_000 }, 'ERR_POLICY_UNTIL'],
])('data %s are not handed to a service', (_what, policy, code) => {
  expect(codeOf(policy)).toBe(code)
})

test('who provides the data hands them on, and for the purposes of the policy alone', () => {
  expect(codeOf({ redistribution: false }, { own: true })).toBe('yes')
  expect(codeOf({ purposes: ['PublicBenefit'] }, { own: true })).toBe('ERR_POLICY_PURPOSE')
})
