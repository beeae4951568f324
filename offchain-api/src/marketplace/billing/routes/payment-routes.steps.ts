import { escrowAbi } from '@opem/contracts'
import type { Hex } from '@opem/domain'
import { verifyMessage } from 'viem'
import { beforeAll, expect, test } from 'vitest'
import type { BillingWorld } from '../../../testing/billing-world.ts'

const UNKNOWN = `0x${'4'.repeat(64)}`

/** Routes about one payment: what became of it, its receipt, words of a dispute, and the operator's decision. */
export function paymentRouteSteps(open: () => BillingWorld): void {
  let world: BillingWorld
  let agreement: Hex
  let payment: Hex
  let unpaid: Hex
  let path: string

  beforeAll(async () => {
    world = open()
    ;({ id: agreement } = await world.under('once'))
    payment = await world.payment(agreement, 'held')
    path = `/v1/billing/payments/${payment}`
    unpaid = await world.payment((await world.under('dear')).id, 'due')
  })

  test('is listed for both sides, each with theirs, and for nobody else', async () => {
    const sidesOf = async (who: BillingWorld['consumer']) =>
      (await world.ask(who, 'GET', '/v1/billing/payments')).body.items
        .filter((one: { payment: Hex }) => one.payment === payment)
        .map(({ side, state, amount }: Record<string, string>) => [side, state, amount])
    expect(await sidesOf(world.consumer)).toEqual([['consumer', 'held', '12.50']])
    expect(await sidesOf(world.provider)).toEqual([['provider', 'held', '12.50']])
    expect(await sidesOf(world.stranger)).toEqual([])
  })

  test('is read page by page', async () => {
    const first = (await world.ask(world.consumer, 'GET', '/v1/billing/payments?limit=1')).body
    const second = (await world.ask(world.consumer, 'GET', `/v1/billing/payments?limit=1&after=${first.next}`)).body
    expect([first.items.length, second.items.length]).toEqual([1, 1])
    expect(first.items[0].payment).not.toBe(second.items[0].payment)
  })

  test('is shown with what happened to it to both sides and the operator', async () => {
    const seen = async (who: BillingWorld['consumer']) => {
      const { body } = await world.ask(who, 'GET', path)
      return [body.payment.side, body.events.map(({ what }: { what: string }) => what), body.texts]
    }
    expect(await seen(world.consumer)).toEqual(['consumer', ['PaymentHeld'], []])
    expect(await seen(world.provider)).toEqual(['provider', ['PaymentHeld'], []])
    expect(await seen(world.operator)).toEqual(['operator', ['PaymentHeld'], []])
  })

  test('of others is not there, whatever is asked of it', async () => {
    const { stranger } = world
    const words = { body: { words: 'mine' } }
    expect(await world.refusal(stranger, 'GET', path)).toEqual([404, 'ERR_PAYMENT_UNKNOWN'])
    expect(await world.refusal(stranger, 'GET', `${path}/receipt`)).toEqual([404, 'ERR_PAYMENT_UNKNOWN'])
    expect(await world.refusal(stranger, 'POST', `${path}/words`, words)).toEqual([404, 'ERR_PAYMENT_UNKNOWN'])
    expect(await world.refusal(world.operator, 'GET', `/v1/billing/payments/${UNKNOWN}`)).toEqual([
      ...[404, 'ERR_PAYMENT_UNKNOWN'],
    ])
    expect(await world.refusal(world.consumer, 'GET', '/v1/billing/payments/12')).toEqual([400, 'ERR_PATH'])
  })

  test('has a receipt that the marketplace signed, and one to print', async () => {
    const { body } = await world.ask(world.consumer, 'GET', `${path}/receipt`)
    const address = body.issuer.slice(-42) as Hex
    expect(await verifyMessage({ address, message: body.text, signature: body.signature })).toBe(true)
    const printed = await world.ask(world.provider, 'GET', `${path}/receipt?format=pdf`)
    expect([printed.status, printed.type, printed.body.slice(0, 5)]).toEqual([200, 'application/pdf', '%PDF-'])
  })

  test('has no receipt before it is paid, nor in another format', async () => {
    const refused = await world.refusal(world.consumer, 'GET', `/v1/billing/payments/${unpaid}/receipt`)
    expect(refused).toEqual([409, 'ERR_NOT_PAID'])
    expect(await world.refusal(world.consumer, 'GET', `${path}/receipt?format=doc`)).toEqual([400, 'ERR_QUERY'])
  })

  test('takes no words of the provider before the consumer disputes it, and none without a text', async () => {
    const of = (words: string) => ({ body: { words } })
    expect(await world.refusal(world.provider, 'POST', `${path}/words`, of('It was good.'))).toEqual([
      ...[409, 'ERR_DISPUTE_STATE'],
    ])
    expect(await world.refusal(world.consumer, 'POST', `${path}/words`, of(' '))).toEqual([400, 'ERR_BODY'])
    expect(await world.refusal(world.consumer, 'POST', `/v1/billing/payments/${unpaid}/words`, of('Late.'))).toEqual([
      ...[409, 'ERR_DISPUTE_STATE'],
    ])
  })

  test('is disputed with a reason that is kept once for one Idempotency-Key, and waits for the operator', async () => {
    const said = { body: { words: 'It never ran.' }, key: 'dispute-of-a-test' }
    const first = await world.ask(world.consumer, 'POST', `${path}/words`, said)
    expect(first.body).toMatchObject({ kind: 'reason', side: 'consumer', words: 'It never ran.' })
    const again = await world.ask(world.consumer, 'POST', `${path}/words`, said)
    expect([again.body, again.replayed]).toEqual([first.body, true])
    const other = { ...said, body: { words: 'It was slow.' } }
    expect(await world.refusal(world.consumer, 'POST', `${path}/words`, other)).toEqual([422, 'ERR_IDEMPOTENCY_KEY'])

    await world.mined(
      await world.walletClient(world.consumer.wallet).writeContract({
        ...{ chain: null, address: world.escrow, abi: escrowAbi, functionName: 'dispute' },
        args: [payment, first.body.digest],
      }),
    )
    await world.payment(agreement, 'disputed')
    const answer = { body: { words: 'It ran all day.' } }
    expect((await world.ask(world.provider, 'POST', `${path}/words`, answer)).body.kind).toBe('evidence')
    const { body } = await world.ask(world.operator, 'GET', '/v1/billing/disputes')
    expect(body.items.map((one: Record<string, string>) => [one.payment, one.side])).toEqual([[payment, 'operator']])
    const { body: seen } = await world.ask(world.operator, 'GET', path)
    expect(seen.texts.map(({ words }: { words: string }) => words)).toEqual(['It never ran.', 'It ran all day.'])
    const decided = { body: { words: 'Half of it goes back.' } }
    expect((await world.ask(world.operator, 'POST', `${path}/words`, decided)).body.kind).toBe('decision')
  })

  test('the operator sees fees; sides see neither fees nor disputes of others', async () => {
    const { body } = await world.ask(world.operator, 'GET', '/v1/billing/fees')
    expect(body).toEqual({ due: '0.00', earned: '0.00', owedByBankPlans: '0.00', providers: [] })
    for (const path of ['/v1/billing/fees', '/v1/billing/disputes', '/v1/billing/open-invoices']) {
      expect(await world.refusal(world.provider, 'GET', path)).toEqual([403, 'ERR_NOT_ALLOWED'])
      expect(await world.refusal(undefined, 'GET', path)).toEqual([401, 'ERR_SIGN_IN_NEEDED'])
    }
  })
}
