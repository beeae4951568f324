import { voucherTypedData } from '@opem/domain'
import type { Hex } from 'viem'
import { beforeAll, expect, test } from 'vitest'
import { CHAIN_ID } from '../../testing/browser.ts'
import { until } from '../../testing/harness.ts'
import { runInstance } from '../../testing/provider-service.ts'
import type { ServiceWorld } from '../../testing/service-world.ts'

/** A pay-per-use service by the gateway: 0.02 EUR a call, 0.04 EUR on credit. */
export function paidUseSteps(open: () => ServiceWorld): void {
  let world: ServiceWorld
  let agreement: Hex
  let terms: Awaited<ReturnType<ServiceWorld['conclude']>>['terms']
  let key: string

  beforeAll(async () => {
    world = open()
    await begin()
  })
  /** A new agreement whose service runs, with its access key. */
  async function begin(): Promise<void> {
    const { consumer, provider, listing, service } = world
    ;({ id: agreement, terms } = await world.conclude(consumer, provider, listing, { plan: 'call' }))
    await runInstance(provider, consumer, agreement, service.baseUrl)
    key = (await consumer.browser.call('POST', `/v1/agreements/${agreement}/instance/keys`)).body.key
  }

  const call = async (path = '/day', name?: string): Promise<[number, string | undefined]> => {
    const answer = await fetch(`${world.api().url}/v1/services/${agreement}${path}`, {
      headers: { authorization: `Bearer ${key}`, ...(name !== undefined && { 'opem-request-id': name }) },
    })
    return [answer.status, ((await answer.json()) as { code?: string }).code]
  }
  const reserve = async (amount: bigint) => {
    await world.setAside(world.consumer, terms, amount)
    await world.followed()
  }
  const vouch = async (eur: string, cumulative: bigint) => {
    const escrow = world.chain.deployment.addresses.Escrow as Hex
    const typed = voucherTypedData({ chainId: CHAIN_ID, escrow, voucher: { agreement, cumulative } })
    const signature = await world.consumer.wallet.signTypedData(typed)
    const path = `/v1/billing/agreements/${agreement}/vouchers`
    const { status, body } = await world.consumer.browser.call('POST', path, { cumulative: eur, signature })
    expect([status, body]).toEqual([200, { agreement, cumulative: eur }])
  }
  const used = async () =>
    (await world.consumer.browser.call('GET', `/v1/agreements/${agreement}/usage`)).body.total as object

  test('is refused before something is set aside, and the provider is not asked', async () => {
    expect(await call()).toEqual([402, 'ERR_RESERVE_USED_UP'])
    expect(world.service.asked).toEqual([])
  })

  test('goes on credit as far as the plan gives it, then a voucher is needed', async () => {
    await reserve(120_000n)
    expect([await call(), await call()]).toEqual([
      [200, undefined],
      [200, undefined],
    ])
    expect(await call()).toEqual([402, 'ERR_VOUCHER_NEEDED'])
    expect(await used()).toEqual({ calls: 2, units: '2' })
  })

  test('goes on with a voucher, and no further than what is set aside', async () => {
    await vouch('0.06', 60_000n)
    for (let calls = 3; calls <= 5; calls++) expect(await call()).toEqual([200, undefined])
    expect(await call()).toEqual([402, 'ERR_VOUCHER_NEEDED'])
    await vouch('0.12', 120_000n)
    expect(await call()).toEqual([200, undefined])
    expect(await call()).toEqual([402, 'ERR_RESERVE_USED_UP'])
    expect(await used()).toEqual({ calls: 6, units: '6' })
  })

  test('goes on when more is set aside', async () => {
    await reserve(60_000n)
    expect(await call()).toEqual([200, undefined])
  })

  test('a call that fails gives back what it held', async () => {
    expect(await call('/day?status=500')).toEqual([500, undefined])
    expect(await call()).toEqual([200, undefined])
    expect(await call()).toEqual([402, 'ERR_VOUCHER_NEEDED'])
    expect(await used()).toEqual({ calls: 8, units: '8' })
  })

  test('a call that is cut off by kill -9 gives its unit back at the next start, and can be made anew under its name', async () => {
    await begin()
    await reserve(1_000_000n)
    const before = world.service.asked.length
    const release = world.service.hold()
    const cutOff = [call('/day', 'cut-off-0001'), call('/day', 'cut-off-0002')]
    const ended = Promise.allSettled(cutOff)
    await until(async () => world.service.asked.length - before === 2)
    expect(await call()).toEqual([402, 'ERR_VOUCHER_NEEDED'])
    await world.restart()
    release()
    expect((await ended).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    expect(await call('/day', 'cut-off-0001')).toEqual([200, undefined])
    expect(await call()).toEqual([200, undefined])
    expect(await call()).toEqual([402, 'ERR_VOUCHER_NEEDED'])
    expect(await used()).toEqual({ calls: 2, units: '2' })
  })

  test('of twenty calls at once as many are let through as are covered, and each is counted once', async () => {
    await begin()
    await reserve(1_000_000n)
    await vouch('0.20', 200_000n)
    const before = world.service.asked.length
    const release = world.service.hold()
    let refused = 0
    const calls = Array.from({ length: 20 }, () =>
      call().then((answer) => {
        if (answer[0] === 402) refused += 1
        return answer
      }),
    )
    await until(async () => refused === 8 && world.service.asked.length - before === 12)
    release()
    const answers = await Promise.all(calls)
    expect(answers.filter(([status]) => status === 200)).toHaveLength(12)
    expect(answers.filter(([, code]) => code === 'ERR_VOUCHER_NEEDED')).toHaveLength(8)
    expect(world.service.asked.length - before).toBe(12)
    expect(await used()).toEqual({ calls: 12, units: '12' })
  })

  test('twenty calls at once that are covered are all counted, by the units that the provider reports', async () => {
    await vouch('1.00', 1_000_000n)
    const answers = await Promise.all(Array.from({ length: 20 }, () => call('/day?units=1.5')))
    expect(answers).toEqual(Array.from({ length: 20 }, () => [200, undefined]))
    expect(await used()).toEqual({ calls: 32, units: '42' })
    const { body } = await world.consumer.browser.call('GET', '/v1/billing/agreements')
    const [billed] = body.items.filter((one: { agreement: string }) => one.agreement === agreement)
    expect(billed.use).toMatchObject({ calls: 32, units: 42, cost: '0.84', vouched: '1.00', reserved: '1.00' })
  })
}
