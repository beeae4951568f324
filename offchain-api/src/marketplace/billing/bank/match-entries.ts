import type { BankEntry } from './camt053.ts'

/** A bill that waits for money of one direction: an invoice to come to the seller’s account, a credit note to leave it. */
export interface OpenBill {
  readonly kind: 'invoice' | 'credit note'
  readonly id: string
  readonly number: string
  /** The seller’s. */
  readonly iban: string
  /** What is still open, euro cents. */
  readonly open: bigint
}

export interface Match {
  readonly entry: BankEntry
  readonly bill: OpenBill | undefined
  /** Why it was taken, or why not, in words. */
  readonly why: string
}

const SETTLES = { credit: 'invoice', debit: 'credit note' } as const

/**
 * Which entry settles which bill: a credit an invoice, a debit a credit note; who paid names its number, on the seller’s account,
 * with exactly what is open. Everything else is left to a person, and debits that name no credit note are nobody’s business. An
 * entry settles one bill, a bill is settled once.
 */
export function matchEntries(entries: readonly BankEntry[], bills: readonly OpenBill[]): Match[] {
  const open = new Set(bills)
  return entries.flatMap((entry): Match[] => {
    const kind = SETTLES[entry.direction]
    const words = entry.remittance.split(/[\s,;:/]+/)
    const named = [...open].filter((it) => it.kind === kind && it.iban === entry.iban && words.includes(it.number))
    const [bill] = named
    if (bill === undefined)
      return kind === 'invoice' ? [{ entry, bill, why: 'it names no open invoice of this account' }] : []
    if (named.length > 1) return [{ entry, bill: undefined, why: `it names more than one ${kind}` }]
    if (bill.open !== entry.amount)
      return [{ entry, bill: undefined, why: `it names ${kind} ${bill.number}, but is not its amount` }]
    open.delete(bill)
    return [{ entry, bill, why: `it names ${kind} ${bill.number} and is its amount` }]
  })
}
