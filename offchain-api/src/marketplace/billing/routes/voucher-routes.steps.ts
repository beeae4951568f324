import { type Hex, voucherTypedData } from '@opem/domain'
import { beforeAll, expect, test } from 'vitest'
import type { BillingWorld } from '../../../testing/billing-world.ts'
import { CHAIN_ID } from '../../../testing/browser.ts'

/** Routes about use: what it has cost, and vouchers for it. */
export function voucherRouteSteps(open: () => BillingWorld): void {
  let world: BillingWorld
  let agreement: Hex
  let path: string
  let half: { cumulative: string; signature: Hex }

  beforeAll(async () => {
    world = open()
    const { id, terms } = await world.under('call')
    agreement = id
    path = `/v1/billing/agreements/${agreement}`
    await world.setAside(world.consumer, terms, 1_000_000n)
    await world.followed()
    half = { cumulative: '0.5', signature: await sign(500_000n) }
  })

  const sign = (cumulative: bigint) =>
    world.consumer.wallet.signTypedData(
      voucherTypedData({ chainId: CHAIN_ID, escrow: world.escrow, voucher: { agreement, cumulative } }),
    )

  test('of an agreement is none before it was given', async () => {
    expect((await world.ask(world.provider, 'GET', `${path}/voucher`)).body).toEqual({ voucher: null })
  })

  test('is given by the consumer, once for one Idempotency-Key', async () => {
    const given = { body: half, key: 'half-a-euro' }
    const first = await world.ask(world.consumer, 'POST', `${path}/vouchers`, given)
    expect([first.status, first.body]).toEqual([200, { agreement, cumulative: '0.50' }])
    const again = await world.ask(world.consumer, 'POST', `${path}/vouchers`, given)
    expect([again.status, again.body, again.replayed]).toEqual([200, { agreement, cumulative: '0.50' }, true])
    expect(await world.refusal(world.consumer, 'POST', `${path}/vouchers`, { body: half })).toEqual([
      ...[409, 'ERR_VOUCHER_NOT_HIGHER'],
    ])
  })

  test('is shown to both sides, who see what it stands for', async () => {
    const voucher = { agreement, cumulative: '0.50', cumulativeMicro: '500000', signature: half.signature }
    for (const who of [world.provider, world.consumer])
      expect((await world.ask(who, 'GET', `${path}/voucher`)).body).toEqual({ voucher })
    const { body } = await world.ask(world.provider, 'GET', '/v1/billing/agreements')
    const [use] = body.items.filter((one: { agreement: Hex }) => one.agreement === agreement)
    expect(use).toMatchObject({
      ...{ side: 'provider', plan: 'pay-per-use', owed: '0.00' },
      use: {
        calls: 0,
        units: 0,
        cost: '0.00',
        vouched: '0.50',
        claimable: '0.50',
        reserved: '1.00',
        creditLimit: '0.04',
      },
    })
  })

  test('of an agreement of others is neither seen nor given', async () => {
    const { stranger, provider } = world
    expect(await world.refusal(stranger, 'GET', `${path}/voucher`)).toEqual([404, 'ERR_AGREEMENT_UNKNOWN'])
    for (const who of [stranger, provider])
      expect(await world.refusal(who, 'POST', `${path}/vouchers`, { body: half })).toEqual([
        ...[404, 'ERR_AGREEMENT_UNKNOWN'],
      ])
    expect((await world.ask(stranger, 'GET', '/v1/billing/agreements')).body).toEqual({ items: [], next: null })
  })

  test('is for an agreement that is paid by use', async () => {
    const { id } = await world.under('once')
    const asked = { body: half }
    expect(await world.refusal(world.consumer, 'POST', `/v1/billing/agreements/${id}/vouchers`, asked)).toEqual([
      ...[409, 'ERR_VOUCHER_PLAN'],
    ])
  })

  test('that somebody else signed, or over more than is set aside, is not taken', async () => {
    const signature = await world.provider.wallet.signTypedData(
      voucherTypedData({ chainId: CHAIN_ID, escrow: world.escrow, voucher: { agreement, cumulative: 600_000n } }),
    )
    const wrong = { body: { cumulative: '0.6', signature } }
    expect(await world.refusal(world.consumer, 'POST', `${path}/vouchers`, wrong)).toEqual([
      ...[409, 'ERR_VOUCHER_SIGNATURE'],
    ])
    const more = { body: { cumulative: '1.01', signature: await sign(1_010_000n) } }
    expect(await world.refusal(world.consumer, 'POST', `${path}/vouchers`, more)).toEqual([
      ...[409, 'ERR_VOUCHER_ABOVE_RESERVE'],
    ])
  })

  test.each([
    ['no amount', { signature: '0x12' }],
    ['an amount that is none', { cumulative: 'much', signature: '0x12' }],
    ['seven decimals', { cumulative: '0.0000001', signature: '0x12' }],
    ['no signature', { cumulative: '1' }],
    ['more than is asked for', { cumulative: '1', signature: '0x12', agreement: 'x' }],
  ])('with %s is not read', async (_what, body) => {
    expect(await world.refusal(world.consumer, 'POST', `${path}/vouchers`, { body })).toEqual([400, 'ERR_BODY'])
  })

  test('is given by nobody who is not signed in', async () => {
    expect(await world.refusal(undefined, 'POST', `${path}/vouchers`, { body: half })).toEqual([
      ...[401, 'ERR_SIGN_IN_NEEDED'],
    ])
    expect(await world.refusal(undefined, 'GET', `${path}/voucher`)).toEqual([401, 'ERR_SIGN_IN_NEEDED'])
  })
}
