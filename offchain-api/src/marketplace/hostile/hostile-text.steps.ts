import { expect, test } from 'vitest'
import type { BillingWorld } from '../../testing/billing-world.ts'

const cursorOf = (text: string) => Buffer.from(text).toString('base64url')

/** What people may send as JSON and Postgres takes for no text, and numbers that are no places of a list. */
export function hostileTextSteps(open: () => BillingWorld): void {
  const sent = async (body: string, path = `/v1/agreements/0x${'4'.repeat(64)}/refusals`) => {
    const { consumer } = open()
    const response = await fetch(`${open().api().url}${path}`, {
      ...{ method: 'POST', body },
      headers: {
        'content-type': 'application/json',
        cookie: [...consumer.browser.cookies].map(([name, value]) => `${name}=${value}`).join('; '),
      },
    })
    return [response.status, ((await response.json()) as { code: string }).code]
  }
  const asked = (path: string) => open().refusal(open().consumer, 'GET', path)

  test.each([
    ['a zero', '{"words":"a\\u0000b"}'],
    ['half a pair of surrogates', '{"words":"\\ud800"}'],
  ])('with %s is refused as a body', async (_what, body) => {
    const payment = await open().payment((await open().under('once')).id, 'held')
    expect(await sent(body, `/v1/billing/payments/${payment}/words`)).toEqual([400, 'ERR_BODY'])
  })

  test('with a zero in the name of a member is refused as a body', async () => {
    const document = '{"document":{"kind":"analytic","\\u0000":1}}'
    const { status, body } = await open().ask(open().provider, 'POST', '/v1/market/services', {
      body: JSON.parse(document),
    })
    expect([status, body.code]).toEqual([400, 'ERR_BODY'])
  })

  test('that a backslash keeps from being a zero is text as any other', async () => {
    const { id } = await open().offer(open().consumer, open().listing, { plan: 'once' })
    const reason = { body: { reason: 'C:\\u0000' } }
    expect((await open().ask(open().provider, 'POST', `/v1/agreements/${id}/refusals`, reason)).status).toBe(200)
  })

  test('with a zero is refused in a query', async () => {
    expect(await asked('/v1/market/listings?text=a%00b')).toEqual([400, 'ERR_QUERY'])
  })

  test('a prototype is no member of a body', async () => {
    expect(await sent('{"reason":"x","__proto__":{"operator":true}}')).toEqual([400, 'ERR_BODY'])
  })

  test.each([
    ['half a number', '[1.5,"x"]'],
    ['a number beyond all', '[1e300,"x"]'],
    ['a zero in its text', '[1,"\\u0000"]'],
  ])('a cursor with %s is none', async (_what, cursor) => {
    expect(await asked(`/v1/agreements?after=${cursorOf(cursor)}`)).toEqual([400, 'ERR_CURSOR'])
  })

  test('a document nested a hundred thousand deep is refused, and the API goes on', async () => {
    const { provider } = open()
    const response = await fetch(`${open().api().url}/v1/market/services`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        cookie: [...provider.browser.cookies].map(([name, value]) => `${name}=${value}`).join('; '),
      },
      body: `{"document":{"kind":"analytic","x":${'['.repeat(100_000)}${']'.repeat(100_000)}}}`,
    })
    expect([response.status, ((await response.json()) as { code: string }).code]).toEqual([400, 'ERR_BODY'])
  })

  test('the chain’s node signs and sends nothing for who asks by this API', async () => {
    const transaction = { from: `0x${'1'.repeat(40)}`, to: open().escrow, value: '0x0' }
    for (const method of [
      ...['eth_sendTransaction', 'eth_sendUnsignedTransaction', 'eth_sign', 'eth_signTransaction'],
      ...['eth_signTypedData_v4', 'wallet_sendTransaction', 'eth_submitWork'],
    ]) {
      const response = await fetch(`${open().api().url}/chain`, {
        ...{ method: 'POST', headers: { 'content-type': 'application/json' } },
        body: JSON.stringify([{ jsonrpc: '2.0', id: 1, method, params: [transaction] }]),
      })
      expect([method, response.status]).toEqual([method, 403])
    }
  })
}
