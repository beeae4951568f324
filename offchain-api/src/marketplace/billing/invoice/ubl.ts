import type { Bill, CreditNote, Invoice, Preceding } from '@opem/domain'
import type { XMLBuilder } from 'xmlbuilder2/lib/interfaces.d.ts'
import {
  amounts,
  CUSTOMIZATION,
  documentOf,
  KINDS,
  type Kind,
  PROFILE,
  parties,
  paymentMeans,
  period,
  text,
} from './ubl-parts.ts'

/** An invoice as UBL 2.1, in the terms of EN 16931-1 (BT numbers beside) and of Peppol BIS Billing 3.0. */
export function invoiceXml(invoice: Invoice): string {
  const root = documentOf('Invoice')
  head(root, 'Invoice', invoice, invoice.paid ? undefined : invoice.due)
  if (invoice.preceding !== undefined) preceding(root, invoice.preceding)
  parties(root, invoice)
  if (!invoice.paid) paymentMeans(root, invoice.seller, invoice.number)
  amounts(root, 'Invoice', invoice)
  return root.end({ prettyPrint: true })
}

/** A credit note as UBL 2.1: the same, and the invoice that it takes back (BG-3). Money to come goes to the buyer’s account. */
export function creditNoteXml(note: CreditNote): string {
  const root = documentOf('CreditNote')
  head(root, 'CreditNote', note, undefined)
  preceding(root, note.invoice)
  parties(root, note)
  if (!note.paid) paymentMeans(root, note.buyer, note.number)
  text(root.ele('cac:PaymentTerms'), 'Note', note.terms) // BT-20
  amounts(root, 'CreditNote', note)
  return root.end({ prettyPrint: true })
}

/** @param due BT-9, which a credit note has no place for at its top */
function head(root: XMLBuilder, kind: Kind, bill: Bill, due: string | undefined): void {
  text(root, 'CustomizationID', CUSTOMIZATION) // BT-24
  text(root, 'ProfileID', PROFILE) // BT-23
  text(root, 'ID', bill.number) // BT-1
  text(root, 'IssueDate', bill.issued) // BT-2
  if (due !== undefined) text(root, 'DueDate', due) // BT-9
  text(root, KINDS[kind].type, KINDS[kind].code) // BT-3
  if (bill.note !== undefined) text(root, 'Note', bill.note) // BT-22
  text(root, 'DocumentCurrencyCode', 'EUR') // BT-5
  text(root, 'BuyerReference', bill.reference) // BT-10
  if (bill.period !== undefined) period(root, bill.period) // BT-73, BT-74
}

/** The invoice that a bill takes back, or in whose place it stands (BG-3). */
function preceding(root: XMLBuilder, { number, issued }: Preceding): void {
  const it = root.ele('cac:BillingReference').ele('cac:InvoiceDocumentReference')
  text(it, 'ID', number) // BT-25
  text(it, 'IssueDate', issued) // BT-26
}
