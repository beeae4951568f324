import { OpemError } from '@opem/domain'
import { QueryClient } from '@tanstack/react-query'
import { afterEach, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { exchange, whenSignInIsNeeded } from '../api/http.ts'
import { mayEnter, ruleOf } from './access.ts'
import { backPath, signInPath } from './back.ts'
import { sessionEnded } from './queries.ts'
import { renewSession } from './renew.ts'
import { isSignInNeeded, sessionQuery } from './session.ts'
import { renewedLately, renewIn } from './timing.ts'

afterEach(() => {
  vi.unstubAllGlobals()
  whenSignInIsNeeded(async () => false)
})

const session = {
  did: 'did:ethr:0x7a69:0x70997970c51812dc3a010c7d01b50e0d17dc79c8',
  name: 'Ana',
  organisation: null,
  account: `0x${'aa'.repeat(32)}`,
  kind: 'citizen',
  roles: ['service-user'],
  actors: ['service-user'],
  operator: false,
  expiresAt: '2026-01-01T12:00:00Z',
}
const refused = (code = 'ERR_SIGN_IN_NEEDED', status = 401) =>
  Response.json({ title: 'Sign in', status, code, detail: 'nobody is signed in' }, { status })

/** Answers each path with its next answer, the last one again and again. */
function answers(by: Record<string, (() => Response)[]>) {
  const asked: string[] = []
  vi.stubGlobal('fetch', async (path: string, { method = 'GET' }: RequestInit = {}) => {
    const name = `${method} ${path}`
    asked.push(name)
    const left = by[name]
    if (left === undefined) throw new TypeError(`nobody answers ${name}`)
    return (left.length > 1 ? left.shift()! : left[0]!)()
  })
  return asked
}

test('a token is renewed every eight minutes, or a minute and a half before the session ends', () => {
  expect(renewIn(50_000, 1000)).toBe(480)
  expect(renewIn(1300, 1000)).toBe(210)
  expect(renewIn(900, 1000)).toBe(1)
})

test('a tab that finds another’s renewal of the last minute leaves the refresh handle alone', () => {
  expect(renewedLately(1000, 1059)).toBe(true)
  expect(renewedLately(1000, 1060)).toBe(false)
  expect(renewedLately(2000, 1000)).toBe(false)
  expect(renewedLately(undefined, 1000)).toBe(false)
})

test.each([
  ['/audit?from=2026-01-01', '/audit?from=2026-01-01'],
  [null, '/'],
  ['https://evil.example/', '/'],
  ['//evil.example/audit', '/'],
  ['/\\evil.example/audit', '/'],
  ['/\t/evil.example', '/'],
  ['/.//evil.example', '/'],
  ['javascript:alert(1)', '/'],
  ['/sign-in?back=/sign-in', '/'],
  ['/register/person', '/'],
])('the way back from %s is %s', (asked, back) => {
  expect(backPath(asked)).toBe(back)
})

test('the door keeps the way back', () => {
  expect(signInPath('/c/0xab?day=2026-01-01')).toBe('/sign-in?back=%2Fc%2F0xab%3Fday%3D2026-01-01')
  expect(signInPath('/')).toBe('/sign-in')
})

test('pages are for whom Table 5 and the company say', () => {
  const acme = {
    did: 'did:ethr:0x7a69:0x3c44cdddb6a900fa2b585dd299e03d12fa4293bc',
    account: `0x${'aa'.repeat(32)}`,
  } as const
  const operator = { ...acme, kind: 'company', roles: ['administrator'], actors: ['operator'], operator: true } as const
  const employee = { ...acme, kind: 'company', roles: ['data-user'], actors: ['data-user'], operator: false } as const
  const needs = [
    { kind: 'company-administrator' },
    { kind: 'operator' },
    { kind: 'capability', capability: 'access-data' },
  ] as const
  expect(needs.map((need) => mayEnter(need, { ...operator, roles: [...operator.roles] }))).toEqual([true, true, false])
  expect(needs.map((need) => mayEnter(need, { ...employee, roles: [...employee.roles] }))).toEqual([false, false, true])
  expect(mayEnter({ kind: 'operator' }, { ...operator, roles: ['administrator'], actors: [] })).toBe(false)
})

test('who is kept out is told the rule', () => {
  expect(ruleOf({ kind: 'operator' })).toBe('Management & governance is for the marketplace operator (D2.3 Table 5).')
  expect(ruleOf({ kind: 'capability', capability: 'share-data' })).toBe(
    'Share data is for data providers (D2.3 Table 5).',
  )
})

test('a read that is refused for want of a session renews it and is asked once more', async () => {
  const renew = vi.fn(async () => true)
  whenSignInIsNeeded(renew)
  const asked = answers({ 'GET /v1/communities': [refused, () => Response.json({ communities: [] })] })
  expect(await exchange('/v1/communities', z.unknown())).toEqual({ communities: [] })
  expect(renew).toHaveBeenCalledTimes(1)
  expect(asked).toHaveLength(2)
})

test('a read is not asked a third time, and a way in is never renewed', async () => {
  const renew = vi.fn(async () => true)
  whenSignInIsNeeded(renew)
  const asked = answers({ 'GET /v1/communities': [refused], 'POST /v1/access/sign-ins': [refused] })
  await expect(exchange('/v1/communities', z.unknown())).rejects.toMatchObject({ code: 'ERR_SIGN_IN_NEEDED' })
  await expect(exchange('/v1/access/sign-ins', z.unknown(), { body: {} })).rejects.toMatchObject({
    details: { status: 401 },
  })
  expect(asked).toEqual(['GET /v1/communities', 'GET /v1/communities', 'POST /v1/access/sign-ins'])
  expect(renew).toHaveBeenCalledTimes(1)
})

test('many refusals at once renew the session once: a refresh handle works only once', async () => {
  const asked = answers({
    'GET /v1/access/session': [refused],
    'POST /v1/access/refresh': [() => Response.json({ session })],
  })
  const renewed = await Promise.all([renewSession('refused'), renewSession('refused'), renewSession('refused')])
  expect(renewed.map((one) => one?.name)).toEqual(['Ana', 'Ana', 'Ana'])
  expect(asked).toEqual(['GET /v1/access/session', 'POST /v1/access/refresh'])
})

test('a session that another tab renewed is taken as it is', async () => {
  const asked = answers({ 'GET /v1/access/session': [() => Response.json({ session })] })
  expect((await renewSession('refused'))?.expiresAt).toBe(1_767_268_800)
  expect(asked).toEqual(['GET /v1/access/session'])
})

test('a refused renewal means nobody; silence means nothing', async () => {
  answers({ 'GET /v1/access/session': [refused], 'POST /v1/access/refresh': [refused] })
  expect(await renewSession('refused')).toBeUndefined()
  answers({ 'GET /v1/access/session': [refused] })
  await expect(renewSession('refused')).rejects.toMatchObject({ code: 'ERR_UNREACHABLE' })
})

test('nobody signed in is an answer, not a failure', async () => {
  answers({ 'GET /v1/access/session': [refused], 'POST /v1/access/refresh': [refused] })
  expect(await new QueryClient().fetchQuery(sessionQuery)).toBeNull()
})

test('when a session ends by itself, what was read in it is forgotten and the end is said', () => {
  const queries = new QueryClient()
  queries.setQueryData(sessionQuery.queryKey, { ...session, expiresAt: 0 } as never)
  queries.setQueryData(['communities'], ['secret'])
  queries.setQueryData(['settings'], { chainId: 31337 })
  sessionEnded(queries)
  expect(queries.getQueryData(['communities'])).toBeUndefined()
  expect(queries.getQueryData(['settings'])).toEqual({ chainId: 31337 })
  expect(queries.getQueryData(sessionQuery.queryKey)).toBeNull()
  expect(queries.getQueryData(['session-ended'])).toBe(true)
})

test('only a 401 is a want of a session', () => {
  const of = (status: number) => new OpemError({ code: 'ERR_X', shortMessage: '', details: { status } })
  expect([401, 403, 500].map((status) => isSignInNeeded(of(status)))).toEqual([true, false, false])
})
