import { type Bill, type CreditNote, centToMicro, type Hex, type Invoice, OpemError } from '@opem/domain'
import { sha256, toBytes } from 'viem'
import type { OperationalStore } from '../../../operational/store.ts'
import { checkInvoice } from './check-invoice.ts'

type Rows = OperationalStore['rows']

/** The day of an instant, UTC. */
export const dayOf = (instant: number): string => new Date(instant * 1000).toISOString().slice(0, 10)

/**
 * The next number of a seller’s year. Its row stays locked until the bill is there: numbers follow each other without a gap.
 */
export async function nextNumber(
  rows: Rows,
  series: 'invoice' | 'credit_note',
  seller: string,
  now: number,
): Promise<{ readonly year: number; readonly sequence: number }> {
  const year = new Date(now * 1000).getUTCFullYear()
  const table = `market_${series}_numbers`
  const [counted] = await rows<{ last: number }>(
    `INSERT INTO ${table} (seller, year, last) VALUES ($1, $2, 1)
     ON CONFLICT (seller, year) DO UPDATE SET last = ${table}.last + 1 RETURNING last`,
    [seller, year],
  )
  return { year, sequence: counted!.last }
}

/** A bill as it is kept: for people, for machines, and the digest of that. @throws ERR_BILL_RULES when a receiver would refuse it */
export function keptBill(bill: Bill, xml: string): { document: string; xml: string; digest: string } {
  const broken = checkInvoice(xml)
  if (broken.length > 0)
    throw new OpemError({
      code: 'ERR_BILL_RULES',
      shortMessage: `bill ${bill.number} breaks ${broken.map(({ rule }) => rule).join(', ')}; it is not issued`,
    })
  const document = JSON.stringify(bill, (_, value) => (typeof value === 'bigint' ? value.toString() : value))
  return { document, xml, digest: sha256(toBytes(xml)) }
}

type Stored<T extends Bill> = Omit<T, 'lines' | 'total'> & {
  readonly total?: string
  readonly lines: readonly (Omit<Bill['lines'][number], 'price' | 'quantity'> & { price: string; quantity: string })[]
}

/** A stored bill as it was issued. */
function billOf<T extends Bill>(document: Record<string, unknown>): T {
  const { total, lines, ...stored } = document as unknown as Stored<T>
  return {
    ...stored,
    ...(total === undefined ? {} : { total: BigInt(total) }),
    lines: lines.map((line) => ({ ...line, price: BigInt(line.price), quantity: BigInt(line.quantity) })),
  } as unknown as T
}
export const invoiceOf = (document: Record<string, unknown>): Invoice => billOf<Invoice>(document)
export const creditNoteOf = (document: Record<string, unknown>): CreditNote => billOf<CreditNote>(document)

/** Cents of a row as euros, `12.50`. */
export const centsAsMicro = (cents: string): bigint => centToMicro(BigInt(cents))

/** What a notice of a bill is about. */
export const aboutOf = ({ agreement, payment }: { agreement: string | null; payment: string | null }) => ({
  ...(agreement === null ? {} : { agreement: agreement as Hex }),
  ...(payment === null ? {} : { payment: payment as Hex }),
})
