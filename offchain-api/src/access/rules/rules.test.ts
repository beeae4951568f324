import { type Actor, AUTHORISATION_MATRIX, type Capability, type Hex, mayUse } from '@opem/domain'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type AccessWorld, type Company, openAccessWorld } from '../../testing/access-world.ts'
import type { Browser } from '../../testing/browser.ts'
import { foundOnChain, joinOnChain, type SignedConsent, signedConsent } from '../../testing/founded-community.ts'
import { routes } from '../../unified-api/routes/index.ts'
import { type Grant, RULES, type RuleName } from './rules.ts'

const FROM = Date.parse('2015-06-01T00:00:00Z') / 1000
const SYSTEMS = [
  { id: 'readings', scopes: ['readings'], meters: ['home-0'] },
  { id: 'oracle', scopes: ['oracle'], meters: [] },
  { id: 'command line', scopes: ['operator'], meters: ['*'] },
  { id: 'broker', scopes: ['systems'], meters: [] },
] as const

// One column for each kind of caller, in this order.
const CALLERS = [
  'nobody',
  'citizen',
  'member',
  'other member',
  'community administrator',
  'auditor',
  'company administrator',
  'data provider',
  'service provider',
  'data user',
  'service user',
  'marketplace operator',
  'system readings',
  'system oracle',
  'system operator',
  'system systems',
  'suspended',
  'ended session',
] as const

