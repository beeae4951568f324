import type { Actor } from '@opem/domain'
import { expect, test } from 'vitest'
import type { Session } from '../api/access.ts'
import { isAt, MENU, menuFor } from './menu.ts'

const session = (actors: readonly Actor[], more: Partial<Session> = {}): Session => ({
  did: 'did:ethr:0x7a69:0x70997970c51812dc3a010c7d01b50e0d17dc79c8',
  name: 'Ana',
  organisation: null,
  account: `0x${'aa'.repeat(32)}`,
  kind: 'citizen',
  roles: actors.filter((actor) => actor !== 'operator'),
  actors: [...actors],
  operator: actors.includes('operator'),
  expiresAt: 1_800_000_000,
  ...more,
})
const shown = (who: Session) =>
  menuFor(who).map(({ name, places }) => `${name}: ${places.map(({ label }) => label).join(', ')}`)

test('a citizen sees the communities and no page of an administrator or operator', () => {
  expect(shown(session(['service-user']))).toEqual(
    expect.arrayContaining(['Communities: Communities, Audit, Administration', 'Operate: Status']),
  )
})

test('the administrator of a company sees its page, the operator the accounts', () => {
  expect(shown(session(['data-user'], { kind: 'company', roles: ['administrator'] }))).toContain(
    'Operate: Company, Status',
  )
  expect(shown(session(['operator'])).find((group) => group.startsWith('Operate'))).toMatch(/Accounts/)
})

test('a group without a place for somebody is not shown to them', () => {
  const menu = [
    {
      name: 'Provide',
      places: [{ to: '/services', label: 'Services', need: { kind: 'capability', capability: 'publish' } as const }],
    },
  ]
  expect(menuFor(session(['service-provider']), menu)).toEqual(menu)
  expect(menuFor(session(['data-user', 'data-provider', 'service-user']), menu)).toEqual([])
})

test('every place is named once', () => {
  const places = MENU.flatMap(({ places }) => places)
  expect(new Set(places.map(({ to }) => to)).size).toBe(places.length)
})

test('a group is marked on its pages and on those below', () => {
  expect([
    isAt('/accounts', '/accounts/0x1'),
    isAt('/accounts', '/accountsx'),
    isAt('/', '/audit'),
    isAt('/', '/'),
  ]).toEqual([true, false, false, true])
})
