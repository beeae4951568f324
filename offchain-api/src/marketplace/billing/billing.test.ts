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
import { readStatement, settleCreditNote } from './bank/settle.ts'
import { type Billing, createBilling } from './billing.ts'
import { booksOf } from './books/books.ts'
import { periodOf } from './books/period.ts'
import { followAgreementsForBilling } from './follow-agreements.ts'
import { followEscrow } from './follow-escrow.ts'
import { checkInvoice } from './invoice/check-invoice.ts'
import { correctInvoice } from './invoice/correct-invoice.ts'
import { detailsOf, keepDetails } from './invoice/details.ts'
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

const tell = async (functionName: string, args: readonly unknown[], account?: unknown) => {
  const { contracts, operator, mined } = market
  await mined(
    await operator.writeContract({ ...contracts.escrow, ...(account ? { account } : {}), functionName, args } as never),
  )
}
/** Credit notes of an agreement, in the order of their numbers. */
const notesOf = (agreement: Hex) =>
  store.rows<Record<'number' | 'cents' | 'source' | 'settlement', string>>(
    `SELECT n.number, n.gross_cents::text AS cents, n.source, n.settlement FROM market_credit_notes n
     WHERE n.agreement = $1 ORDER BY n.sequence`,
    [agreement],
  )
const invoiceOfPayment = async (payment: Hex) =>
  (
    await store.rows<Record<'id' | 'number' | 'cents' | 'credited' | 'digest' | 'xml', string> & { document: object }>(
      `SELECT id, number, gross_cents::text AS cents, credited_cents::text AS credited, digest, xml, document
       FROM market_invoices WHERE payment = $1`,
      [payment],
    )
  )[0]
const comesToNotes = (agreement: Hex, count: number) =>
  until(async () => {
    billing.wake()
    return (await notesOf(agreement)).length === count
  })
const WORDS = `0x${'3'.repeat(64)}`

test('what a purse paid is invoiced with its VAT within, and refunds make credit notes up to the whole', async () => {
  await market.deposit(market.consumer, '100')
  const { id } = await conclude({ plan: 1, price: micro('12.50') })
  const payment = paymentIdOf(id, 0)
  await comesTo(payment, 'held')
  await until(async () => (await invoiceOfPayment(payment)) !== undefined)
  const invoice = (await invoiceOfPayment(payment))!
  expect([invoice.cents, checkInvoice(invoice.xml)]).toEqual(['1250', []])
  expect(invoice.xml).toContain('<cbc:TaxExclusiveAmount currencyID="EUR">10.33<')
  expect(invoice.xml).toContain('<cbc:PayableAmount currencyID="EUR">0.00<')

  await tell('refund', [payment, micro('4.005')], market.provider.signer)
  await comesToNotes(id, 1)
  await market.wait(15 * DAY)
  await comesTo(payment, 'released')
  await tell('refund', [payment, micro('8.495')], market.provider.signer)
  await comesToNotes(id, 2)
  const year = new Date((await market.now()) * 1000).getUTCFullYear()
  // 8.495 are left of 12.50: 8.50 on an invoice; the two notes come to the whole.
  expect(await notesOf(id)).toEqual([
    { number: `C${year}-00001`, cents: '400', source: 'refund', settlement: 'purse' },
    { number: `C${year}-00002`, cents: '850', source: 'refund', settlement: 'purse' },
  ])
  const [note] = await store.rows<{ xml: string }>(
    'SELECT xml FROM market_credit_notes WHERE agreement = $1 ORDER BY sequence',
    [id],
  )
  expect(note!.xml).toContain(`<cbc:ID>${invoice.number}</cbc:ID>`)
  expect((await invoiceOfPayment(payment))!.credited).toBe('1250')
  await agreesWithTheChain()
})

test('a decided and a lapsed dispute make credit notes of what went back', async () => {
  const { consumer } = market
  const [one, other] = [await conclude({ plan: 1, price: micro('20') }), await conclude({ plan: 1, price: micro('3') })]
  const [decided, lapsed] = [paymentIdOf(one.id, 0), paymentIdOf(other.id, 0)]
  for (const payment of [decided, lapsed]) {
    await comesTo(payment, 'held')
    await until(async () => (await invoiceOfPayment(payment)) !== undefined)
    await tell('dispute', [payment, WORDS], consumer.signer)
  }
  await tell('decide', [decided, micro('8'), WORDS])
  await comesToNotes(one.id, 1)
  expect(await notesOf(one.id)).toMatchObject([{ cents: '800', source: 'decision', settlement: 'purse' }])
  await market.wait(60 * DAY)
  await comesToNotes(other.id, 1)
  expect(await notesOf(other.id)).toMatchObject([{ cents: '300', source: 'lapse', settlement: 'purse' }])
})

