import { createServer, request, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Hex } from '@opem/domain'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { BillingWorld } from '../../testing/billing-world.ts'

/** The gateway as somebody finds it who wants past the provider's address, its policy, or the operator's word. */
export function serviceDoorSteps(open: () => BillingWorld): void {
  let service: Server
  let agreement: Hex
  let key: string
  const asked: string[] = []

  beforeAll(async () => {
    service = createServer(({ url }, response) => {
      asked.push(url ?? '')
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}')
    })
    await new Promise<void>((resolve) => service.listen(0, '127.0.0.1', resolve))
    const baseUrl = `http://127.0.0.1:${(service.address() as AddressInfo).port}/v1/`
    const { provider, consumer } = open()
    ;({ id: agreement } = await open().under('hourly'))
    await open().payment(agreement, 'held')
    const say = (who: typeof provider, step: string, body: object = {}) =>
      open().ask(who, 'POST', `/v1/agreements/${agreement}/instance/${step}`, { body })
    await say(provider, 'data-checks')
    await say(provider, 'adaptations')
    await say(provider, 'readiness', { baseUrl })
    await say(consumer, 'starts')
    ;({ key } = (await say(consumer, 'keys')).body)
  })
  afterAll(() => void service?.close())

  /** A fetch would tidy the path up: it is sent as an attacker would. */
  const call = (path: string, headers: Record<string, string> = {}) =>
    new Promise<unknown[]>((resolve, reject) => {
      const { hostname, port } = new URL(open().api().url)
      const sent = { authorization: `Bearer ${key}`, ...headers }
      request({ hostname, port, path: `/v1/services/${agreement}${path}`, headers: sent }, (response) => {
        let text = ''
        response.on('data', (part) => (text += part))
        response.on('end', () => resolve([response.statusCode, JSON.parse(text).code]))
      })
        .on('error', reject)
        .end()
    })

  test('lets calls through', async () => {
    expect(await call('/day;v=1?x=..;/')).toEqual([200, undefined])
    expect(asked.at(-1)).toBe('/v1/day;v=1?x=..;/')
  })

  test.each(['/..;/secret', '/a/..;x=1/secret', '/.;/secret', '/%252e%252e/secret', '/a%255c..', '/..%3b/secret'])(
    'lets %s not out of the service: some servers read it as a way up',
    async (path) => {
      const before = asked.length
      expect(await call(path)).toEqual([400, 'ERR_PATH'])
      expect(asked.length).toBe(before)
    },
  )

  test('judges the address that a trusted proxy names, as the provider’s policy says', async () => {
    const { listing } = open()
    await open().rows(
      `INSERT INTO market_listing_policies (listing, address_ranges, revision, changed_at)
       VALUES ($1, '{203.0.113.0/24}', 1, 1)`,
      [listing],
    )
    expect(await call('/day', { 'x-forwarded-for': '203.0.113.9' })).toEqual([200, undefined])
    expect(await call('/day', { 'x-forwarded-for': '203.0.113.9, 198.51.100.1' })).toEqual([403, 'ERR_POLICY_ADDRESS'])
    expect(await call('/day')).toEqual([403, 'ERR_POLICY_ADDRESS'])
    await open().rows('DELETE FROM market_listing_policies WHERE listing = $1', [listing])
  })

  test('is shut for a key whose account the operator suspended, and open again when it is reinstated', async () => {
    const { operator, consumer } = open()
    const decide = (what: string) =>
      open().ask(operator, 'POST', `/v1/accounts/${consumer.account}/${what}`, { body: { reason: 'a test' } })
    const before = asked.length
    expect((await decide('suspend')).body.status).toBe('suspended')
    expect(await call('/day')).toEqual([403, 'ERR_ACCOUNT_NOT_ACTIVE'])
    expect(asked.length).toBe(before)
    expect((await decide('reinstate')).body.status).toBe('active')
    expect(await call('/day')).toEqual([200, undefined])
  })
}
