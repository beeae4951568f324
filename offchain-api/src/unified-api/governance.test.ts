import { answerOf, createOpemClient, everyItem } from '@opem/offchain-api/client'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type AccessWorld, openAccessWorld } from '../testing/access-world.ts'
import type { Browser } from '../testing/browser.ts'

let world: AccessWorld
let operator: Browser
let account: string

beforeAll(async () => {
  world = await openAccessWorld([{ id: 'command line', scopes: ['operator'], meters: [] }])
  const registered = await world.registerCitizen('operator')
  operator = registered.browser
  await operator.signIn([registered.credential])
  account = (await world.registerCitizen('Zoë')).account
})
afterAll(() => world?.close())

const client = () => createOpemClient({ url: world.api().url, fetch: world.own.fetch['command line']! })

test('what the operator decides about an account is in the audit log: who, what, from and to', async () => {
  await operator.call('POST', `/v1/accounts/${account}/suspend`, { reason: 'a test' })
  await operator.call('PUT', `/v1/accounts/${account}/roles`, { roles: ['data-user'] })
  const { items } = (await operator.call('GET', '/v1/governance/audit-log')).body
  expect(items).toMatchObject([
    {
      number: 2,
      by: operator.did,
      account,
      action: 'account.roles',
      detail: { from: ['service-user'], to: ['data-user'] },
    },
    { number: 1, by: operator.did, account, action: 'account.suspend', detail: { from: 'active', to: 'suspended' } },
  ])
  expect(items[0].previous).toBe(items[1].hash)
  // Kept for ever, so without what a reason may say about somebody.
  expect(JSON.stringify(items)).not.toContain('a test')
})

test('a refused decision is not in the log', async () => {
  await operator.call('POST', `/v1/accounts/${account}/reinstate`, { reason: 'x' })
  await operator.call('POST', `/v1/accounts/${account}/reinstate`, { reason: 'x' })
  const { items } = (await operator.call('GET', '/v1/governance/audit-log?action=account.reinstate')).body
  expect(items).toHaveLength(1)
})

test('the command line reads the log page by page with the typed client, and checks it', async () => {
  const api = client()
  const numbers: number[] = []
  const pages = everyItem((after) =>
    api.GET('/v1/governance/audit-log', { params: { query: { limit: 2, ...(after && { after }) } } }),
  )
  for await (const { number } of pages) numbers.push(number)
  expect(numbers).toEqual([3, 2, 1])
  expect(answerOf(await api.GET('/v1/governance/audit-log/verification'))).toMatchObject({ whole: true, entries: 3 })
})

test('what waits is counted, also while the market has nothing yet', async () => {
  await world.browser('Late').present('register-citizen', [await world.identityOf('Late')])
  expect(answerOf(await client().GET('/v1/governance/waiting'))).toMatchObject({
    ...{ reviews: 0, disputes: 0, listings: 0, suspendedAccounts: 0, lostLetters: 0 },
  })
})

test('a refusal reaches the client as an error with the problem’s own code', async () => {
  const answer = await createOpemClient({ url: world.api().url }).GET('/v1/governance/waiting')
  expect(() => answerOf(answer)).toThrow(expect.objectContaining({ code: 'ERR_SIGN_IN_NEEDED', retryable: false }))
})

test('the document is drawn by files of our own origin, under a policy that allows nothing inline', async () => {
  const page = await fetch(`${world.api().url}/v1/docs`)
  const policy = page.headers.get('content-security-policy') ?? ''
  expect(policy).toContain("script-src 'self'; style-src 'self';")
  expect(policy).not.toMatch(/unsafe|https?:/)
  const files = [...(await page.text()).matchAll(/(?:src|href)="(\/v1\/docs\/[^"]+)"/g)].map(([, file]) => file)
  expect(files).toHaveLength(3)
  for (const file of files) expect((await fetch(`${world.api().url}${file}`)).status).toBe(200)
})
