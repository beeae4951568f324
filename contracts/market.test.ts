import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Market, MONTH, micro, openMarket } from './testing/market.ts'

let market: Market

beforeAll(async () => {
  market = await openMarket()
})
afterAll(() => market?.close())

test('a listing is published, agreed upon, and paid by use through a voucher', async () => {
  const { client, operator, provider, consumer, contracts, mined } = market
  const published = await market.publishListing(provider)
  const { id, agreement } = await market.concludeAgreement(published, consumer, { plan: 3, price: micro('0.05') })
  await market.deposit(consumer, '100')
  await market.reserve(consumer, agreement, '40')
  const signature = await market.signVoucher(consumer.signer, id, micro('12.50'))
  const claim = { ...contracts.escrow, functionName: 'claim', args: [id, micro('12.50'), signature] } as const
  await mined(await operator.writeContract(claim))

  const read = { ...contracts.escrow } as const
  expect(await client.readContract({ ...read, functionName: 'availableOf', args: [consumer.address] })).toBe(
    60_000_000n,
  )
  // 12.50 EUR less 2.5 %.
  expect(await client.readContract({ ...read, functionName: 'availableOf', args: [provider.address] })).toBe(
    12_187_500n,
  )
  expect(await client.readContract({ ...read, functionName: 'feesOf', args: [provider.address] })).toBe(312_500n)
})

test('a representative of a company publishes for it, and terminates for it with notice', async () => {
  const { client, provider, consumer, contracts, mined, operator } = market
  const employee = await market.representative(provider, 'service-provider', 'an employee')
  const published = await market.publishListing(provider, {}, employee)
  const { id, agreement } = await market.concludeAgreement(published, consumer)
  const call = { ...contracts.agreements, functionName: 'terminate', args: [agreement, true, id] } as const
  const receipt = await mined(await operator.writeContract({ ...call, account: employee }))
  const { timestamp } = await client.getBlock({ blockNumber: receipt.blockNumber })
  const standing = await client.readContract({ ...contracts.agreements, functionName: 'standingOf', args: [id] })
  expect(standing).toMatchObject({ state: 2, startsAt: agreement.start, endsAt: Number(timestamp) + MONTH })
})
