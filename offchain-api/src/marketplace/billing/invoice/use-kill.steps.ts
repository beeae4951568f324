import { escrowAbi } from '@opem/contracts'
import { type Hex, voucherTypedData } from '@opem/domain'
import { beforeAll, expect, test } from 'vitest'
import type { BillingWorld } from '../../../testing/billing-world.ts'
import { CHAIN_ID } from '../../../testing/browser.ts'
import { until } from '../../../testing/harness.ts'

/** The API dies while it invoices what was used, and the chain’s past is read again. */
export function useKillSteps(open: () => BillingWorld): void {
  let world: BillingWorld
  let agreement: Hex

  beforeAll(async () => {
    world = open()
    const { id, terms } = await world.under('call')
    agreement = id
    await world.setAside(world.consumer, terms, 5_000_000n)
  })

  const sign = (cumulative: bigint) =>
    world.consumer.wallet.signTypedData(
      voucherTypedData({ chainId: CHAIN_ID, escrow: world.escrow, voucher: { agreement, cumulative } }),
    )
  async function claim(cumulative: bigint): Promise<void> {
    const args = [agreement, cumulative, await sign(cumulative)] as const
    await world.mined(
      await world.chain.administrator.writeContract({
        ...{ chain: null, address: world.escrow, abi: escrowAbi, functionName: 'claim', args },
      }),
    )
  }
  /** Goes on to the second day of the next month of the chain. */
  async function nextMonth(): Promise<void> {
    const now = Number((await world.chain.client.getBlock()).timestamp)
    const day = new Date(now * 1000)
    const next = Date.UTC(day.getUTCFullYear(), day.getUTCMonth() + 1, 2) / 1000
    await world.tester.increaseTime({ seconds: next - now })
    await world.tester.mine({ blocks: 1 })
  }
  const invoices = () =>
    world.rows<{ cents: number; micro: string }>(
      `SELECT i.gross_cents::integer AS cents, (u.to_micro - u.from_micro)::text AS micro
       FROM market_use_lines u JOIN market_invoices i ON i.id = u.invoice WHERE u.agreement = $1 ORDER BY u.from_micro`,
      [agreement],
    )

  test('of three months is on three invoices, although the API is killed again and again', async () => {
    for (const cumulative of [1_000_000n, 1_500_000n, 4_000_000n]) {
      await claim(cumulative)
      await nextMonth()
      await world.restart()
    }
    await until(async () => (await invoices()).length === 3, 60)
    expect(await invoices()).toEqual([
      { cents: 100, micro: '1000000' },
      { cents: 50, micro: '500000' },
      { cents: 250, micro: '2500000' },
    ])
  })

  test('is not invoiced again when all events are read anew', async () => {
    const all = async () => (await world.rows('SELECT 1 FROM market_invoices WHERE payment IS NULL')).length
    const before = await all()
    await world.rows(`UPDATE market_cursor SET setup = 'another'`)
    await world.restart()
    await world.followed()
    await until(
      async () =>
        (await world.rows('SELECT 1 FROM market_use_months WHERE agreement = $1 AND covered', [agreement])).length ===
        3,
      60,
    )
    await claim(4_500_000n)
    await nextMonth()
    await until(async () => (await invoices()).length === 4, 60)
    expect((await invoices()).at(-1)).toEqual({ cents: 50, micro: '500000' })
    expect(await all()).toBe(before + 1)
  })
}
