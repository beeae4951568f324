import { join } from 'node:path'
import type { Agreement, Hex } from '@opem/domain'
import { keccak256, parseEther, toHex } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Market, micro, openMarket, type PublishedListing } from '../../../../contracts/testing/market.ts'
import { createOperationalStore, type OperationalStore } from '../../operational/store.ts'
import { type Running, startPostgres, temporaryFolder, until } from '../../testing/harness.ts'
import type { Deployment } from '../../unified-api/chain/deployment.ts'
import { createContent } from '../content/content.ts'
import { createFollower, type Follower } from '../follower/follower.ts'
import { noteAsked, noteCounted } from '../provisioning/usage.ts'
import { type Billing, createBilling } from './billing.ts'
import { followAgreementsForBilling } from './follow-agreements.ts'
import { followEscrow } from './follow-escrow.ts'
import { keepDetails } from './invoice/details.ts'
import { paymentIdOf } from './terms.ts'
import { mayUseMoney, useStanding } from './use-account.ts'
import { claimableVoucher, takeVoucher } from './vouchers.ts'

const DAY = 86_400
const GRACE = 7 * DAY
const relayer = privateKeyToAccount(keccak256(toHex('billing relayer')))

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let postgres: Running
let store: OperationalStore
let market: Market
let follower: Follower
let billing: Billing
let listing: PublishedListing
let deployment: Deployment

beforeAll(async () => {
  folder = await temporaryFolder()
  ;[postgres, market] = await Promise.all([startPostgres({ dir: join(folder.path, 'postgres') }), openMarket()])
  store = createOperationalStore({ url: postgres.url })
  await store.migrate()
  await market.tester.setBalance({ address: relayer.address, value: parseEther('100') })
  deployment = { chainId: 31_337, block: 0, addresses: market.addresses } as unknown as Deployment
  listing = await market.publishListing(market.provider)
  open()
})
afterAll(async () => {
  await shut()
  await store?.close()
  await postgres?.stop()
  await market?.close()
  await folder?.remove()
})

function open(): void {
  const parts = { store, client: market.client as never, deployment: async () => deployment, log: () => undefined }
  follower = createFollower({
    ...{ ...parts, confirmations: 0, pollMs: 20, content: createContent({ url: undefined }) },
    reactions: [followAgreementsForBilling, followEscrow],
  })
  billing = createBilling({ ...parts, follower, settings: { signer: async () => relayer, graceSeconds: GRACE } })
}
async function shut(): Promise<void> {
  await billing?.close()
  await follower?.close()
}

const conclude = (change: Partial<Agreement>) => market.concludeAgreement(listing, market.consumer, change)
const stateOf = async (payment: Hex): Promise<string | undefined> =>
  (await store.rows<{ state: string }>('SELECT state FROM market_payments WHERE payment = $1', [payment]))[0]?.state
const comesTo = (payment: Hex, state: string) =>
  until(async () => {
    billing.wake()
    return (await stateOf(payment)) === state
  })
const availableHere = async (party: string): Promise<string> =>
  (
    await store.rows<{ available: string }>('SELECT available::text FROM market_balances WHERE party = $1', [
      party.toLowerCase(),
    ])
  )[0]?.available ?? '0'
const availableThere = async (party: Hex) =>
  (
    await market.client.readContract({ ...market.contracts.escrow, functionName: 'availableOf', args: [party] })
  ).toString()
const noticesOf = async (account: Hex, agreement: Hex): Promise<string[]> =>
  (
    await store.rows<{ title: string }>(
      `SELECT title FROM market_notifications WHERE account = $1 AND about ->> 'agreement' = $2 ORDER BY id`,
      [account, agreement],
    )
  ).map(({ title }) => title)
/** Everything that the chain has said is applied here. */
const followed = async () => {
  const head = Number(await market.client.getBlockNumber({ cacheTime: 0 }))
  expect(await follower.caughtUpTo(head, 20)).toBe(true)
}
const agreesWithTheChain = async () => {
  await followed()
  for (const { address } of [market.consumer, market.provider])
    expect([address, await availableHere(address)]).toEqual([address, await availableThere(address)])
}

