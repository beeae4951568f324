import { beforeAll, expect, test } from 'vitest'
import type { BillingWorld } from '../../../testing/billing-world.ts'
import { until } from '../../../testing/harness.ts'

const PATHS = ['', '/payments', '/agreements', '/transfers', '/invoices', '/invoice-details'].map(
  (path) => `/v1/billing${path}`,
)
const LISTS = ['/v1/billing/payments', '/v1/billing/agreements', '/v1/billing/transfers', '/v1/billing/invoices']

/** Routes about an account's own money, and development euros. */
export function purseRouteSteps(open: () => BillingWorld): void {
  let world: BillingWorld
  beforeAll(async () => {
    world = open()
    await world.followed()
  })

  test('says what is in it, and where the money is', async () => {
    const { consumer, escrow, token } = world
    expect((await world.ask(consumer, 'GET', '/v1/billing')).body).toEqual({
      ...{ party: consumer.address, available: '100.00', escrow: escrow.toLowerCase(), token: token.toLowerCase() },
      ...{ chainId: 31_337, development: true, graceSeconds: 604_800, invoiceDetails: false },
    })
  })

  test('lists deposits', async () => {
    const { body } = await world.ask(world.consumer, 'GET', '/v1/billing/transfers')
    expect(body.items).toMatchObject([{ kind: 'deposit', amount: '100.00', balance: '100.00' }])
    expect(body.next).toBeNull()
  })

  test.each(PATHS)('is shown to nobody who is not signed in: %s', async (path) => {
    expect(await world.refusal(undefined, 'GET', path)).toEqual([401, 'ERR_SIGN_IN_NEEDED'])
  })

  test.each(LISTS)('is not read in pages of none, nor after what was not said: %s', async (path) => {
    expect(await world.refusal(world.consumer, 'GET', `${path}?limit=0`)).toEqual([400, 'ERR_QUERY'])
    expect(await world.refusal(world.consumer, 'GET', `${path}?after=abc`)).toEqual([400, 'ERR_CURSOR'])
  })

  test('gets development euros, once for one Idempotency-Key', async () => {
    const { stranger } = world
    const give = { body: { amount: '7.50' }, key: 'seven-and-a-half' }
    const first = await world.ask(stranger, 'POST', '/v1/development/euros', give)
    expect([first.status, first.body, first.replayed]).toEqual([200, { to: stranger.address, amount: '7.50' }, false])
    const again = await world.ask(stranger, 'POST', '/v1/development/euros', give)
    expect([again.status, again.body, again.replayed]).toEqual([200, { to: stranger.address, amount: '7.50' }, true])
    const calls = () => world.rows(`SELECT state FROM market_escrow_calls WHERE kind = 'give'`)
    await until(async () => (await calls()).every(({ state }) => state === 'done'))
    expect(await calls()).toEqual([{ state: 'done' }])
  })

  test.each([
    ['none', '0'],
    ['more than is given at once', '10000.01'],
    ['no number', 'much'],
  ])('gets no development euros when asked for %s', async (_what, amount) => {
    const body = { amount }
    expect(await world.refusal(world.stranger, 'POST', '/v1/development/euros', { body })).toEqual([400, 'ERR_AMOUNT'])
  })

  test('gives no development euros to nobody, nor for a body with more in it', async () => {
    const asked = { body: { amount: '1', to: world.stranger.address } }
    expect(await world.refusal(world.stranger, 'POST', '/v1/development/euros', asked)).toEqual([400, 'ERR_BODY'])
    expect(await world.refusal(undefined, 'POST', '/v1/development/euros', { body: {} })).toEqual([
      ...[401, 'ERR_SIGN_IN_NEEDED'],
    ])
  })
}
