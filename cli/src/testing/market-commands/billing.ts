import { expect, test } from 'vitest'
import { until } from '../../../../offchain-api/src/testing/harness.ts'
import { SERVICE } from '../../../../offchain-api/src/testing/market-world.ts'
import type { CommandLine } from '../command-line.ts'

/** A payment from when it is due until it is released, with what a provider gives back of it. */
export function billingCommands(open: () => CommandLine): void {
  const [sam, pia] = [
    ['--as', 'sam'],
    ['--as', 'pia'],
  ] as const
  let payment: string
  const listed = async (as: readonly string[]) => {
    const { told } = open()
    return (await told<{ payments: Record<string, string>[] }>('billing', 'payments', ...as)).payments
  }

  test('pays what is due, and lists it with its id for both sides', async () => {
    const { world, opem, sam: consumer, pia: provider } = open()
    const plans = [{ id: 'once', kind: 'one-time', price: 12_500_000 }] as const
    const listing = await world.publish(provider, { ...SERVICE, plans })
    const { id } = await world.conclude(consumer, provider, listing, { plan: 'once' })
    await world.deposit(consumer, 20_000_000n)
    await world.followed()
    expect(await opem('billing', 'pay', id, ...sam)).toMatch(/^paid number 0 /)
    await until(async () => (await listed(sam))[0]?.state === 'held')
    const [paid] = await listed(pia)
    expect(paid).toMatchObject({ title: 'Forecast for homes', side: 'provider', amount: '12.50' })
    payment = paid!.payment!
    expect(await opem('billing', 'payments', ...sam)).toMatch(
      new RegExp(`^${payment}  \\S+  by you  12.50 EUR  held until \\S+  Forecast for homes, no. 0$`),
    )
  })

  test('a provider gives a part back, and nobody else does', async () => {
    const { opem } = open()
    await expect(opem('billing', 'refund', payment, '2.50', ...sam)).rejects.toThrow(
      /^ERR_CONTRACT_REFUSED: The connected account 0x\w{40} does not act for/,
    )
    await expect(opem('billing', 'refund', payment, '99', ...pia)).rejects.toThrow(
      'ERR_CONTRACT_REFUSED: 99.00 EUR are more than the payment of 12.50 EUR.',
    )
    expect(await opem('billing', 'refund', payment, '2.50', ...pia)).toMatch(/^gave back 2.50 EUR /)
    await until(async () => (await listed(sam))[0]?.refunded === '2.50')
  })

  test('its consumer accepts it once', async () => {
    const { opem } = open()
    expect(await opem('billing', 'accept', payment, ...sam)).toMatch(/^accepted: it goes to the provider /)
    await until(async () => (await listed(pia))[0]?.state === 'released')
    await expect(opem('billing', 'accept', payment, ...sam)).rejects.toThrow(
      'ERR_CONTRACT_REFUSED: The payment is released: this is not possible now.',
    )
  })
}