test('a one-time payment is paid by itself from the purse, held, and released when the consumer is silent', async () => {
  await market.deposit(market.consumer, '100')
  const { id } = await conclude({ plan: 1, price: micro('12.50') })
  const payment = paymentIdOf(id, 0)
  await comesTo(payment, 'held')
  expect(await availableThere(market.consumer.address)).toBe(micro('87.50').toString())
  await market.wait(15 * DAY)
  await comesTo(payment, 'released')
  await agreesWithTheChain()
  expect(await noticesOf(market.consumer.account, id)).toEqual([
    'A payment is due',
    'A payment is held in escrow',
    'A payment was released',
  ])
})

test('a subscription is paid at each interval, also several at once, and not after its end', async () => {
  const start = await market.now()
  const { id } = await conclude({ plan: 2, price: micro('5'), interval: DAY, start, end: start + 3 * DAY })
  await comesTo(paymentIdOf(id, 0), 'held')
  await market.wait(10 * DAY)
  await comesTo(paymentIdOf(id, 1), 'held')
  await comesTo(paymentIdOf(id, 2), 'held')
  await followed()
  const numbers = await store.rows('SELECT number::integer FROM market_payments WHERE agreement = $1 ORDER BY number', [
    id,
  ])
  expect(numbers).toEqual([{ number: 0 }, { number: 1 }, { number: 2 }])
  await agreesWithTheChain()
})

test('a purse without money: told, after the grace period suspended, and resumed when it is paid', async () => {
  const { id } = await conclude({ plan: 1, price: micro('500') })
  const payment = paymentIdOf(id, 0)
  const arrears = () => store.rows('SELECT suspended_at FROM market_arrears WHERE payment = $1', [payment])
  await until(async () => (await arrears()).length === 1)
  expect(await stateOf(payment)).toBe('due')
  expect(await mayUseMoney(store.rows, id)).toEqual({ ok: true })

  await market.wait(GRACE + 1)
  await until(async () => (await mayUseMoney(store.rows, id)).ok === false)
  expect(await mayUseMoney(store.rows, id)).toMatchObject({ ok: false, code: 'ERR_PAYMENT_OVERDUE' })

  await market.deposit(market.consumer, '500')
  await comesTo(payment, 'held')
  expect(await mayUseMoney(store.rows, id)).toEqual({ ok: true })
  expect(await noticesOf(market.consumer.account, id)).toEqual([
    'A payment is due',
    'Your purse does not cover what is due',
    'A service is suspended until it is paid',
    'A service goes on',
    'A payment is held in escrow',
  ])
  expect(await noticesOf(market.provider.account, id)).toContain('A service is suspended until it is paid')
  await agreesWithTheChain()
})
test('a payment that is not due any more when its agreement ends is not asked for', async () => {
  const start = (await market.now()) + 30 * DAY
  const { id, agreement } = await conclude({ plan: 1, price: micro('1'), start, notice: 0 })
  const args = [agreement, false, `0x${'0'.repeat(64)}`] as const
  const { consumer, contracts, operator, mined } = market
  await mined(
    await operator.writeContract({
      ...contracts.agreements,
      account: consumer.signer,
      functionName: 'terminate',
      args,
    }),
  )
  await followed()
  await market.wait(31 * DAY)
  await turned()
  expect(await stateOf(paymentIdOf(id, 0))).toBeUndefined()
})
/** The worker has looked at the chain as it is now. */
const turned = async () => {
  await followed()
  const { rows } = store
  await until(async () => {
    billing.wake()
    const [{ count }] = (await rows('SELECT count(*)::integer AS count FROM market_billing WHERE next_at <= $1', [
      await market.now(),
    ])) as [{ count: number }]
    return count === 0
  })
}

test('a dispute that nobody decides lapses by itself, back to the consumer', async () => {
  const { id } = await conclude({ plan: 1, price: micro('3') })
  const payment = paymentIdOf(id, 0)
  await comesTo(payment, 'held')
  const { consumer, contracts, operator, mined } = market
  const args = [payment, `0x${'1'.repeat(64)}`] as const
  await mined(
    await operator.writeContract({ ...contracts.escrow, account: consumer.signer, functionName: 'dispute', args }),
  )
  await comesTo(payment, 'disputed')
  await market.wait(60 * DAY)
  await comesTo(payment, 'returned')
  expect(await store.rows('SELECT lapsed, refunded::text FROM market_payments WHERE payment = $1', [payment])).toEqual([
    { lapsed: true, refunded: '3000000' },
  ])
  await agreesWithTheChain()
})

