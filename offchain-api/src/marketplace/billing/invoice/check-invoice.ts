import { inInvoiceWords, type Rule } from './rules/bill.ts'
import { misplaced, ORDER } from './rules/order.ts'
import { PEPPOL } from './rules/peppol.ts'
import { TERMS } from './rules/terms.ts'
import { TOTALS } from './rules/totals.ts'
import { VAT } from './rules/vat.ts'
import { readXml } from './xml-tree.ts'

/** A business rule of EN 16931-1 (BR-…), of Peppol BIS Billing 3.0 (PEPPOL-…) or of UBL that a bill breaks. */
export interface BrokenRule {
  readonly rule: string
  readonly says: string
}

const RULES: readonly Rule[] = [...TERMS, ...TOTALS, ...VAT, ...PEPPOL]

/** Every rule that is checked. */
export const checkedRules: readonly string[] = [...RULES.map(([rule]) => rule), ORDER[0]]

/**
 * The business rules that an invoice or a credit note of ours can break, computed from the XML alone, as a receiver would. It
 * stands in for no validator of a network, which knows code lists and national rules too. @throws ERR_XML
 */
export function checkInvoice(xml: string): BrokenRule[] {
  const read = readXml(xml)
  if (read.name !== 'Invoice' && read.name !== 'CreditNote')
    return [{ rule: 'UBL', says: `the document is ${read.name}, no Invoice and no CreditNote` }]
  const bill = inInvoiceWords(read)
  const out = misplaced(read)
  return [
    ...RULES.filter(([, , holds]) => !holds(bill)).map(([rule, says]) => ({ rule, says: `there must be ${says}` })),
    ...(out === undefined ? [] : [{ rule: ORDER[0], says: `there must be ${ORDER[1]}: ${out} is out of place` }]),
  ]
}