test('what went back before there were details is not invoiced', async () => {
  const { consumer, provider } = market
  const details = await detailsOf(store.rows, consumer.account)
  await store.rows('DELETE FROM market_invoice_details WHERE account = $1', [consumer.account])
  const { id } = await conclude({ plan: 1, price: micro('10') })
  const payment = paymentIdOf(id, 0)
  await comesTo(payment, 'held')
  await tell('refund', [payment, micro('4')], provider.signer)
  await followed()
  await turned()
  expect(await invoiceOfPayment(payment)).toBeUndefined()
  await keepDetails(store.rows, consumer.account, details!, 1)
  await until(async () => {
    billing.wake()
    return (await invoiceOfPayment(payment)) !== undefined
  })
  expect((await invoiceOfPayment(payment))!.cents).toBe('600')
  await tell('refund', [payment, micro('1')], provider.signer)
  await comesToNotes(id, 1)
  expect(await notesOf(id)).toMatchObject([{ cents: '100' }])
})

const correct = (invoice: string, amount: bigint | undefined, seller = market.provider.account) =>
  store.transaction(async (rows) =>
    correctInvoice(rows, { invoice, seller, amount, reason: 'Two weeks were missing' }, 'did:x', await market.now()),
  )
const refusal = (work: Promise<unknown>) => work.then(String, ({ code }) => code)
const statementOf = (direction: string, amount: string, names: string) =>
  `<Document><BkToCstmrStmt><Stmt><Acct><Id><IBAN>ES9121000418450200051332</IBAN></Id></Acct><Ntry>
   <Amt Ccy="EUR">${amount}</Amt><CdtDbtInd>${direction}</CdtDbtInd><Sts>BOOK</Sts><BookgDt><Dt>2026-11-27</Dt></BookgDt>
   <AcctSvcrRef>${names}</AcctSvcrRef><NtryDtls><TxDtls><RmtInf><Ustrd>${names}</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>
   </Stmt></BkToCstmrStmt></Document>`
const read = (...of: Parameters<typeof statementOf>) =>
  store.transaction(async (rows) => (await readStatement(rows, statementOf(...of), 1)).map(({ why }) => why))

test('a seller corrects an invoice that waits for the bank: less of it is asked for, and after all of it nothing', async () => {
  const { id } = await conclude({ plan: 4, price: micro('12.50') })
  const payment = paymentIdOf(id, 0)
  await comesTo(payment, 'invoiced')
  const invoice = (await invoiceOfPayment(payment))!
  expect(await refusal(correct(invoice.id, 1514n))).toBe('ERR_CREDIT_AMOUNT')
  expect(await refusal(correct(invoice.id, 100n, market.consumer.account))).toBe('ERR_INVOICE_UNKNOWN')
  await correct(invoice.id, 605n)
  expect(await notesOf(id)).toMatchObject([{ cents: '605', source: 'correction', settlement: 'offset' }])
  // 15.13 less 6.05.
  expect(await read('CRDT', '15.13', invoice.number)).toEqual([
    `it names invoice ${invoice.number}, but is not its amount`,
  ])
  expect(await read('CRDT', '9.08', invoice.number)).toEqual([`it names invoice ${invoice.number} and is its amount`])
  await correct(invoice.id, undefined)
  expect((await notesOf(id)).map(({ cents }) => cents)).toEqual(['605', '908'])
  expect(await stateOf(payment)).toBe('returned')
  expect(await refusal(correct(invoice.id, undefined))).toBe('ERR_CREDIT_AMOUNT')
})

test('an invoice that nobody pays: told when it is overdue, after the grace period suspended', async () => {
  const { id } = await conclude({ plan: 4, price: micro('12.50') })
  const payment = paymentIdOf(id, 0)
  await comesTo(payment, 'invoiced')
  const { number } = (await invoiceOfPayment(payment))!
  await market.wait(30 * DAY + 60)
  const told = (title: string) => until(async () => (await noticesOf(market.consumer.account, id)).includes(title))
  await told(`Invoice ${number} is overdue`)
  expect(await mayUseMoney(store.rows, id)).toEqual({ ok: true })
  await market.wait(GRACE)
  await told('A service is suspended until it is paid')
  expect(await mayUseMoney(store.rows, id)).toMatchObject({ ok: false, code: 'ERR_PAYMENT_OVERDUE' })
  await correct((await invoiceOfPayment(payment))!.id, undefined)
  expect(await mayUseMoney(store.rows, id)).toEqual({ ok: true })
})