test('what was written down before an end is paid once afterwards', async () => {
  const { id } = await conclude({ plan: 1, price: micro('2') })
  const payment = paymentIdOf(id, 0)
  await market.tester.setAutomine(false)
  await until(async () => {
    billing.wake()
    return (
      (await store.rows(`SELECT 1 FROM market_escrow_calls WHERE about = $1 AND state = 'signed'`, [payment]))
        .length === 1
    )
  })
  await shut()
  await market.tester.setAutomine(true)
  await market.tester.mine({ blocks: 1 })
  open()
  await comesTo(payment, 'held')
  await until(
    async () =>
      (await store.rows(`SELECT 1 FROM market_escrow_calls WHERE about = $1 AND state = 'done'`, [payment])).length ===
      1,
  )
  const held = await market.client.getContractEvents({
    ...{ ...market.contracts.escrow, eventName: 'PaymentHeld', args: { payment }, fromBlock: 0n },
  })
  expect(held.length).toBe(1)
  await agreesWithTheChain()
})

test('what somebody else was faster to pay counts as done', async () => {
  const { id, agreement } = await conclude({ plan: 1, price: micro('2'), start: (await market.now()) + DAY })
  await followed()
  await market.wait(DAY + 5)
  await market.mined(
    await market.operator.writeContract({ ...market.contracts.escrow, functionName: 'pay', args: [agreement, 0] }),
  )
  await comesTo(paymentIdOf(id, 0), 'held')
  await agreesWithTheChain()
})

const use = async (agreement: Hex, request: string, milliUnits: bigint): Promise<void> => {
  const now = Math.floor(Date.now() / 1000)
  await noteAsked(store.rows, { agreement, request, method: 'GET', now })
  await noteCounted(store.rows, { agreement, request, milliUnits, status: 200 })
}
const give = async (agreement: Hex, cumulative: bigint, signature: Hex) =>
  takeVoucher(
    { store, chain: await billing.chain(), now: 1 },
    { agreement, cumulative, signature },
    { did: 'did:ethr:0x7a69:0x', account: market.consumer.account },
  )

test('use is paid by vouchers: refused without, taken when signed, claimed by the worker when the reserve closes', async () => {
  const { consumer, provider, contracts, operator, mined } = market
  const { id, agreement } = await conclude({ plan: 3, price: 250_000n })
  await followed()
  expect(await mayUseMoney(store.rows, id)).toMatchObject({ ok: false, code: 'ERR_RESERVE_USED_UP' })
  await market.deposit(consumer, '10')
  await market.reserve(consumer, agreement, '10')
  await followed()
  expect(await mayUseMoney(store.rows, id)).toMatchObject({ ok: false, code: 'ERR_VOUCHER_NEEDED' })

  await give(id, 500_000n, await market.signVoucher(consumer.signer, id, 500_000n))
  expect(await mayUseMoney(store.rows, id)).toEqual({ ok: true })
  await use(id, 'a', 1500n)
  expect(await mayUseMoney(store.rows, id)).toMatchObject({ ok: false, code: 'ERR_VOUCHER_NEEDED' })
  expect(await useStanding(store.rows, id)).toMatchObject({
    ...{ owed: 375_000n, vouched: 500_000n, claimed: 0n, reserved: 10_000_000n, claimable: 500_000n },
  })

  const refused = async (cumulative: bigint, signature: Hex) =>
    give(id, cumulative, signature).catch(({ code }) => code)
  const sign = (cumulative: bigint) => market.signVoucher(consumer.signer, id, cumulative)
  expect(await refused(500_000n, await sign(500_000n))).toBe('ERR_VOUCHER_NOT_HIGHER')
  expect(await refused(400_000n, await sign(400_000n))).toBe('ERR_VOUCHER_NOT_HIGHER')
  expect(await refused(10_000_001n, await sign(10_000_001n))).toBe('ERR_VOUCHER_ABOVE_RESERVE')
  expect(await refused(2n ** 96n, `0x${'1'.repeat(130)}`)).toBe('ERR_VOUCHER_AMOUNT')
  expect(await refused(600_000n, await market.signVoucher(provider.signer, id, 600_000n))).toBe('ERR_VOUCHER_SIGNATURE')
  expect(await refused(600_000n, await market.signVoucher(consumer.signer, `0x${'5'.repeat(64)}`, 600_000n))).toBe(
    'ERR_VOUCHER_SIGNATURE',
  )
  expect(await refused(600_000n, await elsewhere(id, 600_000n))).toBe('ERR_VOUCHER_SIGNATURE')
  expect(await refused(600_000n, otherForm(await sign(600_000n)))).toBe('ERR_VOUCHER_SIGNATURE')
  expect(await refused(600_000n, '0x1234')).toBe('ERR_VOUCHER_SIGNATURE')
  await use(id, 'b', 4000n)
  expect(await refused(600_000n, await sign(600_000n))).toBe('ERR_VOUCHER_BELOW_OWED')

  await give(id, 2_000_000n, await sign(2_000_000n))
  expect(await claimableVoucher(store, id)).toMatchObject({ cumulative: 2_000_000n })
  await mined(
    await operator.writeContract({
      ...contracts.escrow,
      account: consumer.signer,
      functionName: 'closeReserve',
      args: [id],
    }),
  )
  const reserve = () => market.client.readContract({ ...contracts.escrow, functionName: 'reserveOf', args: [id] })
  await until(async () => {
    billing.wake()
    return (await reserve()).claimed === 2_000_000n
  })
  await followed()
  expect(await claimableVoucher(store, id)).toBeUndefined()
  await market.wait(60 * DAY)
  await until(async () => {
    billing.wake()
    return (await reserve()).reclaimableAt === 0
  })
  await agreesWithTheChain()
})