// + let in, - refused (403), 0 not known (401).
const TABLE: [route: string, columns: string][] = [
  ['GET /v1/health', '+++++ +++++++ ++++ ++'],
  ['GET /v1/settings', '+++++ +++++++ ++++ ++'],
  ['GET /v1/openapi.json', '+++++ +++++++ ++++ ++'],
  ['GET /v1/stream', '0++++ +++++++ ++++ 00'],
  ['POST /v1/readings', '0---- ------+ +-+- 00'],
  ['POST /v1/readings home-1', '0---- ------+ --+- 00'],
  ['GET /v1/readings', '0-+-- ------+ +++- 00'],
  ['GET /v1/readings home-1', '0--+- ------+ -++- 00'],
  ['GET /v1/meters', '0---- ------+ +-+- 00'],
  ['PUT /v1/meters/{meter}/capacity', '0---- ------+ +-+- 00'],
  ['PUT /v1/meters/{meter}/capacity home-1', '0---- ------+ --+- 00'],
  ['POST /v1/rejected', '0---- ------+ +-+- 00'],
  ['GET /v1/rejected', '0---- ------+ +-+- 00'],
  ['POST /v1/rejected/{id}/replayed', '0---- ------+ +-+- 00'],
  ['GET /v1/communities', '0++++ +++++++ ++++ 00'],
  ['GET /v1/communities/{id}', '0++++ +++++++ ++++ 00'],
  ['POST /v1/communities', '0---+ ------- --+- 00'],
  ['POST /v1/communities/{id}/rules', '0---+ ------- --+- 00'],
  ['POST /v1/communities/{id}/consents', '0-+-- ------- --+- 00'],
  ['GET /v1/communities/{id}/consents', '0---+ ------- --+- 00'],
  ['DELETE /v1/communities/{id}/consents/{member}', '0---+ ------- --+- 00'],
  ['GET /v1/communities/{id}/oracle', '0---- ------- -+-- 00'],
  ['GET /v1/communities/{id}/history', '0---- ------- -+-- 00'],
  ['GET /v1/communities/{id}/changes', '0---- ------- -+-- 00'],
  ['POST /v1/communities/{id}/trading', '0---- ------- -+-- 00'],
  ['GET /v1/communities/{id}/trading', '0---+ +------ -++- 00'],
  ['GET /v1/communities/{id}/trading own', '0-+-+ +------ -++- 00'],
  ['POST /v1/communities/{id}/adjustments', '0---- ------- -+-- 00'],
  ['GET /v1/communities/{id}/adjustments', '0---+ +------ -++- 00'],
  ['GET /v1/communities/{id}/adjustments own', '0-+-+ +------ -++- 00'],
  ['GET /v1/communities/{id}/proofs', '0---+ +------ -++- 00'],
  ['GET /v1/communities/{id}/proofs own', '0-+-+ +------ -++- 00'],
  ['GET /v1/communities/{id}/periods', '0++++ +++++++ ++++ 00'],
  ['POST /v1/prices', '0---- ------+ --+- 00'],
  ['GET /v1/prices', '0++++ +++++++ ++++ 00'],
  ['POST /v1/access/challenges', '+++++ +++++++ ++++ ++'],
  ['GET /v1/access/terms', '+++++ +++++++ ++++ ++'],
  ['GET /v1/access/keys', '+++++ +++++++ ++++ ++'],
  ['POST /v1/access/development/identity-credentials', '+++++ +++++++ ++++ ++'],
  ['POST /v1/access/registrations', '+++++ +++++++ ++++ ++'],
  ['GET /v1/access/registrations/{account}', '+++++ +++++++ ++++ ++'],
  ['POST /v1/access/receipts', '+++++ +++++++ ++++ ++'],
  ['POST /v1/access/sign-ins', '+++++ +++++++ ++++ ++'],
  ['POST /v1/access/openid4vp/requests', '+++++ +++++++ ++++ ++'],
  ['GET /v1/access/openid4vp/requests/{id}', '+++++ +++++++ ++++ ++'],
  ['POST /v1/access/openid4vp/requests/{id}', '+++++ +++++++ ++++ ++'],
  ['POST /v1/access/openid4vp/responses/{id}', '+++++ +++++++ ++++ ++'],
  ['GET /v1/access/openid4vp/responses/{id}', '+++++ +++++++ ++++ ++'],
  ['GET /v1/access/session', '0++++ +++++++ ---- 00'],
  ['POST /v1/access/reissues', '+++++ +++++++ ++++ ++'],
  ['GET /v1/access/credential', '0++++ +++++++ ---- 00'],
  // A representative acts for the company and does not answer for its credential.
  ['GET /v1/access/credential/pending', '0++++ ++----+ ---- 00'],
  ['POST /v1/access/credential/renewals', '0++++ ++----+ ---- 00'],
  ['GET /v1/accounts', '0---- ------+ ---- 00'],
  ['GET /v1/accounts/{account}', '0---- ------+ ---- 00'],
  ['POST /v1/accounts/{account}/suspend', '0---- ------+ ---- 00'],
  ['POST /v1/accounts/{account}/reinstate', '0---- ------+ ---- 00'],
  ['POST /v1/accounts/{account}/revoke', '0---- ------+ ---- 00'],
  ['PUT /v1/accounts/{account}/roles', '0---- ------+ ---- 00'],
  ['GET /v1/accounts/{account}/usage', '0---- ------+ ---- 00'],
  ['GET /v1/company/users', '0---- -+----- ---- 00'],
  ['PUT /v1/company/users/{did}', '0---- -+----- ---- 00'],
  ['GET /v1/company/systems', '0---- -+----- ---- 00'],
  ['POST /v1/company/systems', '0---- -+----- ---- 00'],
  ['DELETE /v1/company/systems/{id}', '0---- -+----- ---- 00'],
  ['GET /v1/company/machines', '0---- -+----- ---- 00'],
  ['POST /v1/company/machines', '0---- -+----- ---- 00'],
  ['POST /v1/company/machines/{account}/reissues', '0---- -+----- ---- 00'],
  ['DELETE /v1/company/machines/{account}', '0---- -+----- ---- 00'],
  ['GET /v1/systems', '0---- ------- ---+ 00'],
  ['GET /v1/communities/{id}/meter-authorisations', '0-++- ------- ---- 00'],
  ['POST /v1/communities/{id}/meter-authorisations', '0-++- ------- ---- 00'],
  ['DELETE /v1/communities/{id}/meter-authorisations/{meter}', '0-++- ------- ---- 00'],
  ['GET /v1/communities/{id}/auditors', '0---+ ------- ---- 00'],
  ['PUT /v1/communities/{id}/auditors/{did}', '0---+ ------- ---- 00'],
  ['DELETE /v1/communities/{id}/auditors/{did}', '0---+ ------- ---- 00'],
  ['GET /v1/market/follower', '0++++ +++++++ ++++ 00'],
  ['GET /v1/market/listings', '0++++ +++++++ ---- 00'],
  ['GET /v1/market/listings/{listing}', '0++++ +++++++ ---- 00'],
  ['GET /v1/market/listings/{listing}/ratings', '0++++ +++++++ ---- 00'],
  ['POST /v1/market/ratings', '0++++ ++--+++ ---- 00'],
  ['PUT /v1/market/ratings/{agreement}/answer', '0---- -+++--- ---- 00'],
  ['GET /v1/market/schemas/listing', '+++++ +++++++ ++++ ++'],
  ['GET /v1/market/services', '0---- -+++--- ---- 00'],
  ['POST /v1/market/services', '0---- -+-+--- ---- 00'],
  ['POST /v1/market/services data', '0---- -++---- ---- 00'],
  ['GET /v1/market/services/{listing}', '0---- -+++--- ---- 00'],
  ['GET /v1/market/services/{listing}/revisions/{revision}', '0---- -+++--- ---- 00'],
  ['PUT /v1/market/services/{listing}/draft', '0---- -+++--- ---- 00'],
  ['DELETE /v1/market/services/{listing}/draft', '0---- -+++--- ---- 00'],
  ['POST /v1/market/services/{listing}/submit', '0---- -+++--- ---- 00'],
  ['POST /v1/market/services/{listing}/withdraw', '0---- -+++--- ---- 00'],
  ['POST /v1/market/services/{listing}/update', '0---- -+++--- ---- 00'],
  ['GET /v1/market/provider-contracts/{digest}', '0++++ +++++++ ++++ 00'],
  ['GET /v1/market/publishing', '0++++ +++++++ ++++ 00'],
  ['PUT /v1/market/publishing/checklist', '0---- ------+ ---- 00'],
  ['PUT /v1/market/publishing/provider-contract', '0---- ------+ ---- 00'],
  ['GET /v1/market/reviews', '0---- ------+ ---- 00'],
  ['GET /v1/market/reviews/{listing}', '0---- ------+ ---- 00'],
  ['POST /v1/market/reviews/{listing}/approve', '0---- ------+ ---- 00'],
  ['POST /v1/market/reviews/{listing}/reject', '0---- ------+ ---- 00'],
  ['PUT /v1/market/reviews/{listing}/landing', '0---- ------+ ---- 00'],
  ['GET /v1/market/services/{listing}/landing', '0---- -+++--- ---- 00'],
  ['PUT /v1/market/services/{listing}/landing', '0---- -+++--- ---- 00'],
  ['POST /v1/market/services/{listing}/pictures', '0---- -+++--- ---- 00'],
  ['GET /v1/market/landing/{listing}', '+++++ +++++++ ++++ ++'],
  ['GET /v1/market/services/{listing}/manage', '0---- -+++--+ ---- 00'],
  ['PUT /v1/market/services/{listing}/policy', '0---- -+++--+ ---- 00'],
  ['POST /v1/market/services/{listing}/access', '0---- -+++--+ ---- 00'],
  ['DELETE /v1/market/services/{listing}/access/{account}', '0---- -+++--+ ---- 00'],
  ['POST /v1/market/listings/{listing}/reasons', '0---- -+++--+ ---- 00'],
  ['GET /v1/data/holdings', '0---- -++---- ---- 00'],
  ['GET /v1/data/sets', '0---- -++---- ---- 00'],
  ['POST /v1/data/sets', '0---- -++---- ---- 00'],
  ['PUT /v1/data/sets/{listing}', '0---- -++---- ---- 00'],
  ['GET /v1/data/consents', '0++++ +++++++ ---- 00'],
  ['POST /v1/data/consents', '0++++ +++++++ ---- 00'],
  ['DELETE /v1/data/consents/{id}', '0++++ +++++++ ---- 00'],
  ['GET /v1/data/contracts', '0---- -+--+-- ---- 00'],
  ['GET /v1/data/contracts/{agreement}', '0---- -+--+-- ---- 00'],
  ['POST /v1/data/contracts/{agreement}/queries', '0---- -+--+-- ---- 00'],
  ['POST /v1/data/contracts/{agreement}/links', '0---- -+--+-- ---- 00'],
  ['GET /v1/data/downloads/{token}', '0---- -+--+-- ---- 00'],
  ['POST /v1/data/contracts/{agreement}/deletions', '0---- -+--+-- ---- 00'],
  ['GET /v1/innovation/requests', '0++++ ++-+-++ ---- 00'],
  ['GET /v1/innovation/providers', '0++++ ++---++ ---- 00'],
  ['POST /v1/innovation/requests', '0++++ ++---++ ---- 00'],
  ['GET /v1/innovation/requests/{id}', '0++++ ++-+-++ ---- 00'],
  ['POST /v1/innovation/requests/{id}/posts', '0++++ ++-+-++ ---- 00'],
  ['PUT /v1/innovation/requests/{id}/posts/{post}', '0++++ ++---++ ---- 00'],
  ['POST /v1/innovation/requests/{id}/proposals', '0---- -+-+--- ---- 00'],
  ['GET /v1/compositions', '0++++ ++-+-++ ---- 00'],
  ['POST /v1/compositions/choices', '0++++ ++---++ ---- 00'],
  ['POST /v1/compositions', '0++++ ++---++ ---- 00'],
  ['GET /v1/compositions/{id}', '0++++ ++-+-++ ---- 00'],
  ['POST /v1/compositions/{id}/reasons', '0---- -+-+--- ---- 00'],
  ['POST /v1/compositions/{id}/run', '0++++ ++---++ ---- 00'],
  ['GET /v1/compositions/{id}/runs/{run}', '0++++ ++---++ ---- 00'],
  ['GET /v1/compositions/{id}/runs/{run}/output', '0++++ ++---++ ---- 00'],
  ['POST /v1/compositions/{id}/runs/{run}/retry', '0++++ ++---++ ---- 00'],
  ['POST /v1/compositions/{id}/listing', '0---- -+++--- ---- 00'],
  ['GET /v1/market/composition-pairs', '0++++ +++++++ ++++ 00'],
  ['PUT /v1/market/composition-pairs', '0---- ------+ ---- 00'],
  ['GET /v1/notifications', '0++++ +++++++ ---- 00'],
  ['POST /v1/notifications/read', '0++++ +++++++ ---- 00'],
  ['GET /v1/notifications/preferences', '0++++ +++++++ ---- 00'],
  ['PUT /v1/notifications/preferences', '0++++ +++++++ ---- 00'],
  ['GET /v1/notifications/email', '0++++ +++++++ ---- 00'],
  ['PUT /v1/notifications/email', '0++++ +++++++ ---- 00'],
  ['DELETE /v1/notifications/email', '0++++ +++++++ ---- 00'],
  ['POST /v1/notifications/email/confirmations', '+++++ +++++++ ++++ ++'],
  ['POST /v1/notifications/unsubscriptions/{token}', '+++++ +++++++ ++++ ++'],
  ['GET /v1/notifications/webhooks', '0++++ ++----+ ---- 00'],
  ['POST /v1/notifications/webhooks', '0++++ ++----+ ---- 00'],
  ['POST /v1/notifications/webhooks/{id}/secret', '0++++ ++----+ ---- 00'],
  ['POST /v1/notifications/webhooks/{id}/resume', '0++++ ++----+ ---- 00'],
  ['DELETE /v1/notifications/webhooks/{id}', '0++++ ++----+ ---- 00'],
  ['GET /v1/governance/audit-log', '0---- ------+ --+- 00'],
  ['GET /v1/governance/audit-log/verification', '0---- ------+ --+- 00'],
  ['GET /v1/governance/waiting', '0---- ------+ --+- 00'],
  ['GET /v1/agreements', '0++++ +++++++ ---- 00'],
  ['GET /v1/agreements/choices', '0++++ +++++++ ---- 00'],
  ['POST /v1/agreements/drafts', '0++++ +++++++ ---- 00'],
  ['POST /v1/agreements', '0++++ +++++++ ---- 00'],
  ['GET /v1/agreements/{id}', '0++++ +++++++ ---- 00'],
  ['GET /v1/agreements/{id}/document', '0++++ +++++++ ---- 00'],
  ['POST /v1/agreements/{id}/counter-offers', '0++++ +++++++ ---- 00'],
  ['POST /v1/agreements/{id}/signatures', '0++++ +++++++ ---- 00'],
  ['POST /v1/agreements/{id}/refusals', '0++++ +++++++ ---- 00'],
  ['POST /v1/agreements/{id}/withdrawals', '0++++ +++++++ ---- 00'],
  ['POST /v1/agreements/{id}/relays', '0++++ +++++++ ---- 00'],
  ['POST /v1/agreements/{id}/extensions', '0++++ +++++++ ---- 00'],
  ['POST /v1/agreements/{id}/reasons', '0++++ +++++++ ---- 00'],
  ['GET /v1/agreements/{id}/instance', '0++++ +++++++ ---- 00'],
  ['POST /v1/agreements/{id}/instance/data-checks', '0++++ +++++++ ---- 00'],
  ['POST /v1/agreements/{id}/instance/adaptations', '0---- -+++--- ---- 00'],
  ['POST /v1/agreements/{id}/instance/readiness', '0---- -+++--- ---- 00'],
  ['POST /v1/agreements/{id}/instance/starts', '0++++ +++++++ ---- 00'],
  ['POST /v1/agreements/{id}/instance/stops', '0++++ +++++++ ---- 00'],
  ['POST /v1/agreements/{id}/instance/keys', '0++++ +++++++ ---- 00'],
  ['POST /v1/agreements/{id}/instance/revocations', '0---- ------+ ---- 00'],
  ['GET /v1/agreements/{id}/usage', '0++++ +++++++ ---- 00'],
  ['GET /v1/agreements/{id}/runs', '0++++ +++++++ ---- 00'],
  ['GET /v1/agreements/{id}/runs/{run}/output', '0++++ +++++++ ---- 00'],
  ['GET /v1/agreements/{id}/readings', '0---- -+++--- ---- 00'],
  ['POST /v1/agreements/{id}/data', '0---- -+++--- ---- 00'],
  ['GET /v1/service-keys', '+++++ +++++++ ++++ ++'],
  ['GET /v1/billing', '0++++ +++++++ ---- 00'],
  ['GET /v1/billing/payments', '0++++ +++++++ ---- 00'],
  ['GET /v1/billing/payments/{payment}', '0++++ +++++++ ---- 00'],
  ['GET /v1/billing/payments/{payment}/receipt', '0++++ +++++++ ---- 00'],
  ['POST /v1/billing/payments/{payment}/words', '0++++ +++++++ ---- 00'],
  ['GET /v1/billing/transfers', '0++++ +++++++ ---- 00'],
  ['GET /v1/billing/agreements', '0++++ +++++++ ---- 00'],
  ['GET /v1/billing/agreements/{id}/voucher', '0++++ +++++++ ---- 00'],
  ['POST /v1/billing/agreements/{id}/vouchers', '0++++ +++++++ ---- 00'],
  ['GET /v1/billing/invoice-details', '0++++ +++++++ ---- 00'],
  ['PUT /v1/billing/invoice-details', '0++++ +++++++ ---- 00'],
  ['GET /v1/billing/invoices', '0++++ +++++++ ---- 00'],
  ['GET /v1/billing/invoices/{id}/file', '0++++ +++++++ ---- 00'],
  ['GET /v1/billing/statement', '0++++ +++++++ ---- 00'],
  ['GET /v1/billing/credit-notes', '0++++ +++++++ ---- 00'],
  ['GET /v1/billing/credit-notes/{id}/file', '0++++ +++++++ ---- 00'],
  ['POST /v1/billing/invoices/{id}/credit-notes', '0++++ +++++++ ---- 00'],
  ['POST /v1/billing/invoices/{id}/correction', '0++++ +++++++ ---- 00'],
  ['GET /v1/billing/open-credit-notes', '0---- ------+ ---- 00'],
  ['POST /v1/billing/credit-notes/{id}/settlement', '0---- ------+ ---- 00'],
  ['GET /v1/billing/disputes', '0---- ------+ ---- 00'],
  ['GET /v1/billing/fees', '0---- ------+ ---- 00'],
  ['GET /v1/billing/open-invoices', '0---- ------+ ---- 00'],
  ['POST /v1/billing/bank-statements', '0---- ------+ ---- 00'],
  ['POST /v1/development/euros', '0++++ +++++++ ---- 00'],
  // Last, because they end what the others need. A refresh is by its handle, whoever shows it: here nobody does.
  ['POST /v1/access/refresh', '00000 0000000 0000 00'],
  ['DELETE /v1/access/session', '0++++ +++++++ ---- 00'],
]

