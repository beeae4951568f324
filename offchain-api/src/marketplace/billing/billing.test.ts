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
import { replaceInvoice } from './invoice/replace-invoice.ts'
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
       FROM market_invoices WHERE payment = $1 AND corrected_by IS NULL`,
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

const useInvoices = () =>
  store.rows<{
    id: string
    number: string
    cents: number
    from: string
    to: string
    agreement: Hex | null
    xml: string
  }>(
    `SELECT id, number, gross_cents::integer AS cents, to_char(to_timestamp(period_from) AT TIME ZONE 'UTC', 'YYYY-MM-DD') AS from,
       to_char(to_timestamp(period_to) AT TIME ZONE 'UTC', 'YYYY-MM-DD') AS to, agreement, xml
     FROM market_invoices WHERE payment IS NULL ORDER BY issued_at, sequence`,
  )
/** The worker has looked at months that are over, as the chain’s clock says. */
const invoicedUse = async (count: number) => {
  await until(async () => {
    billing.wake()
    return (await useInvoices()).length >= count
  })
  expect((await useInvoices()).length).toBe(count)
}
const claim = async (id: Hex, cumulative: bigint) =>
  tell('claim', [id, cumulative, await market.signVoucher(market.consumer.signer, id, cumulative)])
/** Goes on to a day of the next month. */
const nextMonth = async (day: number) => {
  const today = new Date((await market.now()) * 1000)
  const at = Date.UTC(today.getUTCFullYear(), today.getUTCMonth() + 1, day) / 1000
  await market.wait(at - (await market.now()))
}
/** What the escrow’s events say was claimed under agreements of use, µEUR. */
const claimedThere = async (agreement: Hex): Promise<bigint> =>
  (
    await market.client.getContractEvents({
      ...{ ...market.contracts.escrow, eventName: 'VoucherClaimed', args: { agreement }, fromBlock: 0n },
    })
  ).reduce((all, { args }) => all + (args.toProvider ?? 0n) + (args.fee ?? 0n), 0n)

let forecasts: { id: Hex; agreement: Agreement }
let alerts: { id: Hex; agreement: Agreement }

test('use of a month is one invoice between a provider and a consumer, with a line for each agreement', async () => {
  await market.deposit(market.consumer, '50')
  // What the test of vouchers claimed: 2.00 in a month that is over.
  await invoicedUse(1)
  expect((await useInvoices())[0]!.cents).toBe(200)
  await nextMonth(3)
  forecasts = await conclude({ plan: 3, price: 20_000n })
  alerts = await conclude({ plan: 3, price: 30_000n })
  for (const { agreement } of [forecasts, alerts]) await market.reserve(market.consumer, agreement, '20')
  await claim(forecasts.id, 4_000_000n)
  await claim(alerts.id, 1_000_001n)
  await claim(forecasts.id, 4_020_000n)
  const today = new Date((await market.now()) * 1000)
  await followed()
  await turned()
  expect((await useInvoices()).length).toBe(1)
  await nextMonth(2)
  await invoicedUse(2)
  const [, invoice] = await useInvoices()
  const first = (months: number) =>
    new Date(Date.UTC(today.getUTCFullYear(), today.getUTCMonth() + months)).toISOString().slice(0, 10)
  // 4.02 and 1.000001.
  expect([invoice!.cents, invoice!.from, invoice!.to, invoice!.agreement]).toEqual([502, first(0), first(1), null])
  expect(checkInvoice(invoice!.xml)).toEqual([])
  for (const part of [
    `<cbc:Note>Agreement ${forecasts.id}: €4.02 at €0.02 per unit with VAT</cbc:Note>`,
    '<cbc:InvoicedQuantity unitCode="C62">201</cbc:InvoicedQuantity>',
    '<cbc:InvoicedQuantity unitCode="C62">33.333367</cbc:InvoicedQuantity>',
    `<cbc:StartDate>${first(0)}</cbc:StartDate>`,
    '<cbc:TaxExclusiveAmount currencyID="EUR">4.15</cbc:TaxExclusiveAmount>',
    '<cbc:TaxInclusiveAmount currencyID="EUR">5.02</cbc:TaxInclusiveAmount>',
    '<cbc:PrepaidAmount currencyID="EUR">5.02</cbc:PrepaidAmount>',
    '<cbc:PayableAmount currencyID="EUR">0.00</cbc:PayableAmount>',
  ])
    expect(invoice!.xml).toContain(part)
  expect(await noticesOf(market.consumer.account, forecasts.id)).not.toContain(`Invoice ${invoice!.number}`)
  const told = await store.rows<{ account: string }>('SELECT account FROM market_notifications WHERE title = $1', [
    `Invoice ${invoice!.number}`,
  ])
  expect(told.map(({ account }) => account).sort()).toEqual([market.consumer.account, market.provider.account].sort())
})

test('less than half a cent of a month stands on the next invoice, whose period begins with it', async () => {
  await claim(forecasts.id, 4_023_000n)
  const today = new Date((await market.now()) * 1000)
  await nextMonth(2)
  await followed()
  await turned()
  await claim(forecasts.id, 4_024_999n)
  await nextMonth(2)
  await claim(forecasts.id, 4_034_000n)
  await nextMonth(2)
  await invoicedUse(3)
  const [, , invoice] = await useInvoices()
  const first = (months: number) =>
    new Date(Date.UTC(today.getUTCFullYear(), today.getUTCMonth() + months)).toISOString().slice(0, 10)
  // 0.000001 were over; 0.003, 0.001999 and 0.009001 came: 0.014001 in all.
  expect([invoice!.cents, invoice!.from, invoice!.to]).toEqual([1, first(0), first(2)])
  await claim(forecasts.id, 4_040_000n)
  await nextMonth(2)
  await invoicedUse(4)
  expect((await useInvoices())[3]!.cents).toBe(1)
})

test('what invoices of use come to is what the chain moved between the two, to half a cent', async () => {
  const [pair] = await store.rows<{ micro: string; cents: string }>(
    'SELECT micro::text, cents::text FROM market_use_pairs',
  )
  const all = await store.rows<{ agreement: Hex }>('SELECT DISTINCT agreement FROM market_use_lines')
  let moved = 0n
  for (const { agreement } of all) moved += await claimedThere(agreement)
  expect(moved).toBe(7_040_001n) // 2.00 of the test of vouchers, 4.04 and 1.000001
  expect([pair!.micro, pair!.cents]).toEqual(['7040001', '704'])
  expect((await useInvoices()).reduce((sum, { cents }) => sum + cents, 0)).toBe(704)
})

test('use is not invoiced before both sides gave their details, and none of its months is left out', async () => {
  const details = await detailsOf(store.rows, market.consumer.account)
  await store.rows('DELETE FROM market_invoice_details WHERE account = $1', [market.consumer.account])
  await claim(forecasts.id, 5_040_000n)
  await nextMonth(2)
  await claim(forecasts.id, 7_040_000n)
  await nextMonth(2)
  await followed()
  await turned()
  expect((await useInvoices()).length).toBe(4)
  await keepDetails(store.rows, market.consumer.account, details!, 1)
  await invoicedUse(6)
  expect((await useInvoices()).slice(4).map(({ cents }) => cents)).toEqual([100, 200])
})

const replace = (invoice: string, seller = market.provider.account) =>
  store.transaction(async (rows) =>
    replaceInvoice(rows, { invoice, seller, reason: 'The address was wrong' }, 'did:x', await market.now()),
  )
const kept = async (id: string) =>
  (
    await store.rows<Record<'number' | 'xml' | 'cents' | 'credited' | 'replaces' | 'state', string>>(
      `SELECT i.number, i.xml, i.gross_cents::text AS cents, i.credited_cents::text AS credited, p.state,
         i.document #>> '{preceding,number}' AS replaces
       FROM market_invoices i LEFT JOIN market_payments p USING (payment) WHERE id = $1`,
      [id],
    )
  )[0]!
/** The consumer’s details with something else in them. */
const moveHouse = async (change: object) =>
  keepDetails(
    store.rows,
    market.consumer.account,
    { ...(await detailsOf(store.rows, market.consumer.account))!, ...change },
    1,
  )

test('an invoice over use is corrected: a credit note takes it back, another one with the right address refers to it', async () => {
  const wrong = (await useInvoices())[1]!
  expect(await refusal(replace(wrong.id))).toBe('ERR_CORRECTION_SAME')
  expect(await refusal(replace(wrong.id, market.consumer.account))).toBe('ERR_INVOICE_UNKNOWN')
  expect(await refusal(correct(wrong.id, 1n))).toBe('ERR_CREDIT_OF_USE')
  await moveHouse({ street: 'Calle 2' })
  const { invoice, creditNote } = await replace(wrong.id)
  const made = await kept(invoice)
  expect([made.cents, made.credited, made.replaces]).toEqual(['502', '0', wrong.number])
  expect(checkInvoice(made.xml)).toEqual([])
  expect(made.xml).toContain('<cbc:StreetName>Calle 2</cbc:StreetName>')
  expect(made.xml).toMatch(
    new RegExp(`<cac:InvoiceDocumentReference>\\s*<cbc:ID>${wrong.number}</cbc:ID>\\s*<cbc:IssueDate>`),
  )
  expect(await kept(wrong.id)).toMatchObject({ cents: '502', credited: '502' })
  const [note] = await store.rows<{ xml: string; cents: string; settlement: string; number: string }>(
    'SELECT xml, gross_cents::text AS cents, settlement, number FROM market_credit_notes WHERE id = $1',
    [creditNote],
  )
  expect([note!.cents, note!.settlement]).toEqual(['502', 'replaced'])
  expect(note!.xml).toContain(
    `<cbc:Note>Invoice ${made.number} stands in the place of invoice ${wrong.number}; no money moves.</cbc:Note>`,
  )
  expect(await refusal(replace(wrong.id))).toBe('ERR_INVOICE_CORRECTED')
  expect(await refusal(correct(wrong.id, 1n))).toBe('ERR_INVOICE_CORRECTED')
  const told = await store.rows<{ title: string }>(
    'SELECT title FROM market_notifications WHERE account = $1 ORDER BY id DESC LIMIT 2',
    [market.consumer.account],
  )
  expect(told.map(({ title }) => title)).toEqual([`Credit note ${note!.number}`, `Invoice ${made.number}`])
})

test('a corrected invoice of a bank plan is what the bank waits for, with the VAT that the right details bring', async () => {
  const { id, agreement } = await conclude({ plan: 4, price: micro('12.50') })
  const payment = paymentIdOf(id, 0)
  await comesTo(payment, 'invoiced')
  const wrong = (await invoiceOfPayment(payment))!
  await moveHouse({ country: 'DE', vatId: 'DE136695976' })
  const made = await kept((await replace(wrong.id)).invoice)
  // Reverse charge: 12.50 without VAT in the place of 15.13.
  expect([made.cents, made.replaces, made.state]).toEqual(['1250', wrong.number, 'invoiced'])
  expect(made.xml).toContain('<cbc:TaxExemptionReasonCode>VATEX-EU-AE</cbc:TaxExemptionReasonCode>')
  expect(made.xml).toContain('<cbc:PayableAmount currencyID="EUR">12.50</cbc:PayableAmount>')
  expect(await read('CRDT', '15.13', wrong.number)).toEqual(['it names no open invoice of this account'])
  expect(await read('CRDT', '12.50', made.number)).toEqual([`it names invoice ${made.number} and is its amount`])

  const current = (
    await store.rows<{ id: string; digest: Hex }>(
      'SELECT id, digest FROM market_invoices WHERE payment = $1 AND corrected_by IS NULL',
      [payment],
    )
  )[0]!
  await tell('recordBankSettlement', [agreement, 0, current.digest, micro('12.50')])
  await comesTo(payment, 'settled')
  // It is paid: other VAT would be another amount than what moved.
  await moveHouse({ country: 'ES', vatId: 'ESA58818501', street: 'Calle 3' })
  expect(await refusal(replace(current.id))).toBe('ERR_CORRECTION_AMOUNT')
  await moveHouse({ country: 'DE', vatId: 'DE136695976', street: 'Hafen 3' })
  const paid = await kept((await replace(current.id)).invoice)
  expect([paid.cents, paid.replaces, paid.state]).toEqual(['1250', made.number, 'settled'])
  expect(paid.xml).toContain('<cbc:PrepaidAmount currencyID="EUR">12.50</cbc:PrepaidAmount>')
  expect(paid.xml).not.toContain('PaymentMeans')
  expect((await notesOf(id)).map(({ cents, settlement }) => [cents, settlement])).toEqual([
    ['1513', 'replaced'],
    ['1250', 'replaced'],
  ])
})

test('a refund after a correction is taken off the invoice that counts, and the amount that a purse paid stays', async () => {
  const { id } = await conclude({ plan: 1, price: micro('12.50') })
  const payment = paymentIdOf(id, 0)
  await market.deposit(market.consumer, '20')
  await comesTo(payment, 'held')
  await until(async () => (await invoiceOfPayment(payment)) !== undefined)
  const wrong = (await invoiceOfPayment(payment))!
  await tell('refund', [payment, micro('4.005')], market.provider.signer)
  await comesToNotes(id, 1)
  await moveHouse({ country: 'ES', vatId: 'ESA58818501', street: 'Calle 4' })
  const { invoice } = await replace(wrong.id)
  const made = await kept(invoice)
  // 12.50 less 4.00: with 21 % within.
  expect([made.cents, checkInvoice(made.xml)]).toEqual(['850', []])
  expect(made.xml).toContain(`<cbc:Name>What is left of invoice ${wrong.number}</cbc:Name>`)
  expect(made.xml).toContain('<cbc:PrepaidAmount currencyID="EUR">8.50</cbc:PrepaidAmount>')
  await tell('refund', [payment, micro('8.495')], market.provider.signer)
  await comesToNotes(id, 3)
  expect((await notesOf(id)).map(({ cents, source }) => [cents, source])).toEqual([
    ['400', 'refund'],
    ['850', 'correction'],
    ['850', 'refund'],
  ])
  expect((await kept(invoice)).credited).toBe('850')
  expect(await refusal(replace(invoice))).toBe('ERR_INVOICE_CREDITED')
})

test('numbers of invoices and credit notes have no gaps, also of those in the place of others', async () => {
  for (const table of ['market_invoices', 'market_credit_notes'])
    expect(
      await store.rows(
        `SELECT year FROM ${table} GROUP BY seller_account, year HAVING max(sequence) <> count(*) OR min(sequence) <> 1`,
      ),
    ).toEqual([])
})

test('invoices less credit notes are what the chain moved between the two, for each plan', async () => {
  await followed()
  const [purse] = await store.rows<{ off: string; worst: string }>(
    `SELECT count(*) FILTER (WHERE abs(moved - billed) > 5000)::text AS off, count(*)::text AS worst FROM (
       SELECT p.payment, p.amount - p.refunded AS moved,
         (SELECT sum(i.gross_cents - i.credited_cents) * 10000 FROM market_invoices i WHERE i.payment = p.payment) AS billed
       FROM market_payments p WHERE p.invoice IS NOT NULL AND p.held_at IS NOT NULL) x`,
  )
  expect(purse!.off).toBe('0')
  const [use] = await store.rows<{ billed: string; moved: string }>(
    `SELECT sum(gross_cents - credited_cents)::text AS billed,
       (SELECT sum((detail ->> 'toProvider')::numeric + (detail ->> 'fee')::numeric)::text FROM market_reserve_events
        WHERE what = 'VoucherClaimed') AS moved
     FROM market_invoices WHERE payment IS NULL`,
  )
  expect(use).toEqual({ billed: '1004', moved: '10040001' })
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
  expect(received.totals.bankOut).toBe(micro('27.63')) // 15.13 and, of a corrected invoice, 12.50
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
