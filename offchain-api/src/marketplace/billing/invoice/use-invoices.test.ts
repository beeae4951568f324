import { join } from 'node:path'
import type { Hex } from '@opem/domain'
import { keccak256, toHex } from 'viem'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { createOperationalStore, type OperationalStore } from '../../../operational/store.ts'
import { type Running, startPostgres, temporaryFolder } from '../../../testing/harness.ts'
import type { MarketEvent, ReactionParts } from '../../follower/reaction.ts'
import { booksOf } from '../books/books.ts'
import { followEscrow } from '../follow-escrow.ts'
import { checkInvoice } from './check-invoice.ts'
import { creditGivenBack } from './credit-given-back.ts'
import { keepDetails } from './details.ts'
import { issueDueInvoices } from './issue-invoices.ts'
import { issueUseInvoices } from './issue-use-invoices.ts'
import { replaceInvoice } from './replace-invoice.ts'

const OCTOBER = 1_790_812_800 // begins
const NOVEMBER = 1_793_491_200
const DECEMBER = 1_796_083_200
const JANUARY = 1_798_761_600
const PROVIDER: Hex = `0x${'a'.repeat(40)}`
const CONSUMER: Hex = `0x${'c'.repeat(40)}`
const ONE: Hex = `0x${'1'.repeat(64)}`
const TWO: Hex = `0x${'2'.repeat(64)}`
const accountOf = (address: Hex): Hex => keccak256(toHex(address))
const [seller, buyer] = [accountOf(PROVIDER), accountOf(CONSUMER)]

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let postgres: Running
let store: OperationalStore

beforeAll(async () => {
  folder = await temporaryFolder()
  postgres = await startPostgres({ dir: join(folder.path, 'postgres') })
  store = createOperationalStore({ url: postgres.url })
  await store.migrate()
})
afterAll(async () => {
  await store?.close()
  await postgres?.stop()
  await folder?.remove()
})

const COMMON = { street: 'Calle 1', city: 'Sevilla', postalCode: '41001', country: 'ES', email: 'a@acme.example' }
beforeEach(async () => {
  const { rows } = store
  await rows(
    `TRUNCATE market_use_lines, market_use_pairs, market_invoices, market_credit_notes, market_invoice_numbers,
       market_credit_note_numbers, market_invoice_details, market_billing, market_payments, market_cursor, market_notifications CASCADE`,
  )
  await store.transaction((inside) => followEscrow.forget(inside))
  blocks = 0
  await keepDetails(rows, seller, { ...COMMON, name: 'Acme', vatId: 'ESB12345674', vatRate: 2100 }, 1)
  await keepDetails(rows, buyer, { ...COMMON, name: 'Bolt' }, 1)
  for (const agreement of [ONE, TWO])
    await rows(
      `INSERT INTO market_billing (agreement, listing, provider, consumer, provider_account, consumer_account, plan, terms, ends_at)
       VALUES ($1, '0x00', $2, $3, $4, $5, 'pay-per-use', $6, 0)`,
      [agreement, PROVIDER, CONSUMER, seller, buyer, JSON.stringify(TERMS)],
    )
})
const TERMS = {
  ...{
    listing: ONE,
    version: 1,
    provider: PROVIDER,
    consumer: CONSUMER,
    terms: ONE,
    plan: 3,
    price: '20000',
    interval: 0,
  },
  ...{ start: OCTOBER, end: 0, notice: 0, feeBps: 250, salt: '1', deadline: '1' },
}

let blocks = 0
const parts: ReactionParts = { content: undefined as never, accountOf, contractAt: () => undefined, first: true }
/** What the escrow says, in a block of its own at a time. */
async function said(name: string, time: number, args: object, logIndex = 0): Promise<void> {
  const block = ++blocks
  const event = {
    contract: 'Escrow',
    name,
    args,
    block,
    time,
    logIndex,
    blockHash: ONE,
    transaction: toHex(block, { size: 32 }),
  }
  await store.transaction(async (rows) => {
    await followEscrow.apply(event as unknown as MarketEvent<'Escrow'>, rows, parts)
    await rows(
      `INSERT INTO market_cursor (setup, block, block_hash) VALUES ('x', $1, '0x') ON CONFLICT (only_one) DO UPDATE SET block = $1`,
      [block],
    )
  })
}
const setAside = async (agreement: Hex, time: number) => {
  await said('Deposited', time, { party: CONSUMER, amount: 10_000_000n, balance: 10_000_000n })
  await said('Reserved', time, {
    ...{
      agreement,
      consumer: CONSUMER,
      provider: PROVIDER,
      amount: 10_000_000n,
      funded: 10_000_000n,
      feeBps: 250,
      key: CONSUMER,
    },
  })
}
const claimed = (agreement: Hex, time: number, cumulative: bigint, amount: bigint) =>
  said('VoucherClaimed', time, { agreement, cumulative, toProvider: amount - amount / 40n, fee: amount / 40n })