test('a correction after an invoice was paid is paid back by bank: a debit names it, the operator records it once', async () => {
  const { id, agreement } = await conclude({ plan: 4, price: micro('12.50') })
  const payment = paymentIdOf(id, 0)
  await comesTo(payment, 'invoiced')
  const invoice = (await invoiceOfPayment(payment))!
  await tell('recordBankSettlement', [agreement, 0, invoice.digest, micro('15.13')])
  await comesTo(payment, 'settled')
  const note = await correct(invoice.id, 605n)
  const { number, settlement } = (await notesOf(id))[0]!
  expect(settlement).toBe('bank')
  expect(await read('CRDT', '6.05', number)).toEqual(['it names no open invoice of this account'])
  expect(await read('DBIT', '6.05', number)).toEqual([`it names credit note ${number} and is its amount`])
  const settle = () => store.transaction((rows) => settleCreditNote(rows, note, 'did:x', 1))
  await settle()
  expect(await refusal(settle())).toBe('ERR_CREDIT_NOTE_SETTLED')
  const [noted] = await store.rows<{ entry: string }>(
    `SELECT entry FROM market_audit_log WHERE action = 'billing.credit-note-settled'`,
  )
  expect(JSON.parse(noted!.entry)).toMatchObject({ about: { creditNote: note }, detail: { reference: number } })
})

test('what a purse paid is not corrected by hand: the money goes back, and the note with it', async () => {
  const [invoice] = await store.rows<{ id: string }>(`SELECT id FROM market_invoices WHERE paid_by = 'purse' LIMIT 1`)
  expect(await refusal(correct(invoice!.id, 1n))).toBe('ERR_CREDIT_BY_REFUND')
})

test('an account’s books add up to its purse, and count credit notes against invoices', async () => {
  await agreesWithTheChain()
  for (const { account, address } of [market.consumer, market.provider]) {
    const books = await booksOf(store.rows, account, periodOf(undefined))
    expect([address, books.closing.toString()]).toEqual([address, await availableThere(address)])
    const halves = await Promise.all(
      [
        { from: 0, until: books.lines[9]!.at },
        { from: books.lines[9]!.at, until: 2 ** 40 },
      ].map((period) => booksOf(store.rows, account, period)),
    )
    expect([halves[0]!.closing, halves[1]!.closing]).toEqual([halves[1]!.opening, books.closing])
  }
  const sent = await booksOf(store.rows, market.provider.account, periodOf(undefined))
  const received = await booksOf(store.rows, market.consumer.account, periodOf(undefined))
  expect(sent.totals.vatSent > 0n).toBe(true)
  expect(received.totals.vatReceived).toBe(sent.totals.vatSent)
  expect(received.totals.bankOut).toBe(micro('15.13'))
  expect(received.totals.bankIn).toBe(micro('6.05'))
})

test('rebuilt from the chain, every balance and payment is as before, and nobody is told again', async () => {
  await agreesWithTheChain()
  const all = () =>
    store.rows(
      `SELECT payment, state, amount, to_provider, fee, refunded FROM market_payments WHERE state NOT IN ('due', 'invoiced') ORDER BY payment`,
    )
  const told = async () => (await store.rows('SELECT count(*) FROM market_notifications'))[0]
  const bills = () =>
    store.rows(
      `SELECT number, gross_cents FROM market_invoices UNION ALL SELECT number, gross_cents FROM market_credit_notes ORDER BY 1`,
    )
  const before = [await all(), await told(), await bills()]
  await shut()
  await store.rows(`UPDATE market_cursor SET setup = 'another'`)
  open()
  await until(async () => (await all()).length === (before[0] as unknown[]).length && follower.state().stopped === null)
  await turned()
  await agreesWithTheChain()
  expect(await all()).toEqual(before[0])
  expect(await told()).toEqual(before[1])
  expect(await bills()).toEqual(before[2])
  expect(await store.rows(`SELECT 1 FROM market_payments WHERE state = 'due' AND invoice IS NOT NULL`)).toEqual([])
})
