import { expect, test } from 'vitest'
import { AUTHORISATION_MATRIX, CAPABILITIES, type Capability } from './matrix.ts'
import { mayUse, ruleText } from './may-use.ts'
import { ACTORS, actorsOf, roleBits, rolesOfBits } from './roles.ts'

// D2.3 Table 5 as printed: data provider, service provider, data user, service user, marketplace operator.
const TABLE_5: [name: string, capability: Capability, cells: string][] = [
  ['Contracting', 'contracting', 'XXXX-'],
  ['Search', 'search', 'XXXX-'],
  ['Provisioning', 'provisioning', 'XX---'],
  ['Billing', 'billing', 'XXXX-'],
  ['Management & governance', 'management-and-governance', '----X'],
  ['Use service', 'use-service', '---X-'],
  ['Advertising', 'advertising', '-X---'],
  ['Publish', 'publish', '-X---'],
  ['Open innovation request', 'open-innovation-request', '---X-'],
  ['Open Innovation service procurement', 'open-innovation-service-procurement', '-X---'],
  ['Authentication', 'authentication', 'XXXXX'],
  ['Access data', 'access-data', '--X--'],
  ['Share data', 'share-data', 'X----'],
  ['Service composition request', 'service-composition-request', '---X-'],
  ['Service composition procurement', 'service-composition-procurement', '-X---'],
]

test('the matrix has the rows of Table 5, in its order and with its names, and its five columns', () => {
  expect(CAPABILITIES).toEqual(TABLE_5.map(([, capability]) => capability))
  expect(CAPABILITIES.map((capability) => AUTHORISATION_MATRIX[capability].name)).toEqual(TABLE_5.map(([name]) => name))
  expect(ACTORS).toEqual(['data-provider', 'service-provider', 'data-user', 'service-user', 'operator'])
})

for (const [name, capability, cells] of TABLE_5) {
  test(`${name}: every cell is as in Table 5`, () => {
    expect(ACTORS.map((actor) => (mayUse([actor], capability) ? 'X' : '-')).join('')).toBe(cells)
  })
}

test('who acts as nobody may use nothing, not even authentication', () => {
  expect(CAPABILITIES.filter((capability) => mayUse([], capability))).toEqual([])
})

test('two roles may use what either may', () => {
  expect(mayUse(['data-user', 'data-provider'], 'share-data')).toBe(true)
  expect(mayUse(['data-user', 'data-provider'], 'access-data')).toBe(true)
  expect(mayUse(['data-user', 'data-provider'], 'publish')).toBe(false)
})

test('the holder of an account acts in all of its roles', () => {
  expect(actorsOf({ accountRoles: ['service-user', 'data-provider'], operator: false })).toEqual([
    'data-provider',
    'service-user',
  ])
})

test('an administrator acts in all roles of the company account, and in no other', () => {
  expect(
    actorsOf({ accountRoles: ['data-user'], representativeRoles: ['administrator', 'data-provider'], operator: false }),
  ).toEqual(['data-user'])
})

test('another representative acts in the roles that both the company gave and the account has', () => {
  expect(
    actorsOf({
      accountRoles: ['data-user', 'service-user'],
      representativeRoles: ['service-user', 'service-provider'],
      operator: false,
    }),
  ).toEqual(['service-user'])
})

test('a representative without a role acts as nobody', () => {
  expect(actorsOf({ accountRoles: ['data-user'], representativeRoles: [], operator: false })).toEqual([])
})

test('nobody becomes operator by a role, and an operator keeps the roles of its account', () => {
  const forged = ['operator', 'administrator'] as unknown as ['data-user']
  expect(actorsOf({ accountRoles: forged, operator: false })).toEqual([])
  expect(actorsOf({ accountRoles: ['data-user'], representativeRoles: forged, operator: false })).toEqual(['data-user'])
  expect(actorsOf({ accountRoles: ['data-user'], operator: true })).toEqual(['data-user', 'operator'])
})

test('a rule says who the capability is for', () => {
  expect(ruleText('share-data')).toBe('Share data is for data providers (D2.3 Table 5)')
  expect(ruleText('provisioning')).toBe('Provisioning is for data providers and service providers (D2.3 Table 5)')
  expect(ruleText('search')).toBe(
    'Search is for data providers, service providers, data users and service users (D2.3 Table 5)',
  )
  expect(ruleText('management-and-governance')).toBe(
    'Management & governance is for the marketplace operator (D2.3 Table 5)',
  )
})

test('roles on chain are bits: 1 data provider, 2 service provider, 4 data user, 8 service user', () => {
  expect(roleBits(['data-provider', 'service-user'])).toBe(9)
  expect(roleBits(['service-provider', 'data-user'])).toBe(6)
  expect(rolesOfBits(9)).toEqual(['data-provider', 'service-user'])
  expect(rolesOfBits(0)).toEqual([])
  expect(rolesOfBits(16)).toEqual([])
})