const issue = (now: number) => issueUseInvoices(store, async () => ({ block: blocks, until: now }), now)
const invoices = () =>
  store.rows<{ number: string; cents: number; from: number; to: number; xml: string; id: string }>(
    `SELECT id, number, gross_cents::integer AS cents, period_from::integer AS from, period_to::integer AS to, xml
     FROM market_invoices ORDER BY sequence`,
  )
const money = async () => (await invoices()).map(({ number, cents, from, to }) => [number, cents, from, to])

test('a month is invoiced when it is over, in its first second and not before', async () => {
  await setAside(ONE, NOVEMBER - 10)
  await claimed(ONE, NOVEMBER - 1, 1_000_000n, 1_000_000n)
  await claimed(ONE, NOVEMBER, 3_500_000n, 2_500_000n)
  await issue(NOVEMBER - 1)
  expect(await money()).toEqual([])
  await issue(NOVEMBER)
  await issue(NOVEMBER)
  expect(await money()).toEqual([['2026-00001', 100, OCTOBER, NOVEMBER]])
  await issue(DECEMBER)
  expect(await money()).toEqual([
    ['2026-00001', 100, OCTOBER, NOVEMBER],
    ['2026-00002', 250, NOVEMBER, DECEMBER],
  ])
  expect((await invoices()).map(({ xml }) => checkInvoice(xml))).toEqual([[], []])
})

test('rounds that come at once issue one invoice, and a line can be written once', async () => {
  await setAside(ONE, NOVEMBER)
  await claimed(ONE, NOVEMBER, 1_000_000n, 1_000_000n)
  await Promise.all([issue(DECEMBER), issue(DECEMBER), issue(DECEMBER), issue(DECEMBER)])
  expect(await money()).toEqual([['2026-00001', 100, NOVEMBER, DECEMBER]])
  const again = store.rows(`INSERT INTO market_use_lines SELECT agreement, 0, 2, invoice FROM market_use_lines`)
  await expect(again).rejects.toThrow()
})

test('a crash between the invoice and what it covers leaves neither, and its number free', async () => {
  await setAside(ONE, NOVEMBER)
  await claimed(ONE, NOVEMBER, 1_000_000n, 1_000_000n)
  await store.rows(`CREATE FUNCTION die() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'killed'; END $$`)
  await store.rows('CREATE TRIGGER die BEFORE INSERT ON market_use_lines EXECUTE FUNCTION die()')
  await expect(issue(DECEMBER)).rejects.toThrow()
  expect([await money(), await store.rows('SELECT 1 FROM market_notifications')]).toEqual([[], []])
  await store.rows('DROP FUNCTION die() CASCADE')
  await issue(DECEMBER)
  expect(await money()).toEqual([['2026-00001', 100, NOVEMBER, DECEMBER]])
})

test('what is read again is not invoiced again, and a claim that another past moved to a later month is on the next invoice', async () => {
  await setAside(ONE, NOVEMBER)
  await claimed(ONE, NOVEMBER, 1_000_000n, 1_000_000n)
  await claimed(ONE, NOVEMBER + 1, 1_600_000n, 600_000n)
  await issue(DECEMBER)
  await store.transaction((rows) => followEscrow.forget(rows))
  await setAside(ONE, NOVEMBER)
  await claimed(ONE, NOVEMBER, 1_000_000n, 1_000_000n)
  await issue(DECEMBER)
  await claimed(ONE, DECEMBER, 1_600_000n, 600_000n)
  await claimed(ONE, DECEMBER, 1_700_000n, 100_000n)
  await issue(JANUARY)
  expect(await money()).toEqual([
    ['2026-00001', 160, NOVEMBER, DECEMBER],
    ['2027-00001', 10, DECEMBER, JANUARY],
  ])
})

test('while the past is read again nothing is invoiced', async () => {
  await setAside(ONE, NOVEMBER)
  await claimed(ONE, NOVEMBER, 1_000_000n, 1_000_000n)
  await issueUseInvoices(store, async () => ({ block: blocks + 1, until: DECEMBER }), DECEMBER)
  expect(await money()).toEqual([])
})

