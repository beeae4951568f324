import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Person, System } from '../caller/caller.ts'
import { parseCookies } from '../session/cookies.ts'
import { judge, NO_RELATIONS } from './judge.ts'
import { RULES, type RuleName } from './rules.ts'

const person: Person = {
  ...{ kind: 'person', session: 's', did: 'did:ethr:0x7a69:0x01', name: 'Ana', organisation: null, account: '0x01' },
  ...{ accountDid: 'did:ethr:0x7a69:0x01', accountKind: 'citizen', accountRoles: ['data-user'], roles: ['data-user'] },
  ...{ actors: ['data-user'], operator: false, companyAdministrator: false, expiresAt: 0 },
}
const system: System = { kind: 'system', id: 'm', account: null, scopes: ['readings'], meters: ['*'] }
const names = Object.keys(RULES) as RuleName[]

test('a refusal says the rule, what it needs and what the caller is, and never who', () => {
  expect(judge('operator', person, NO_RELATIONS, 'GET /v1/accounts')).toEqual({
    ...{ allowed: false, status: 403, code: 'ERR_NOT_ALLOWED' },
    reason:
      'GET /v1/accounts is under the rule "operator", which needs the marketplace operator; the caller is a citizen with the role "data-user"',
  })
  expect(judge('settle', { kind: 'nobody' }, NO_RELATIONS, 'GET /x')).toMatchObject({
    ...{ allowed: false, status: 401, code: 'ERR_SIGN_IN_NEEDED' },
  })
})

test('who shows nothing passes public rules alone, whatever the relations', () => {
  fc.assert(
    fc.property(fc.constantFrom(...names), fc.boolean(), fc.boolean(), (name, administrator, auditor) => {
      const relations = { administrator, auditor, members: ['0x01'] }
      expect(judge(name, { kind: 'nobody' }, relations, 'x').allowed).toBe(name === 'public')
    }),
  )
})

test('no person passes as a system, and no system as a person', () => {
  const every = { administrator: true, auditor: true, members: ['0x01'] }
  expect(names.filter((name) => judge(name, person, every, 'x').allowed)).not.toContain('settle')
  expect(names.filter((name) => judge(name, system, every, 'x').allowed)).toEqual([
    ...['public', 'signed-in', 'send-readings', 'read-readings'],
  ])
})

test('a system that calls services does nothing else', () => {
  const caller: System = { ...system, scopes: ['services'], meters: [] }
  const every = { administrator: true, auditor: true, members: ['0x01'] }
  expect(names.filter((name) => judge(name, caller, every, 'x').allowed)).toEqual([
    ...['public', 'signed-in'],
    // For the agreements and compositions of its own company alone, which the doors check.
    ...['use-service', 'run-composition'],
  ])
})

test('a cookie that comes twice is not taken', () => {
  expect([...parseCookies('a=1; b=2; a=3')]).toEqual([['b', '2']])
  expect([...parseCookies(undefined)]).toEqual([])
})