/** The same voucher signed for the escrow of another chain. */
const elsewhere = (agreement: Hex, cumulative: bigint): Promise<Hex> =>
  market.consumer.signer.signTypedData({
    domain: { name: 'OPEM Escrow', version: '1', chainId: 1, verifyingContract: market.addresses.Escrow },
    types: {
      Voucher: [
        { name: 'agreement', type: 'bytes32' },
        { name: 'cumulative', type: 'uint96' },
      ],
    },
    primaryType: 'Voucher',
    message: { agreement, cumulative },
  })

/** A signature with s in the upper half, which recovers to the same key. */
function otherForm(signature: Hex): Hex {
  const order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n
  const s = order - BigInt(`0x${signature.slice(66, 130)}`)
  const v = signature.slice(130) === '1b' ? '1c' : '1b'
  return `${signature.slice(0, 66)}${s.toString(16).padStart(64, '0')}${v}` as Hex
}

test('invoices of a bank plan wait for both sides’ details, then are numbered without a gap', async () => {
  const start = await market.now()
  const { id } = await conclude({ plan: 4, price: micro('12.50'), interval: DAY, start, end: start + 3 * DAY })
  await market.wait(4 * DAY)
  await turned()
  const invoices = () =>
    store.rows<{ number: string; gross: number; state: string }>(
      `SELECT i.number, i.gross_cents::integer AS gross, p.state FROM market_invoices i JOIN market_payments p USING (payment)
       WHERE i.agreement = $1 ORDER BY sequence`,
      [id],
    )
  expect(await invoices()).toEqual([])
  const common = { street: 'Calle 1', city: 'Sevilla', postalCode: '41001', country: 'ES' }
  const seller = { ...common, name: 'Acme', email: 'a@acme.example', vatId: 'ESB12345674', vatRate: 2100 }
  await keepDetails(store.rows, market.provider.account, { ...seller, iban: 'ES9121000418450200051332' }, 1)
  await keepDetails(store.rows, market.consumer.account, { ...common, name: 'Bo', email: 'b@b.example' }, 1)
  await until(async () => {
    billing.wake()
    return (await invoices()).length === 3
  })
  const year = new Date((await market.now()) * 1000).getUTCFullYear()
  expect(await invoices()).toEqual([
    { number: `${year}-00001`, gross: 1513, state: 'invoiced' },
    { number: `${year}-00002`, gross: 1513, state: 'invoiced' },
    { number: `${year}-00003`, gross: 1513, state: 'invoiced' },
  ])
})

test('rebuilt from the chain, every balance and payment is as before, and nobody is told again', async () => {
  await agreesWithTheChain()
  const all = () =>
    store.rows(
      `SELECT payment, state, amount, to_provider, fee, refunded FROM market_payments WHERE state NOT IN ('due', 'invoiced') ORDER BY payment`,
    )
  const told = async () => (await store.rows('SELECT count(*) FROM market_notifications'))[0]
  const before = [await all(), await told()]
  await shut()
  await store.rows(`UPDATE market_cursor SET setup = 'another'`)
  open()
  await until(async () => (await all()).length === (before[0] as unknown[]).length && follower.state().stopped === null)
  await turned()
  await agreesWithTheChain()
  expect(await all()).toEqual(before[0])
  expect(await told()).toEqual(before[1])
})
