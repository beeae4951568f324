import { all, type Element, first, textAt } from '../xml-tree.ts'

/** What a rule says there must be, and whether a bill holds it. Bills are read in the invoice’s words: see `inInvoiceWords`. */
export type Rule = readonly [rule: string, says: string, holds: (bill: Element) => boolean]

const SAME_AS: Readonly<Record<string, string>> = {
  CreditNoteTypeCode: 'InvoiceTypeCode',
  CreditNoteLine: 'InvoiceLine',
  CreditedQuantity: 'InvoicedQuantity',
}

/** EN 16931 has one document; UBL has two with the same terms under other names. A credit note in the words of an invoice. */
export const inInvoiceWords = (it: Element): Element => ({
  ...{ ...it, name: SAME_AS[it.name] ?? it.name, children: it.children.map(inInvoiceWords) },
})

export const SELLER = 'AccountingSupplierParty/Party'
export const BUYER = 'AccountingCustomerParty/Party'
export const VAT_ID = 'PartyTaxScheme/CompanyID'
export const MONEY = 'LegalMonetaryTotal'

export const has = (path: string) => (at: Element) => textAt(at, path) !== undefined

/** An amount in cents; undefined when it is none, or has more than two decimals. */
export const cents = (at: Element | undefined, path: string): bigint | undefined => {
  const match = /^(-?)(\d+)(?:\.(\d{1,2}))?$/.exec(textAt(at, path) ?? '')
  if (match === null) return undefined
  const value = BigInt(match[2]!) * 100n + BigInt((match[3] ?? '').padEnd(2, '0'))
  return match[1] === '-' ? -value : value
}
/** A decimal in millionths, for rates, quantities and prices. */
export const millionths = (text: string | undefined): bigint | undefined => {
  const match = /^(\d+)(?:\.(\d{1,6}))?$/.exec(text ?? '')
  return match === null ? undefined : BigInt(match[1]!) * 1_000_000n + BigInt((match[2] ?? '').padEnd(6, '0'))
}
/** A decimal as a number of its last decimal’s unit, and how many decimals that are: prices and quantities may have many. */
export const decimalOf = (
  text: string | undefined,
): { readonly value: bigint; readonly places: number } | undefined => {
  const match = /^(\d+)(?:\.(\d{1,30}))?$/.exec(text ?? '')
  if (match === null) return undefined
  const fraction = match[2] ?? ''
  return { value: BigInt(`${match[1]}${fraction}`), places: fraction.length }
}
export const sum = (of: readonly (bigint | undefined)[]): bigint | undefined =>
  of.reduce<bigint | undefined>((a, b) => (a === undefined || b === undefined ? undefined : a + b), 0n)
export const same = (a: bigint | undefined, b: bigint | undefined): boolean => a !== undefined && a === b
/** A quotient, half up, of numbers that are not negative. */
export const halfUp = (a: bigint, b: bigint): bigint => (2n * a + b) / (2n * b)
export const isDay = (text: string | undefined): boolean =>
  /^\d{4}-\d{2}-\d{2}$/.test(text ?? '') && !Number.isNaN(Date.parse(text!))

export const lines = (bill: Element): Element[] => all(bill, 'InvoiceLine')
export const breakdowns = (bill: Element): Element[] => all(bill, 'TaxTotal/TaxSubtotal')
export const everyLine = (holds: (line: Element) => boolean) => (bill: Element) => lines(bill).every(holds)
export const everyVat = (holds: (part: Element) => boolean) => (bill: Element) => breakdowns(bill).every(holds)
/** Somebody’s electronic address has the scheme that it is to be read by. */
export const scheme = (path: string) => (bill: Element) =>
  all(bill, path).every((it) => (it.attributes.schemeID ?? '') !== '')
export const there = (path: string) => (bill: Element) => first(bill, path) !== undefined

export const categoryOf = (part: Element) => textAt(part, 'TaxCategory/ID')
export const rateOf = (part: Element) => millionths(textAt(part, 'TaxCategory/Percent'))
export const lineCategory = (line: Element) => textAt(line, 'Item/ClassifiedTaxCategory/ID')
export const lineRate = (line: Element) => millionths(textAt(line, 'Item/ClassifiedTaxCategory/Percent'))
