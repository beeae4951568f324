import { formatInstant, type Hex } from '@opem/domain'
import { expect, test } from 'vitest'
import type { BillingWorld } from '../../testing/billing-world.ts'

const TOGETHER = 20
const once = (code: string) => [
  [code, TOGETHER - 1],
  ['done', 1],
]

/** Answers to one offer, sent at once: more than there are connections to the store, and each waits for the row of one. */
export function answersAtOnceSteps(open: () => BillingWorld): void {
  /** How many of the answers got which code. */
  async function together(who: BillingWorld['consumer'], path: string, body: object = {}) {
    const answers = await Promise.all(Array.from({ length: TOGETHER }, () => open().ask(who, 'POST', path, { body })))
    const counted = new Map<string, number>()
    for (const { status, body } of answers) {
      const what = status === 200 ? 'done' : body.code
      counted.set(what, (counted.get(what) ?? 0) + 1)
    }
    return [...counted].sort()
  }
  const offered = () => open().offer(open().consumer, open().listing, { plan: 'once' })

  test('of twenty signatures one counts, and the others are told so', async () => {
    const { provider } = open()
    const { id, terms } = await offered()
    const signature = await open().sign(provider.wallet, terms)
    expect(await together(provider, `/v1/agreements/${id}/signatures`, { signature })).toEqual(
      once('ERR_OFFER_NOT_OPEN'),
    )
  })

  test('of twenty refusals one counts, and the others are told so', async () => {
    const { id } = await offered()
    const refused = await together(open().provider, `/v1/agreements/${id}/refusals`, { reason: 'too much' })
    expect(refused).toEqual(once('ERR_OFFER_NOT_OPEN'))
  })

  test('of twenty withdrawals one counts, and the others are told so', async () => {
    const { id } = await offered()
    expect(await together(open().consumer, `/v1/agreements/${id}/withdrawals`)).toEqual(once('ERR_OFFER_NOT_OPEN'))
  })

  test('no agreement begins so long ago that years of instalments were due at once', async () => {
    const { consumer, listing } = open()
    const start = formatInstant(Math.floor(Date.now() / 1000) - 61 * 86_400)
    const { terms, document } = await open().draft(consumer.browser, listing as Hex, { plan: 'hourly', start })
    const signature = await open().sign(consumer.wallet, terms)
    const body = { terms, document, signature }
    expect(await open().refusal(consumer, 'POST', '/v1/agreements', { body })).toEqual([422, 'ERR_AGREEMENT_PERIOD'])
  })
}