test('a corrected invoice over use covers no use a second time, and the pair’s cents stay', async () => {
  await setAside(ONE, NOVEMBER)
  await claimed(ONE, NOVEMBER, 1_000_000n, 1_000_000n)
  await issue(DECEMBER)
  await keepDetails(store.rows, buyer, { ...COMMON, name: 'Bolt', vatId: 'DE136695976', country: 'DE' }, 2)
  const [wrong] = await invoices()
  const asked = { invoice: wrong!.id, seller, reason: 'The VAT id was missing' }
  await store.transaction((rows) => replaceInvoice(rows, asked, 'did:x', DECEMBER))
  await issue(DECEMBER)
  expect(await money()).toEqual([
    ['2026-00001', 100, NOVEMBER, DECEMBER],
    ['2026-00002', 100, NOVEMBER, DECEMBER],
  ])
  const [, right] = await invoices()
  expect(checkInvoice(right!.xml)).toEqual([])
  // Reverse charge: the euro that moved is all net.
  expect(right!.xml).toContain('<cbc:TaxExclusiveAmount currencyID="EUR">1.00</cbc:TaxExclusiveAmount>')
  expect(right!.xml).toContain('<cbc:ID>2026-00001</cbc:ID>')
  const notes = await store.rows('SELECT number, gross_cents::integer AS cents, settlement FROM market_credit_notes')
  expect(notes).toEqual([{ number: 'C2026-00001', cents: 100, settlement: 'replaced' }])
  expect(await store.rows('SELECT micro::text, cents::text FROM market_use_pairs')).toEqual([
    { micro: '1000000', cents: '100' },
  ])
})

test('corrections at once make one correction', async () => {
  await setAside(ONE, NOVEMBER)
  await claimed(ONE, NOVEMBER, 1_000_000n, 1_000_000n)
  await issue(DECEMBER)
  await keepDetails(store.rows, buyer, { ...COMMON, name: 'Bolt SA' }, 2)
  const [wrong] = await invoices()
  const asked = { invoice: wrong!.id, seller, reason: 'The name was wrong' }
  const made = await Promise.allSettled(
    [1, 2, 3].map(() => store.transaction((rows) => replaceInvoice(rows, asked, 'did:x', DECEMBER))),
  )
  expect(made.map((it) => (it.status === 'fulfilled' ? 'made' : it.reason.code)).sort()).toEqual([
    ...['ERR_INVOICE_CORRECTED', 'ERR_INVOICE_CORRECTED', 'made'],
  ])
  expect((await money()).length).toBe(2)
})

test('a corrected invoice that waits for the bank has the VAT of the right details; one that was paid keeps its amount', async () => {
  const iban = 'ES9121000418450200051332'
  await keepDetails(store.rows, seller, { ...COMMON, name: 'Acme', vatId: 'ESB12345674', vatRate: 2100, iban }, 1)
  await store.rows(`UPDATE market_billing SET plan = 'bank', terms = $2 WHERE agreement = $1`, [
    ...[TWO, JSON.stringify({ ...TERMS, plan: 4, price: '12500000' })],
  ])
  await store.rows(
    `INSERT INTO market_payments (payment, agreement, number, provider, consumer, provider_account, consumer_account, amount,
       fee_bps, due_at, state, changed_at) VALUES ($1, $1, 0, $2, $3, $4, $5, 12500000, 250, $6, 'due', $6)`,
    [TWO, PROVIDER, CONSUMER, seller, buyer, NOVEMBER],
  )
  await issueDueInvoices(store, NOVEMBER)
  const replace = async (invoice: string) =>
    store.transaction((rows) => replaceInvoice(rows, { invoice, seller, reason: 'No VAT id' }, 'did:x', DECEMBER))
  const refusal = (work: Promise<unknown>) => work.then(String, ({ code }) => code)
  const [first] = await invoices()
  expect(first!.cents).toBe(1513)
  expect(await refusal(replace(first!.id))).toBe('ERR_CORRECTION_SAME')
  await keepDetails(store.rows, buyer, { ...COMMON, name: 'Bolt', vatId: 'DE136695976', country: 'DE' }, 2)
  const second = (await replace(first!.id)).invoice
  const current = () =>
    store.rows(`SELECT i.gross_cents::integer AS cents, p.invoice = i.id AS is_payments, i.due_at::integer AS due
      FROM market_invoices i JOIN market_payments p USING (payment) WHERE corrected_by IS NULL`)
  expect(await current()).toEqual([{ cents: 1250, is_payments: true, due: DECEMBER + 30 * 86_400 }])
  await store.rows(`UPDATE market_payments SET state = 'settled'`)
  await keepDetails(store.rows, buyer, { ...COMMON, name: 'Bolt' }, 3)
  expect(await refusal(replace(second))).toBe('ERR_CORRECTION_AMOUNT')
  await keepDetails(store.rows, buyer, { ...COMMON, name: 'Bolt SA', vatId: 'DE136695976', country: 'DE' }, 4)
  await replace(second)
  expect(await current()).toEqual([{ cents: 1250, is_payments: true, due: DECEMBER }])
  const [, , third] = await invoices()
  expect(third!.xml).toContain('<cbc:PrepaidAmount currencyID="EUR">12.50</cbc:PrepaidAmount>')
  expect((await invoices()).map(({ xml }) => checkInvoice(xml))).toEqual([[], [], []])
  const notes = await store.rows(
    'SELECT number, gross_cents::integer AS cents, xml FROM market_credit_notes ORDER BY number',
  )
  expect(notes.map(({ number, cents, xml }) => [number, cents, checkInvoice(xml as string)])).toEqual([
    ['C2026-00001', 1513, []],
    ['C2026-00002', 1250, []],
  ])
})