let world: AccessWorld
let company: Company
let community: Hex
let rules: object
let consents: SignedConsent[]
const ask: Partial<
  Record<(typeof CALLERS)[number], (method: string, path: string, body?: unknown) => Promise<number>>
> = {}

beforeAll(async () => {
  world = await openAccessWorld(SYSTEMS, { lake: true })
  ;({ id: community, rules } = await foundOnChain(world.chain, { ...profile, from: FROM }))
  await signInPeople()
  await ask['system operator']?.('POST', '/v1/communities', { id: community, ...profile, rules: [rules] })
  consents = await Promise.all(
    ['Ana', 'Bea', 'Cem'].map((name, index) =>
      signedConsent(world.chain, { community, name, meter: `home-${index}`, from: FROM }),
    ),
  )
  for (const consent of consents)
    await ask['system operator']!('POST', `/v1/communities/${community}/consents`, consent)
  for (const consent of consents.slice(0, 2)) await joinOnChain(world.chain, community, consent)
  const dora = world.browser('Dora').did
  expect(await ask['community administrator']!('PUT', `/v1/communities/${community}/auditors/${dora}`)).toBe(200)
})
afterAll(async () => {
  await company?.close()
  await world?.close()
})

const profile = { name: 'Sunny Street', timeZone: 'Europe/Madrid', periodSeconds: 3600 as const, batchPeriods: 'day' }

