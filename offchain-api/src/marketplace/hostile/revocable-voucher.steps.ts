import { escrowAbi, ethereumDidRegistryAbi } from '@opem/contracts'
import { type Hex, voucherTypedData } from '@opem/domain'
import { stringToHex } from 'viem'
import { beforeAll, expect, test } from 'vitest'
import type { BillingWorld } from '../../testing/billing-world.ts'
import { CHAIN_ID } from '../../testing/browser.ts'
import { until } from '../../testing/harness.ts'

/** Who opened a reserve signs for it until it is closed; everybody else may have lost the right before the provider claims. */
export function revocableVoucherSteps(open: () => BillingWorld): void {
  let agreement: Hex
  let path: string
  const delegate = () => open().stranger.wallet

  beforeAll(async () => {
    const { id, terms } = await open().under('call')
    agreement = id
    path = `/v1/billing/agreements/${agreement}`
    await open().setAside(open().consumer, terms, 1_000_000n)
    await open().followed()
    await open().delegate(open().consumer, 'service-user', delegate().address)
  })

  const give = async (by: BillingWorld['consumer']['wallet'], cumulative: bigint) => {
    const voucher = { agreement, cumulative }
    const signature = await by.signTypedData(voucherTypedData({ chainId: CHAIN_ID, escrow: open().escrow, voucher }))
    const body = { cumulative: `${Number(cumulative) / 1e6}`, signature }
    return (await open().ask(open().consumer, 'POST', `${path}/vouchers`, { body })).status
  }
  const use = async () => {
    const { body } = await open().ask(open().provider, 'GET', '/v1/billing/agreements')
    return body.items.find((one: { agreement: Hex }) => one.agreement === agreement).use
  }
  const send = (call: object) =>
    open()
      .walletClient(open().consumer.wallet)
      .writeContract({ chain: null, ...call } as never)
      .then(open().mined)

  test('counts at once when who opened the reserve signed it', async () => {
    expect(await give(open().consumer.wallet, 200_000n)).toBe(200)
    expect(await use()).toMatchObject({ vouched: '0.20', claimable: '0.20' })
  })

  test('can be claimed when a delegate signed it, but nothing is served on its credit', async () => {
    expect(await give(delegate(), 500_000n)).toBe(200)
    expect(await use()).toMatchObject({ vouched: '0.20', claimable: '0.50' })
    expect(await give(delegate(), 500_000n)).toBe(409)
  })

  test('gives way to one over as much by who opened the reserve', async () => {
    expect(await give(open().consumer.wallet, 500_000n)).toBe(200)
    expect(await use()).toMatchObject({ vouched: '0.50', claimable: '0.50' })
    expect(await give(open().consumer.wallet, 500_000n)).toBe(409)
  })

  test('hides no other: what was safe is claimed when the reserve closes, although a higher one has become worthless', async () => {
    expect(await give(delegate(), 800_000n)).toBe(200)
    const { body } = await open().ask(open().provider, 'GET', `${path}/voucher`)
    expect(body.voucher.cumulative).toBe('0.50')
    await send({
      ...{ abi: ethereumDidRegistryAbi, functionName: 'revokeDelegate' },
      ...{ address: open().chain.deployment.addresses.EthereumDIDRegistry as Hex },
      args: [open().consumer.address, stringToHex('opem/service-user', { size: 32 }), delegate().address],
    })
    await send({ address: open().escrow, abi: escrowAbi, functionName: 'closeReserve', args: [agreement] })
    await until(async () => (await use()).claimed === '0.50')
  })
}
