import { afterAll, beforeAll, expect, test } from 'vitest'
import { type AccessWorld, openAccessWorld } from '../../testing/access-world.ts'
import { ALL } from '../../testing/systems.ts'

let world: AccessWorld

beforeAll(async () => {
  world = await openAccessWorld([ALL], {
    environment: {
      OPEM_ACCESS_PER_ADDRESS: '40,1',
      OPEM_ACCESS_PER_HOLDER: '5,1',
      OPEM_REGISTRATIONS_PER_HOUR: '2',
    },
  })
})
afterAll(() => world?.close())

const post = (path: string, body: object) =>
  fetch(`${world.api().url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })

test('new accounts are bounded for the whole marketplace; asking again for one that waits is not a new one', async () => {
  await world.registerCitizen('Ana')
  const ben = world.browser('Ben')
  const apply = async (page: typeof ben, name: string) => {
    const presentation = await page.present('register-citizen', [await world.identityOf(name)])
    const application = { kind: 'citizen', roles: ['service-user'], terms: '1', presentation }
    return page.call('POST', '/v1/access/registrations', application)
  }
  expect((await apply(ben, 'Ben')).status).toBe(200)
  const cem = await apply(world.browser('Cem'), 'Cem')
  expect([cem.status, cem.body.code]).toEqual([429, 'ERR_TOO_MANY'])
  expect((await apply(ben, 'Ben')).status).toBe(200)
})

test('who is tried for too often is answered 429 with how long to wait, before anything is verified', async () => {
  const jwt = `x.${Buffer.from('{"iss":"did:ethr:0x7a69:0x00000000000000000000000000000000000000aa"}').toString('base64url')}.x`
  const answers = []
  for (let count = 0; count < 6; count++)
    answers.push(await post('/v1/access/sign-ins', { presentation: { kind: 'vp-jwt', jwt } }))
  expect(answers.map(({ status }) => status)).toEqual([422, 422, 422, 422, 422, 429])
  const last = answers.at(-1)!
  expect(last.headers.get('retry-after')).toBe('1')
  expect(last.headers.get('content-type')).toBe('application/problem+json; charset=utf-8')
  expect(await last.json()).toEqual({
    ...{ type: 'about:blank', title: 'Too Many Requests', status: 429, code: 'ERR_TOO_MANY' },
    detail: 'this holder asks more often than 5 at once and 1 a second; try again in 1 s',
  })
})

test('an address that a client writes itself is not believed', async () => {
  const statuses = await Promise.all(
    Array.from({ length: 60 }, async (_, count) => {
      const headers = { 'content-type': 'application/json', 'x-forwarded-for': `198.51.100.${count}` }
      const url = `${world.api().url}/v1/access/reissues`
      return (await fetch(url, { method: 'POST', headers, body: '{}' })).status
    }),
  )
  expect(statuses.filter((status) => status === 429).length).toBeGreaterThan(10)
})

test('every door that is open to everybody refuses a client that knocks too often', async () => {
  const doors: [string, object][] = [
    ['/v1/access/challenges', { operation: 'receipt' }],
    ['/v1/access/registrations', {}],
    ['/v1/access/receipts', {}],
    ['/v1/access/sign-ins', {}],
    ['/v1/access/reissues', {}],
    ['/v1/access/refresh', {}],
    ['/v1/access/openid4vp/requests', {}],
  ]
  for (const [path, body] of doors) {
    const statuses = await Promise.all(Array.from({ length: 60 }, () => post(path, body).then(({ status }) => status)))
    expect([path, statuses.includes(429)]).toEqual([path, true])
  }
  expect((await fetch(`${world.api().url}/v1/access/terms`)).status).toBe(200)
})