async function signInPeople() {
  const bySession = (page: Browser) => async (method: string, path: string, body?: unknown) =>
    statusOf(page, method, path, body)
  const person = async (name: string) => {
    const { browser, credential } = await world.registerCitizen(name)
    await browser.signIn([credential])
    return browser
  }
  ask.nobody = bySession(world.browser('nobody'))
  ask.citizen = bySession(await person('Stranger'))
  ask.member = bySession(await person('Ana'))
  ask['other member'] = bySession(await person('Bea'))
  ask['community administrator'] = bySession(await person('administrator'))
  ask.auditor = bySession(await person('Dora'))
  const operator = await person('operator')
  ask['marketplace operator'] = bySession(operator)
  company = await world.registerCompany('Solar Works', [
    'data-provider',
    'service-provider',
    'data-user',
    'service-user',
  ])
  for (const role of ['administrator', 'data-provider', 'service-provider', 'data-user', 'service-user'] as const) {
    const name = role === 'administrator' ? 'Solar Works administrator' : `Clerk ${role}`
    const page = world.browser(name)
    await page.signIn([await company.employ(name, [role])])
    ask[role === 'administrator' ? 'company administrator' : (role.replace('-', ' ') as 'data user')] = bySession(page)
  }
  const suspended = await person('Suspended')
  const { account } = (await suspended.call('GET', '/v1/access/session')).body.session
  await operator.call('POST', `/v1/accounts/${account}/suspend`, { reason: 'a test' })
  ask.suspended = bySession(suspended)
  const ended = await person('Ended')
  const kept = new Map(ended.cookies)
  await ended.call('DELETE', '/v1/access/session')
  for (const [name, value] of kept) ended.cookies.set(name, value)
  ask['ended session'] = bySession(ended)
  const bySignature =
    (system: keyof typeof world.own.fetch) => async (method: string, path: string, body?: unknown) => {
      const response = await world.own.fetch[system]!(`${world.api().url}${path}`, requestOf(method, body))
      await response.body?.cancel()
      return response.status
    }
  ask['system readings'] = bySignature('readings')
  ask['system oracle'] = bySignature('oracle')
  ask['system operator'] = bySignature('command line')
  ask['system systems'] = bySignature('broker')
}

