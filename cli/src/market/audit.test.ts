import type { Hex, PublicClient } from 'viem'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Market, micro, openMarket } from '../../../contracts/testing/market.ts'
import { auditMarket, type Changes, type MarketAudit } from './audit.ts'

let market: Market
let consumer: string
let agreement: string

beforeAll(async () => {
  market = await openMarket()
  const { contracts, operator, mined, provider } = market
  consumer = market.consumer.address
  const published = await market.publishListing(provider)
  await market.publishListing(provider, { kind: 1 }, await market.representative(provider, 'data-provider', 'ida'))
  const agreed = await market.concludeAgreement(published, market.consumer, { plan: 1, price: micro('12.50') })
  agreement = agreed.id
  await market.deposit(market.consumer, '100')
  const pay = { ...contracts.escrow, functionName: 'pay', args: [agreed.agreement, 0] } as const
  await mined(await operator.writeContract(pay))
})
afterAll(() => market?.close())

const audit = (changes?: Changes): Promise<MarketAudit> =>
  auditMarket(market.client as unknown as PublicClient, market.addresses, 0n, changes)
const findings = async (changes: Changes): Promise<string[]> => {
  const { ok, checks } = await audit(changes)
  expect(ok).toBe(false)
  return checks.flatMap(({ name, findings }) => findings.map((words) => `${name}: ${words}`))
}
/** Other values in the fields of the event of that name. */
const other = (name: string, fields: Record<string, unknown>): Changes => ({
  events: (events) => events.map((it) => (it.name === name ? { ...it, args: { ...it.args, ...fields } } : it)),
})
/** Another digit in every call, so many digits before its end: signatures stand there. */
const forged = (fromEnd: number): Changes => ({
  input: (call) => {
    const at = call.length - fromEnd
    return `${call.slice(0, at)}${call[at] === '0' ? '1' : '0'}${call.slice(at + 1)}` as Hex
  },
})

test('a market that is sound says so, and what was checked', async () => {
  const { ok, checks } = await audit()
  expect(checks.map(({ what, findings }) => [what, findings]).slice(1)).toEqual([
    ['2 listings, 1 agreements, 1 payments, 0 reserves and 1 purses are what the contracts say', []],
    ['the escrow holds what it owes: 100000000 µEUR', []],
    ['2 approvals and 1 agreements are signed by who might sign them', []],
  ])
  expect(ok).toBe(true)
})

test('a payment of more than was agreed upon is found', async () => {
  const found = await findings(other('PaymentHeld', { amount: 12_500_001n }))
  expect(found[0]).toMatch(/^events: PaymentHeld of 0x\w+: its price is 12500000, the event says 12500001$/)
  expect(found[1]).toMatch(/^states: payments 0x\w+: .*"amount":"12500001".* by the events, .*"amount":"12500000"/)
})

test('a payment under another fee, of another interval, or of a party that did not agree is found', async () => {
  expect((await findings(other('PaymentHeld', { feeBps: 249 })))[0]).toMatch(/its fee is 250, the event says 249/)
  expect((await findings(other('PaymentHeld', { number: 1 })))[0]).toMatch(/its id is 0x\w+, the event says 0x/)
  const stranger = `0x${'5'.repeat(40)}`
  expect((await findings(other('PaymentHeld', { consumer: stranger })))[0]).toMatch(/the event says 0x5555/)
})

test('terms that are not those which were signed are found', async () => {
  const events: Changes['events'] = (all) =>
    all.map((it) =>
      it.name === 'AgreementConcluded'
        ? { ...it, args: { ...it.args, agreement: { ...(it.args.agreement as object), price: 1n } } }
        : it,
    )
  expect((await findings({ events }))[0]).toMatch(
    new RegExp(`^events: AgreementConcluded of ${agreement}: its hash is 0x\\w{64}, the event says ${agreement}$`),
  )
})

test('an event that was kept back is found', async () => {
  const found = await findings({ events: (all) => all.filter(({ name }) => name !== 'Deposited') })
  expect(found).toContain(`events: the purse of ${consumer.toLowerCase()} falls to -12500000 µEUR`)
})

test('an approval that no operator signed is found', async () => {
  const found = await findings(forged(192))
  expect(found.filter((words) => words.endsWith('its approval is not signed by an operator'))).toHaveLength(2)
})

test('a signature that is not the consumer’s is found', async () => {
  const found = await findings(forged(192 + 256))
  expect(found.some((words) => words.endsWith(`its consumer ${consumer} did not sign it`))).toBe(true)
})
