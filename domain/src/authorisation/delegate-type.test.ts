import { expect, test } from 'vitest'
import { delegatedRoles, delegateTypeOf, roleOfDelegateType } from './delegate-type.ts'

// `printf 'opem/service-provider' | xxd -p`, padded by hand.
const TYPES = [
  ['data-provider', '0x6f70656d2f646174612d70726f76696465720000000000000000000000000000'],
  ['service-provider', '0x6f70656d2f736572766963652d70726f76696465720000000000000000000000'],
  ['data-user', '0x6f70656d2f646174612d75736572000000000000000000000000000000000000'],
  ['service-user', '0x6f70656d2f736572766963652d75736572000000000000000000000000000000'],
] as const

test.each(TYPES)('whoever acts for a company as %s is a delegate of the type opem/<role>', (role, type) => {
  expect(delegateTypeOf(role)).toBe(type)
  expect(roleOfDelegateType(type)).toBe(role)
})

test('a delegate that may sign for a DID acts in no role of the marketplace', () => {
  // veriKey, padded
  expect(roleOfDelegateType(`0x766572694b6579${'0'.repeat(50)}`)).toBeUndefined()
  // opem/operator, padded
  expect(roleOfDelegateType(`0x6f70656d2f6f70657261746f72${'0'.repeat(38)}`)).toBeUndefined()
})

test('an administrator acts in all four roles, others in theirs', () => {
  expect(delegatedRoles(['administrator'])).toEqual(['data-provider', 'service-provider', 'data-user', 'service-user'])
  expect(delegatedRoles(['service-user', 'data-user'])).toEqual(['data-user', 'service-user'])
  expect(delegatedRoles([])).toEqual([])
})