const requestOf = (method: string, body: unknown) => ({
  method,
  ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
})

async function statusOf(page: Browser, method: string, path: string, body: unknown): Promise<number> {
  // The handle is left out: it would renew sessions while the table is read.
  const cookie = [...page.cookies]
    .filter(([name]) => name !== 'opem_refresh')
    .map(([name, value]) => `${name}=${value}`)
  const { headers, ...request } = { headers: {}, ...requestOf(method, body) }
  const response = await fetch(`${world.api().url}${path}`, {
    ...request,
    headers: { ...headers, cookie: cookie.join('; ') },
  })
  await response.body?.cancel()
  return response.status
}

const ACCOUNT = `0x${'77'.repeat(32)}`
const SPAN = 'from=2015-06-01T00:00:00Z&to=2015-06-02T00:00:00Z'
const VP = { presentation: { kind: 'vp-jwt', jwt: 'a.b.c' } }
const reading = (meter: string) => ({
  ...{
    meter,
    start: '2015-06-01T00:00:00Z',
    seconds: 3600,
    importWh: 1,
    exportWh: 0,
    quality: 'measured',
    source: 'test',
  },
  knownAt: '2026-01-01T00:00:00Z',
})
const KEY = { kty: 'OKP', crv: 'Ed25519', x: 'A'.repeat(43) }
const SYSTEM = {
  ...{ name: 'a meter', authentication: { kind: 'signature', publicKey: KEY }, meters: ['m-1'], scopes: ['readings'] },
}