test('a statement begins and ends with what was in the purse, whatever it is cut at', async () => {
  await setAside(ONE, OCTOBER)
  await said('Deposited', NOVEMBER, { party: CONSUMER, amount: 5_000_000n, balance: 5_000_000n })
  await claimed(ONE, NOVEMBER, 1_000_000n, 1_000_000n)
  await said('Withdrawn', DECEMBER - 1, { party: CONSUMER, amount: 2_000_000n, balance: 3_000_000n })
  await said('ReserveReclaimed', DECEMBER, { agreement: ONE, amount: 9_000_000n, funded: 1_000_000n })
  await issue(DECEMBER)
  const of = async (account: Hex, from: number, until: number) => {
    const { opening, closing, lines, months } = await booksOf(store.rows, account, { from, until })
    return [opening, closing, lines.map(({ what }) => what), months]
  }
  const months = ['2026-12', '2026-11', '2026-10']
  expect(await of(buyer, OCTOBER, NOVEMBER)).toEqual([0n, 0n, ['deposit', 'set aside for use'], months])
  expect(await of(buyer, NOVEMBER, DECEMBER)).toEqual([0n, 3_000_000n, ['deposit', 'withdrawal'], months])
  expect(await of(buyer, DECEMBER - 1, DECEMBER)).toEqual([5_000_000n, 3_000_000n, ['withdrawal'], months])
  expect(await of(buyer, DECEMBER, JANUARY)).toEqual([
    ...[3_000_000n, 12_000_000n, ['set aside, taken back', 'invoice, received'], months],
  ])
  expect(await of(seller, 0, JANUARY)).toEqual([
    ...[0n, 975_000n, ['use, claimed', 'invoice, sent'], ['2026-12', '2026-11']],
  ])
})

test('moves of one second stand in the order of the chain, whatever kind they are of', async () => {
  for (const agreement of [ONE, TWO]) await setAside(agreement, OCTOBER)
  const { lines } = await booksOf(store.rows, buyer, { from: OCTOBER, until: NOVEMBER })
  expect(lines.map(({ what }) => what)).toEqual(['deposit', 'set aside for use', 'deposit', 'set aside for use'])
})

test('what goes back twice in one second is credited in the order of the chain', async () => {
  await store.rows(`UPDATE market_billing SET plan = 'one-time', terms = $2 WHERE agreement = $1`, [
    ...[TWO, JSON.stringify({ ...TERMS, plan: 1, price: '12500000' })],
  ])
  await said('Deposited', OCTOBER, { party: CONSUMER, amount: 12_500_000n, balance: 12_500_000n })
  const of = { payment: TWO, agreement: TWO, consumer: CONSUMER, provider: PROVIDER }
  await said('PaymentHeld', OCTOBER, { ...of, number: 0, amount: 12_500_000n, feeBps: 250, releasableAt: DECEMBER })
  await issueDueInvoices(store, OCTOBER)
  await said('PaymentRefunded', NOVEMBER, { ...of, amount: 4_005_000n, previous: 1, current: 1 }, 5)
  await said('PaymentRefunded', NOVEMBER, { ...of, amount: 8_495_000n, previous: 1, current: 4 })
  await creditGivenBack(store, NOVEMBER)
  const notes = await store.rows('SELECT gross_cents::integer AS cents FROM market_credit_notes ORDER BY sequence')
  expect(notes.map(({ cents }) => cents)).toEqual([400, 850])
})
