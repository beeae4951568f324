import { escrowAbi } from '@opem/contracts'
import type { Hex } from '@opem/domain'
import { beforeAll, expect, test } from 'vitest'
import type { BillingWorld } from '../../../testing/billing-world.ts'
import { until } from '../../../testing/harness.ts'

const HOUR = 3600
const NUMBERS = Array.from({ length: 20 }, (_, number) => number)

/** The API dies while it pays twenty instalments, twice. */
export function dueKillSteps(open: () => BillingWorld): void {
  let world: BillingWorld
  let agreement: Hex
  let before: bigint

  beforeAll(async () => {
    world = open()
    agreement = (await world.under('hourly')).id
    await world.payment(agreement, 'held')
    before = await available()
  })

  const reads = { abi: escrowAbi } as const
  const available = () =>
    world.chain.client.readContract({
      ...{ ...reads, address: world.escrow, functionName: 'availableOf', args: [world.consumer.address] },
    }) as Promise<bigint>
  /** Numbers of the instalments that the chain has seen paid, each as often as it was. */
  async function paid(): Promise<number[]> {
    const events = await world.chain.client.getContractEvents({
      ...{ ...reads, address: world.escrow, eventName: 'PaymentHeld', args: { agreement }, fromBlock: 0n },
    })
    return events.map(({ args }) => Number((args as { number?: number }).number)).sort((a, b) => a - b)
  }
  const callsIn = async (state: 'wanted' | 'signed' | 'done') =>
    (
      await world.rows<{ n: number }>(
        `SELECT count(*)::integer AS n FROM market_escrow_calls c JOIN market_payments p ON p.payment = c.about
         WHERE c.kind = 'pay' AND p.agreement = $1 AND c.state = $2`,
        [agreement, state],
      )
    )[0]!.n
  /** At least so many transactions wait for a block. */
  const sent = (count: number) => until(async () => (await world.tester.getTxpoolStatus()).pending >= count, 30)
  /** One block with room for a few payments; the others wait. */
  async function mineAFew(): Promise<void> {
    await world.tester.setBlockGasLimit({ gasLimit: 1_000_000n })
    await world.tester.mine({ blocks: 1 })
    await world.tester.setBlockGasLimit({ gasLimit: 30_000_000n })
  }

  test('are each paid once, although the API is killed in the middle of paying them', async () => {
    await world.tester.setAutomine(false)
    await world.tester.increaseTime({ seconds: 19 * HOUR + 60 })
    await world.tester.mine({ blocks: 1 })
    await until(async () => (await callsIn('signed')) === 19, 30)
    await sent(19)

    await mineAFew()
    const some = (await paid()).length
    expect(some).toBeGreaterThan(1)
    expect(some).toBeLessThan(20)
    await world.restart()

    await sent(20 - some)
    await mineAFew()
    const more = (await paid()).length
    expect(more).toBeGreaterThan(some)
    expect(more).toBeLessThan(20)
    await world.tester.request({ method: 'anvil_dropAllTransactions' } as never)
    await world.restart()

    await world.tester.setAutomine(true)
    await world.tester.mine({ blocks: 1 })
    await until(async () => (await paid()).length >= 20, 60)
    await world.payment(agreement, 'held', 19)
    await until(async () => (await callsIn('done')) === 20, 30)
    expect(await paid()).toEqual(NUMBERS)
    expect(before - (await available())).toBe(19_000_000n)
    const rows = await world.rows<{ number: number; state: string }>(
      'SELECT number::integer, state FROM market_payments WHERE agreement = $1 ORDER BY number',
      [agreement],
    )
    expect(rows).toEqual(NUMBERS.map((number) => ({ number, state: 'held' })))
    expect([await callsIn('wanted'), await callsIn('signed'), await callsIn('done')]).toEqual([0, 0, 20])
  })

  test('are what the purse is short of, and no more', async () => {
    const { body } = await world.ask(world.consumer, 'GET', '/v1/billing')
    expect(BigInt(Math.round(Number(body.available) * 1e6))).toBe(await available())
  })
}