const LISTING = `0x${'55'.repeat(32)}`
const WISH = {
  ...{ schema: 'opem/innovation-request/1', title: 'x', need: 'x', data: [], result: 'x' },
  ...{ budget: { from: 0, to: 1 }, closesAt: 4_000_000_000 },
}
const PROPOSAL = {
  ...{ schema: 'opem/innovation-proposal/1', request: `0x${'77'.repeat(32)}`, title: 'x', description: 'x', plan: 'x' },
  ...{ milestones: [], price: { id: 'free', kind: 'free', price: 0 }, privacy: 'x', listing: null },
  contract: { text: 'x', noticeDays: 0 },
}

/** What is asked for a row of the table: a request that is refused for nothing but the caller. */
function requestFor(route: string): [method: string, path: string, body?: unknown] {
  const [method, pattern, variant] = route.split(' ') as [string, string, string?]
  const meter = variant === 'home-1' ? 'home-1' : 'home-0'
  const path = pattern
    .replace('/v1/accounts/{account}', `/v1/accounts/${ACCOUNT}`)
    .replace('{account}', ACCOUNT)
    .replace('/communities/{id}', `/communities/${community}`)
    .replace('{member}', `0x${'99'.repeat(32)}`)
    .replace('{meter}', pattern.startsWith('/v1/communities') ? 'none' : meter)
    .replace('{did}', 'did:ethr:0x7a69:0x0000000000000000000000000000000000000001')
    .replace('/webhooks/{id}', '/webhooks/6fd3ca1d-3bb4-4f4f-a563-0a1a5b5ff7a0')
    .replace('/innovation/requests/{id}', `/innovation/requests/0x${'77'.repeat(32)}`)
    .replace('/compositions/{id}', `/compositions/0x${'77'.repeat(32)}`)
    .replace('{run}', 'A'.repeat(22))
    .replace('{post}', '1')
    .replace('{listing}', `0x${'55'.repeat(32)}`)
    .replace('{digest}', `0x${'66'.repeat(32)}`)
    .replace('{payment}', `0x${'44'.repeat(32)}`)
    .replace('{revision}', '1')
    .replace('{token}', `none.${'A'.repeat(43)}`)
    .replace('{id}', 'none')
  const [ana] = consents as [SignedConsent]
  const bodies: Record<string, unknown> = {
    'POST /v1/readings': { readings: [reading(meter)] },
    'PUT /v1/meters/{meter}/capacity': { capacityWatts: 1_000_000 },
    'POST /v1/rejected': { rejected: [{ source: 'test', raw: 'x', code: 'ERR_CSV', reason: 'x' }] },
    'POST /v1/communities': { id: community, ...profile, rules: [rules] },
    'POST /v1/communities/{id}/rules': rules,
    'POST /v1/communities/{id}/consents': ana,
    'POST /v1/communities/{id}/trading': {},
    'POST /v1/communities/{id}/adjustments': {},
    'POST /v1/prices': { series: 'dk2', prices: [] },
    'POST /v1/access/challenges': { operation: 'sign-in' },
    'POST /v1/access/openid4vp/requests': { operation: 'sign-in' },
    'POST /v1/access/development/identity-credentials': { did: 'none', name: 'x' },
    'POST /v1/access/registrations': { kind: 'citizen', roles: ['data-user'], terms: '1', ...VP },
    'POST /v1/access/receipts': VP,
    'POST /v1/access/sign-ins': VP,
    'POST /v1/accounts/{account}/suspend': { reason: 'a test' },
    'POST /v1/accounts/{account}/reinstate': { reason: 'a test' },
    'POST /v1/accounts/{account}/revoke': { reason: 'a test' },
    'PUT /v1/accounts/{account}/roles': { roles: ['data-user'] },
    'PUT /v1/company/users/{did}': { roles: [], disabled: false },
    'POST /v1/company/systems': SYSTEM,
    'POST /v1/communities/{id}/meter-authorisations': VP,
    'POST /v1/market/services': { document: { kind: variant === 'data' ? 'data' : 'analytic' } },
    'POST /v1/market/listings/{listing}/reasons': { words: 'a test' },
    'POST /v1/innovation/requests': { document: WISH },
    'POST /v1/innovation/requests/{id}/posts': { words: 'a test' },
    'PUT /v1/innovation/requests/{id}/posts/{post}': { state: 'shown' },
    'POST /v1/innovation/requests/{id}/proposals': { document: PROPOSAL },
    'POST /v1/compositions/choices': { chain: [] },
    'POST /v1/compositions': { title: 'x', description: 'x', chain: [LISTING, LISTING] },
    'POST /v1/compositions/{id}/reasons': { words: 'a test' },
    'POST /v1/compositions/{id}/run': { input: [] },
    'PUT /v1/market/composition-pairs': { before: 'E1.1', after: 'E1.2', rule: 'none', reason: 'a test' },
    'POST /v1/notifications/read': { ids: [] },
    'PUT /v1/notifications/preferences': { changes: [{ kind: 'payment-held', channel: 'email', wanted: true }] },
    'PUT /v1/notifications/email': { address: 'somebody@people.example' },
    'POST /v1/notifications/email/confirmations': { token: `none.${'A'.repeat(43)}` },
    'POST /v1/notifications/webhooks': { url: 'https://hooks.example/opem' },
  }
  const queries: Record<string, string> = {
    'GET /v1/readings': `?meter=${meter}&${SPAN}`,
    'GET /v1/communities/{id}/oracle': `?${SPAN}`,
    'GET /v1/communities/{id}/history': '?meter=home-0&start=2015-06-01T00:00:00Z',
    'GET /v1/communities/{id}/trading': `?${SPAN}${variant === 'own' ? `&member=${ana.member}` : ''}`,
    'GET /v1/communities/{id}/adjustments': `?${SPAN}${variant === 'own' ? `&member=${ana.member}` : ''}`,
    'GET /v1/communities/{id}/proofs': `?${SPAN}&member=${variant === 'own' ? ana.member : `0x${'99'.repeat(32)}`}`,
    'GET /v1/communities/{id}/periods': `?${SPAN}`,
    'GET /v1/prices': `?series=dk2&${SPAN}`,
  }
  const name = `${method} ${pattern}`
  return [method, `${path}${queries[name] ?? ''}`, bodies[name]]
}

