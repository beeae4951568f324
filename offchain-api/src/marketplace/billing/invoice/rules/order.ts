import type { Element } from '../xml-tree.ts'
import type { Rule } from './bill.ts'

const BILL = (type: string, line: string, due: string) =>
  `CustomizationID ProfileID ID IssueDate ${due} ${type} Note DocumentCurrencyCode BuyerReference InvoicePeriod BillingReference
   AccountingSupplierParty AccountingCustomerParty PaymentMeans PaymentTerms TaxTotal LegalMonetaryTotal ${line}+`
const LINE = (quantity: string) => `ID Note ${quantity} LineExtensionAmount InvoicePeriod Item Price`

/**
 * What our bills are made of, in the order of the schemas of UBL 2.1 (UBL-Invoice-2.1.xsd, UBL-CreditNote-2.1.xsd); + several
 * times. Everything else is refused: that is why rules about other terms cannot be broken.
 */
const PARTS: Readonly<Record<string, string>> = {
  Invoice: BILL('InvoiceTypeCode', 'InvoiceLine', 'DueDate'),
  CreditNote: BILL('CreditNoteTypeCode', 'CreditNoteLine', ''),
  BillingReference: 'InvoiceDocumentReference',
  InvoiceDocumentReference: 'ID IssueDate',
  AccountingSupplierParty: 'Party',
  AccountingCustomerParty: 'Party',
  Party: 'EndpointID PartyName PostalAddress PartyTaxScheme PartyLegalEntity',
  PartyName: 'Name',
  PostalAddress: 'StreetName CityName PostalZone Country',
  Country: 'IdentificationCode',
  PartyTaxScheme: 'CompanyID TaxScheme',
  TaxScheme: 'ID',
  PartyLegalEntity: 'RegistrationName CompanyID',
  PaymentMeans: 'PaymentMeansCode PaymentID PayeeFinancialAccount',
  PayeeFinancialAccount: 'ID Name',
  PaymentTerms: 'Note',
  TaxTotal: 'TaxAmount TaxSubtotal+',
  TaxSubtotal: 'TaxableAmount TaxAmount TaxCategory',
  TaxCategory: 'ID Percent TaxExemptionReasonCode TaxExemptionReason TaxScheme',
  ClassifiedTaxCategory: 'ID Percent TaxScheme',
  LegalMonetaryTotal:
    'LineExtensionAmount TaxExclusiveAmount TaxInclusiveAmount PrepaidAmount PayableRoundingAmount PayableAmount',
  InvoiceLine: LINE('InvoicedQuantity'),
  CreditNoteLine: LINE('CreditedQuantity'),
  InvoicePeriod: 'StartDate EndDate',
  Item: 'Name ClassifiedTaxCategory',
  Price: 'PriceAmount',
}

/** The first element that is not where the schema has it, or that a bill of ours does not have. */
export function misplaced(at: Element): string | undefined {
  const parts = (PARTS[at.name] ?? '').split(/\s+/).filter((one) => one !== '')
  let next = 0
  for (const child of at.children) {
    const found = parts.findIndex((one, index) => index >= next && one.replace('+', '') === child.name)
    if (found === -1) return `${at.name}/${child.name}`
    next = parts[found]!.endsWith('+') ? found : found + 1
    const inside = misplaced(child)
    if (inside !== undefined) return inside
  }
  return undefined
}

export const ORDER: Rule = [
  'UBL-ORDER',
  'the elements of a bill of ours, in the order of UBL 2.1, each as often as it may stand',
  (bill) => misplaced(bill) === undefined,
]
