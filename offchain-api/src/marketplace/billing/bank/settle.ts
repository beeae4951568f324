import { OpemError } from '@opem/domain'
import type { OperationalStore } from '../../../operational/store.ts'
import { Refusal } from '../../../unified-api/problem.ts'
import { noteAction } from '../../audit-log/note.ts'
import { notify } from '../../notifications/notify.ts'
import { readCamt053 } from './camt053.ts'
import { type Match, matchEntries, type OpenBill } from './match-entries.ts'

type Rows = OperationalStore['rows']

/** Bills that wait for the bank and that no statement named yet; locked, so that two statements do not settle one. */
async function openBills(rows: Rows): Promise<OpenBill[]> {
  type Row = { id: string; number: string; iban: string | null; open: string }
  const invoices = await rows<Row>(
    `SELECT i.id, i.number, i.document #>> '{seller,iban}' AS iban, (i.gross_cents - i.credited_cents)::text AS open
     FROM market_invoices i JOIN market_payments p USING (payment)
     WHERE p.state = 'invoiced' AND i.corrected_by IS NULL
       AND NOT EXISTS (SELECT 1 FROM market_bank_credits c WHERE c.invoice = i.id)
     FOR UPDATE OF i`,
  )
  const notes = await rows<Row>(
    `SELECT n.id, n.number, n.document #>> '{seller,iban}' AS iban, n.gross_cents::text AS open FROM market_credit_notes n
     WHERE n.settlement = 'bank' AND n.settled_at IS NULL
       AND NOT EXISTS (SELECT 1 FROM market_bank_credits c WHERE c.credit_note = n.id)
     FOR UPDATE OF n`,
  )
  const bills = (kind: OpenBill['kind'], of: readonly Row[]): OpenBill[] =>
    of.map(({ id, number, iban, open }) => ({ kind, id, number, iban: iban ?? '', open: BigInt(open) }))
  return [...bills('invoice', invoices), ...bills('credit note', notes)]
}

/**
 * Reads a bank statement and keeps which bills it settles. What left the account is kept only where it pays a credit note back.
 * @throws Refusal ERR_XML, ERR_CAMT
 */
export async function readStatement(rows: Rows, camt053: string, now: number): Promise<Match[]> {
  const matched = matchEntries(parsed(camt053), await openBills(rows))
  for (const { entry, bill, why } of matched)
    if (entry.direction === 'credit' || bill !== undefined)
      await rows(
        `INSERT INTO market_bank_credits (direction, iban, cents, booked_on, reference, invoice, credit_note, why, read_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (direction, iban, booked_on, cents, reference) DO NOTHING`,
        [
          ...[entry.direction, entry.iban, entry.amount.toString(), entry.bookedOn, entry.reference],
          ...[bill?.kind === 'invoice' ? bill.id : null, bill?.kind === 'credit note' ? bill.id : null, why, now],
        ],
      )
  return matched
}

function parsed(camt053: string) {
  try {
    return readCamt053(camt053)
  } catch (cause) {
    if (!(cause instanceof OpemError)) throw cause
    throw new Refusal(400, cause.code, cause.shortMessage)
  }
}

/**
 * Records that a seller paid a credit note back by bank: the contract knows invoices alone, so this stands in the audit log.
 * @throws Refusal ERR_CREDIT_NOTE_UNKNOWN, ERR_CREDIT_NOTE_SETTLED
 */
export async function settleCreditNote(rows: Rows, id: string, by: string, now: number): Promise<void> {
  type Row = { settled_at: string | null; number: string; digest: string; payment: string; agreement: string } & Sides
  type Sides = { seller_account: `0x${string}`; buyer_account: `0x${string}`; reference: string | null }
  const [it] = await rows<Row>(
    `SELECT settled_at::text, number, digest, payment, agreement, seller_account, buyer_account,
       (SELECT reference FROM market_bank_credits c WHERE c.credit_note = n.id LIMIT 1) AS reference
     FROM market_credit_notes n WHERE id = $1 FOR UPDATE`,
    [id],
  )
  if (it === undefined) throw new Refusal(404, 'ERR_CREDIT_NOTE_UNKNOWN', `there is no credit note ${id}`)
  if (it.settled_at !== null)
    throw new Refusal(409, 'ERR_CREDIT_NOTE_SETTLED', `nothing of credit note ${it.number} is to be paid back`)
  await rows('UPDATE market_credit_notes SET settled_at = $2 WHERE id = $1', [id, now])
  await noteAction(rows, {
    ...{ by, account: it.seller_account, action: 'billing.credit-note-settled' },
    ...{ about: { creditNote: id, payment: it.payment }, detail: { digest: it.digest, reference: it.reference } },
  })
  for (const account of [it.buyer_account, it.seller_account])
    await notify(rows, {
      ...{ account, kind: 'payment-refunded', about: { agreement: it.agreement, payment: it.payment } },
      words: {
        title: `Credit note ${it.number} was paid back`,
        text: 'The operator recorded that it was paid back by bank.',
      },
      link: '/billing',
    })
}
