import { formatInstant, type Hex, type InvoiceParty, shortEur } from '@opem/domain'
import { hashMessage } from 'viem'
import type { OperationalStore } from '../../operational/store.ts'
import { letterPdf } from './letter/letter.ts'

/** That a payment was made, as a machine reads it. Money as decimal euros. */
export interface Receipt {
  readonly schema: 'opem/receipt/1'
  readonly chainId: number
  readonly escrow: Hex
  readonly payment: string
  readonly agreement: string
  readonly number: number
  readonly state: string
  readonly paidAt: string
  readonly amount: string
  readonly refunded: string
  readonly toProvider: string
  readonly fee: string
  readonly consumer: string
  readonly provider: string
  readonly service: string
  /** Where the chain says so. */
  readonly transaction: string
}

interface Row extends Record<string, unknown> {
  readonly agreement: string
  readonly number: string
  readonly state: string
  readonly held_at: string
  readonly amount: string
  readonly refunded: string
  readonly to_provider: string
  readonly fee: string
  readonly consumer: string
  readonly provider: string
  readonly title: string | null
  readonly held_in: string
}

/** undefined while nothing was paid. */
export async function receiptOf(
  rows: OperationalStore['rows'],
  { chainId, escrow }: { chainId: number; escrow: Hex },
  payment: string,
): Promise<Receipt | undefined> {
  const [it] = await rows<Row>(
    `SELECT p.agreement, p.number::text, p.state, p.held_at::text, p.amount::text, p.refunded::text, p.to_provider::text,
       p.fee::text, p.consumer, p.provider, l.document ->> 'title' AS title, e.transaction AS held_in
     FROM market_payments p JOIN market_payment_events e ON e.payment = p.payment AND e.what = 'PaymentHeld'
       LEFT JOIN market_billing b USING (agreement) LEFT JOIN market_listings l ON l.listing = b.listing
     WHERE p.payment = $1`,
    [payment],
  )
  if (it === undefined) return undefined
  const eur = (micro: string) => shortEur(BigInt(micro))
  return {
    ...{ schema: 'opem/receipt/1', chainId, escrow, payment, agreement: it.agreement, number: Number(it.number) },
    ...{
      state: it.state,
      paidAt: formatInstant(Number(it.held_at)),
      amount: eur(it.amount),
      refunded: eur(it.refunded),
    },
    ...{ toProvider: eur(it.to_provider), fee: eur(it.fee), consumer: it.consumer, provider: it.provider },
    ...{ service: it.title ?? '', transaction: it.held_in },
  }
}

/**
 * A receipt that the marketplace's DID signed (EIP-191 over `text`, which is the receipt word by word): whoever resolves the DID
 * can check it with the usual tools, and the transaction says the same without anybody's word.
 * @param sign gives r, s and v: 65 bytes, which is what wallets and libraries take
 */
export async function signedReceipt(
  receipt: Receipt,
  sign: (hash: Hex) => Promise<{ readonly did: string; readonly signature: Hex }>,
): Promise<{ issuer: string; receipt: Receipt; text: string; signature: Hex }> {
  const text = JSON.stringify(receipt)
  const { did, signature } = await sign(hashMessage(text))
  return { issuer: did, receipt, text, signature }
}

/** The same for people. */
export const receiptPdf = (
  it: Receipt,
  { consumer, provider }: { consumer: InvoiceParty | undefined; provider: InvoiceParty | undefined },
): Promise<Buffer> =>
  letterPdf({
    ...{ title: 'Receipt', author: 'OPEM' },
    sides: [
      { title: 'Paid by', lines: linesOf(consumer, it.consumer) },
      { title: 'For', lines: linesOf(provider, it.provider) },
    ],
    facts: [
      ['Paid', it.paidAt],
      ['Service', it.service],
      ['Agreement', it.agreement],
      ['Payment', it.payment],
    ],
    columns: [
      { title: 'What', share: 0.7 },
      { title: 'Amount, €', share: 0.3, isNumber: true },
    ],
    rows: [[`Payment ${it.number} of the agreement`, it.amount]],
    totals: [
      ...(it.refunded === '0.00' ? [] : [['Given back', `€${it.refunded}`] as const]),
      ['Paid', `€${it.amount}`],
    ],
    notes: [
      `The payment is ${it.state}. It stands on chain ${it.chainId}, contract ${it.escrow}, transaction ${it.transaction}: whoever looks there needs nobody’s word.`,
    ],
  })

const linesOf = (party: InvoiceParty | undefined, address: string): string[] =>
  party === undefined
    ? [address]
    : [party.name, party.street, `${party.postalCode} ${party.city}, ${party.country}`, address]