test('the table has every route', () => {
  const inTable = new Set(TABLE.map(([route]) => route.split(' ').slice(0, 2).join(' ')))
  const served = routes.map(({ method, path }) => `${method.toUpperCase()} ${path}`)
  expect(served.filter((route) => !inTable.has(route))).toEqual([])
})

for (const [route, columns] of TABLE) {
  test(`${route} lets in whom its rule names, and nobody else`, async () => {
    const found: string[] = []
    for (const caller of CALLERS) {
      const status = await ask[caller]!(...requestFor(route))
      found.push(status === 401 ? '0' : status === 403 ? '-' : status < 500 ? '+' : String(status))
    }
    const expected = [...columns.replaceAll(' ', '')]
    expect(Object.fromEntries(CALLERS.map((caller, index) => [caller, found[index]]))).toEqual(
      Object.fromEntries(CALLERS.map((caller, index) => [caller, expected[index]])),
    )
  })
}

// D2.3 Table 5: a route whose rule names nothing but rows of it lets in exactly the columns with a cross there.
const COLUMNS: readonly (readonly [caller: (typeof CALLERS)[number], actors: readonly Actor[]])[] = [
  ['data provider', ['data-provider']],
  ['service provider', ['service-provider']],
  ['data user', ['data-user']],
  ['service user', ['service-user']],
  // Whoever operates has an account of their own besides: here a service user's.
  ['marketplace operator', ['operator', 'service-user']],
]

