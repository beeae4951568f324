import { all, type Element, first, textAt } from '../xml-tree.ts'
import { BUYER, cents, decimalOf, everyLine, halfUp, has, type Rule, SELLER, same } from './bill.ts'

const hasScheme = (path: string) => (bill: Element) =>
  (first(bill, path)?.attributes.schemeID ?? '') !== '' && has(path)(bill)

/** Of Peppol BIS Billing 3.0, what can be computed from the file. */
export const PEPPOL: readonly Rule[] = [
  ['PEPPOL-EN16931-R001', 'a business process (BT-23)', has('ProfileID')],
  [
    'PEPPOL-EN16931-R003',
    'a buyer reference or an order (BT-10, BT-13)',
    (it) => has('BuyerReference')(it) || has('OrderReference/ID')(it),
  ],
  [
    'PEPPOL-EN16931-R004',
    'the specification identifier of Peppol BIS Billing 3.0',
    (it) =>
      (textAt(it, 'CustomizationID') ?? '').startsWith(
        'urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0',
      ),
  ],
  ['PEPPOL-EN16931-R007', 'a business process of Peppol (BT-23)', (it) => PROCESS.test(textAt(it, 'ProfileID') ?? '')],
  ['PEPPOL-EN16931-R008', 'no empty element', (it) => noEmpty(it)],
  ['PEPPOL-EN16931-R010', 'the buyer’s electronic address (BT-49)', hasScheme(`${BUYER}/EndpointID`)],
  ['PEPPOL-EN16931-R020', 'the seller’s electronic address (BT-34)', hasScheme(`${SELLER}/EndpointID`)],
  ['PEPPOL-EN16931-R051', 'every amount in the bill’s currency', (it) => oneCurrency(it)],
  [
    'PEPPOL-EN16931-R053',
    'one total of VAT with a breakdown',
    (it) => all(it, 'TaxTotal').filter((one) => first(one, 'TaxSubtotal')).length === 1,
  ],
  [
    'PEPPOL-EN16931-R120',
    'a line’s net amount that is quantity × price',
    everyLine((it) => {
      const [quantity, price] = [decimalOf(textAt(it, 'InvoicedQuantity')), decimalOf(textAt(it, 'Price/PriceAmount'))]
      if (quantity === undefined || price === undefined) return false
      const cent = 10n ** BigInt(quantity.places + price.places)
      return same(cents(it, 'LineExtensionAmount'), halfUp(quantity.value * price.value * 100n, cent))
    }),
  ],
  [
    'PEPPOL-EN16931-R110',
    'no line whose period begins before the bill’s (BT-134, BT-73)',
    (it) => withinPeriod(it, 'StartDate', (line, bill) => line >= bill),
  ],
  [
    'PEPPOL-EN16931-R111',
    'no line whose period ends after the bill’s (BT-135, BT-74)',
    (it) => withinPeriod(it, 'EndDate', (line, bill) => line <= bill),
  ],
  ['PEPPOL-EN16931-P0100', 'the type 380 of an invoice (BT-3)', typeOf('Invoice', '380')],
  ['PEPPOL-EN16931-P0101', 'the type 381 of a credit note (BT-3)', typeOf('CreditNote', '381')],
]

const PROCESS = /^urn:fdc:peppol\.eu:2017:poacc:billing:\d{2}:1\.0$/

function typeOf(kind: string, code: string) {
  return (bill: Element) => bill.name !== kind || textAt(bill, 'InvoiceTypeCode') === code
}

function noEmpty({ text, children }: Element): boolean {
  return children.length === 0 ? text !== '' : children.every(noEmpty)
}

function withinPeriod(bill: Element, day: string, holds: (line: string, bill: string) => boolean): boolean {
  const whole = textAt(bill, `InvoicePeriod/${day}`)
  return everyLine((line) => {
    const own = textAt(line, `InvoicePeriod/${day}`)
    return whole === undefined || own === undefined || holds(own, whole)
  })(bill)
}

function oneCurrency(bill: Element): boolean {
  const currency = textAt(bill, 'DocumentCurrencyCode')
  const holds = ({ attributes, children }: Element): boolean =>
    (attributes.currencyID === undefined || attributes.currencyID === currency) && children.every(holds)
  return holds(bill)
}
