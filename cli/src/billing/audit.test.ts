import { escrowAbi } from '@opem/contracts'
import type { PublicClient } from 'viem'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Market, openMarket } from '../../../contracts/testing/market.ts'
import { auditBilling } from './audit.ts'

let market: Market
let where: Parameters<typeof auditBilling>[1]
const client = () => market.client as unknown as PublicClient

beforeAll(async () => {
  market = await openMarket()
  const { Escrow: escrow, EuroToken: token } = market.addresses
  where = { escrow, token, fromBlock: 0n }
  const listing = await market.publishListing(market.provider)
  await market.deposit(market.consumer, '100')
  const { agreement } = await market.concludeAgreement(listing, market.consumer, { plan: 1, price: 12_500_000n })
  const write = market.operator.writeContract
  await market.mined(await write({ address: escrow, abi: escrowAbi, functionName: 'pay', args: [agreement, 0] }))
  const use = await market.concludeAgreement(listing, market.consumer, { plan: 3, price: 1n })
  await market.reserve(market.consumer, use.agreement, '10')
  const signature = await market.signVoucher(market.consumer.signer, use.id, 4_000_000n)
  await market.mined(
    await write({ address: escrow, abi: escrowAbi, functionName: 'claim', args: [use.id, 4_000_000n, signature] }),
  )
})
afterAll(() => market?.close())

test('every balance is what the events add up to, and the tokens are there', async () => {
  const audit = await auditBilling(client(), where)
  expect(audit).toMatchObject({ ok: true, findings: [], parties: 2, total: 100_000_000n })
  expect([audit.held, audit.reserved]).toEqual([12_500_000n, 6_000_000n])
})

test('an event that was kept back, or says less, is found at whose purse it is', async () => {
  const without = await auditBilling(client(), where, (events) =>
    events.filter(({ name }) => name !== 'VoucherClaimed'),
  )
  const provider = market.provider.address.toLowerCase()
  expect(without.findings).toEqual([
    `the purse of ${provider}: 0 µEUR by the events, 3900000 by the contract`,
    `the fees of ${provider}: 0 µEUR by the events, 100000 by the contract`,
  ])
  const less = await auditBilling(client(), where, (events) =>
    events.map((it) => (it.name === 'VoucherClaimed' ? { ...it, toProvider: it.toProvider - 1n } : it)),
  )
  expect(less.findings).toEqual([`the purse of ${provider}: 3899999 µEUR by the events, 3900000 by the contract`])
})