const capabilitiesOf = (rule: RuleName): Capability[] => {
  const grants: readonly Grant[] = RULES[rule].grants
  const named = grants.flatMap((grant) => (grant.startsWith('may:') ? [grant.slice(4) as Capability] : []))
  return named.length === grants.length ? named : []
}

for (const { method, path, access } of routes) {
  const name = `${method.toUpperCase()} ${path}`
  const capabilities = capabilitiesOf(access)
  // A route may have a row for each kind of thing that it is asked about: together they are its columns.
  const rows = TABLE.filter(([route]) => route === name || route.startsWith(`${name} `))
  if (capabilities.length > 0)
    test(`${name} is for the columns of Table 5 that have a cross in ${capabilities.join(' or ')}`, () => {
      const cells = rows.map(([, columns]) => columns.replaceAll(' ', ''))
      const shown = COLUMNS.map(([caller]) => [caller, cells.some((row) => row[CALLERS.indexOf(caller)] === '+')])
      const crossed = COLUMNS.map(([caller, actors]) => [caller, capabilities.some((one) => mayUse(actors, one))])
      expect(shown).toEqual(crossed)
    })
}

test('a capability is named by its row: every grant of a rule is one of Table 5', () => {
  const grants = Object.values(RULES).flatMap((rule): readonly Grant[] => rule.grants)
  const named = grants.filter((grant) => grant.startsWith('may:')).map((grant) => grant.slice(4))
  expect(named.filter((name) => !(name in AUTHORISATION_MATRIX))).toEqual([])
})
