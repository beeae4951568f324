import { afterAll, beforeAll, expect, test } from 'vitest'
import { createOperationalStore, type OperationalStore } from '../../operational/store.ts'
import { type AccessWorld, openAccessWorld } from '../../testing/access-world.ts'
import type { Browser } from '../../testing/browser.ts'
import { keepAnswer, takeKey } from './once.ts'

const ACCOUNT = `0x${'77'.repeat(32)}`
let world: AccessWorld
let store: OperationalStore
let operator: Browser
let account: string

beforeAll(async () => {
  world = await openAccessWorld([])
  store = createOperationalStore({ url: world.postgres.url })
  const registered = await world.registerCitizen('operator')
  operator = registered.browser
  await operator.signIn([registered.credential])
  account = (await world.registerCitizen('Zoë')).account
})
afterAll(async () => {
  await store?.close()
  await world?.close()
})

async function post(path: string, body: unknown, key?: string, browser: Browser = operator) {
  const response = await fetch(`${world.api().url}${path}`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      cookie: [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; '),
      ...(key === undefined ? {} : { 'idempotency-key': key }),
    },
    body: JSON.stringify(body),
  })
  const replayed = response.headers.get('idempotency-replayed')
  return { status: response.status, body: (await response.json()) as Record<string, unknown>, replayed }
}
const suspend = (key: string, reason = 'a test', browser = operator) =>
  post(`/v1/accounts/${account}/suspend`, { reason }, key, browser)
const reinstate = () => post(`/v1/accounts/${account}/reinstate`, { reason: 'a test' })

test('the same request under the same key gets the stored answer, and nothing is done twice', async () => {
  const first = await suspend('"8e03978e-1"')
  expect([first.status, first.body.status, first.replayed]).toEqual([200, 'suspended', null])
  expect((await reinstate()).body.status).toBe('active')
  const second = await suspend('"8e03978e-1"')
  expect(second).toEqual({ ...first, replayed: 'true' })
  const calls = await store.rows<{ n: number }>(
    `SELECT count(*)::int AS n FROM chain_calls WHERE kind = 'suspend' AND account = $1`,
    [account],
  )
  expect(calls).toEqual([{ n: 1 }])
})

test('the answer is kept over kill -9 and a restart', async () => {
  const first = await suspend('restarted-1')
  await reinstate()
  await world.restart()
  expect(await suspend('restarted-1')).toEqual({ ...first, replayed: 'true' })
  expect((await post(`/v1/accounts/${account}/reinstate`, { reason: 'a test' })).body.status).toBe('active')
})

test('another body under the same key is refused', async () => {
  await suspend('other-body')
  await reinstate()
  const { status, body } = await suspend('other-body', 'another reason')
  expect([status, body.code]).toEqual([422, 'ERR_IDEMPOTENCY_KEY'])
})

test('another path under the same key is refused', async () => {
  await suspend('other-path')
  const { status, body } = await post(`/v1/accounts/${account}/reinstate`, { reason: 'a test' }, 'other-path')
  expect([status, body.code]).toEqual([422, 'ERR_IDEMPOTENCY_KEY'])
  await reinstate()
})

test('of requests that come together under one key one is worked on, the others are told to wait or get its answer', async () => {
  const answers = await Promise.all(Array.from({ length: 8 }, () => suspend('together')))
  for (const { status, body } of answers)
    expect([200, 'ERR_IDEMPOTENCY_RUNNING']).toContain(status === 200 ? 200 : body.code)
  expect(answers.filter(({ status, replayed }) => status === 200 && replayed === null)).toHaveLength(1)
  await reinstate()
})

test('a request that is worked on is 409, and one whose process died is told that nobody knows', async () => {
  await suspend('half-done')
  await reinstate()
  const set = (seconds: number) =>
    store.rows(
      `UPDATE idempotent_requests SET status = NULL, answer = NULL, started_at = floor(extract(epoch FROM now())) - $1
       WHERE key = encode(sha256('half-done'), 'hex')`,
      [seconds],
    )
  await set(1)
  expect((await suspend('half-done')).body).toMatchObject({ status: 409, code: 'ERR_IDEMPOTENCY_RUNNING' })
  await set(200)
  expect((await suspend('half-done')).body).toMatchObject({ status: 409, code: 'ERR_IDEMPOTENCY_UNKNOWN' })
})

test('after 24 hours a key is free again', async () => {
  await suspend('yesterday')
  await reinstate()
  await store.rows(
    `UPDATE idempotent_requests SET started_at = started_at - 86401 WHERE key = encode(sha256('yesterday'), 'hex')`,
  )
  const again = await suspend('yesterday', 'another reason')
  expect([again.status, again.replayed]).toEqual([200, null])
  await reinstate()
})

test('a refusal is not kept: who mends the reason is heard again', async () => {
  const refused = await post(`/v1/accounts/${ACCOUNT}/suspend`, { reason: 'x' }, 'refused-1')
  expect([refused.status, refused.body.code]).toEqual([404, 'ERR_ACCOUNT_UNKNOWN'])
  const again = await post(`/v1/accounts/${ACCOUNT}/suspend`, { reason: 'x' }, 'refused-1')
  expect([again.status, again.replayed]).toEqual([404, null])
})

const keyed = (over: object) => ({
  ...{ caller: 'somebody', key: 'shared-key', method: 'POST', target: '/v1/x', body: new Uint8Array([1]) },
  ...{ unrepeatable: false, now: Math.floor(Date.now() / 1000), ...over },
})

test('two callers may choose the same key', async () => {
  expect(await takeKey(store, keyed({ caller: 'one' }))).toBeUndefined()
  expect(await takeKey(store, keyed({ caller: 'two', body: new Uint8Array([2]) }))).toBeUndefined()
})

test('a secret is handed out once: its request is not done again, and its answer is not in the store', async () => {
  const request = keyed({ caller: 'three', unrepeatable: true })
  await takeKey(store, request)
  await keepAnswer(store, request, { status: 200, json: '{"secret":"whsec_planted"}' })
  await expect(takeKey(store, request)).rejects.toMatchObject({ status: 409, code: 'ERR_IDEMPOTENCY_SECRET' })
  expect(JSON.stringify(await store.rows('SELECT * FROM idempotent_requests'))).not.toContain('whsec_planted')
})

test.each([['short'], ['with spaces in it'], ['x'.repeat(256)]])('a key of the form "%s" is refused', async (key) => {
  expect((await suspend(key)).body).toMatchObject({ status: 400, code: 'ERR_IDEMPOTENCY_KEY_FORM' })
})

test('neither keys nor bodies are in the store', async () => {
  const kept = JSON.stringify(await store.rows('SELECT caller, key, request FROM idempotent_requests'))
  for (const word of ['8e03978e', 'restarted-1', 'a test']) expect(kept).not.toContain(word)
})
