import { isCountry } from '@opem/domain'
import { all, type Element, textAt } from '../xml-tree.ts'
import { BUYER, everyLine, everyVat, has, isDay, lines, MONEY, type Rule, SELLER, scheme, there } from './bill.ts'

const TRANSFERS = ['30', '58']
const isTransfer = (code: string | undefined) => TRANSFERS.includes(code ?? '')

/** BR-01 to BR-65: what has to be there. Rules of terms that our bills do not have are in `not-there.ts`. */
export const TERMS: readonly Rule[] = [
  ['BR-01', 'a specification identifier (BT-24)', has('CustomizationID')],
  ['BR-02', 'a number (BT-1)', has('ID')],
  ['BR-03', 'an issue date (BT-2)', (it) => isDay(textAt(it, 'IssueDate'))],
  ['BR-04', 'a type code (BT-3)', has('InvoiceTypeCode')],
  ['BR-05', 'a currency (BT-5)', has('DocumentCurrencyCode')],
  ['BR-06', 'the seller’s name (BT-27)', has(`${SELLER}/PartyLegalEntity/RegistrationName`)],
  ['BR-07', 'the buyer’s name (BT-44)', has(`${BUYER}/PartyLegalEntity/RegistrationName`)],
  ['BR-08', 'the seller’s address (BG-5)', there(`${SELLER}/PostalAddress`)],
  ['BR-09', 'the seller’s country (BT-40)', has(`${SELLER}/PostalAddress/Country/IdentificationCode`)],
  ['BR-10', 'the buyer’s address (BG-8)', there(`${BUYER}/PostalAddress`)],
  ['BR-11', 'the buyer’s country (BT-55)', has(`${BUYER}/PostalAddress/Country/IdentificationCode`)],
  ['BR-12', 'the sum of line net amounts (BT-106)', has(`${MONEY}/LineExtensionAmount`)],
  ['BR-13', 'the total without VAT (BT-109)', has(`${MONEY}/TaxExclusiveAmount`)],
  ['BR-14', 'the total with VAT (BT-112)', has(`${MONEY}/TaxInclusiveAmount`)],
  ['BR-15', 'the amount due (BT-115)', has(`${MONEY}/PayableAmount`)],
  ['BR-16', 'at least one line (BG-25)', (it) => lines(it).length > 0],
  ['BR-21', 'an identifier of each line (BT-126)', everyLine(has('ID'))],
  ['BR-22', 'a quantity of each line (BT-129)', everyLine(has('InvoicedQuantity'))],
  [
    'BR-23',
    'a unit of each quantity (BT-130)',
    everyLine((it) => all(it, 'InvoicedQuantity').every(({ attributes }) => (attributes.unitCode ?? '') !== '')),
  ],
  ['BR-24', 'a net amount of each line (BT-131)', everyLine(has('LineExtensionAmount'))],
  ['BR-25', 'a name of each item (BT-153)', everyLine(has('Item/Name'))],
  ['BR-26', 'a net price of each item (BT-146)', everyLine(has('Price/PriceAmount'))],
  ['BR-27', 'no negative price (BT-146)', everyLine((it) => !(textAt(it, 'Price/PriceAmount') ?? '').startsWith('-'))],
  ['BR-29', 'no period that ends before it begins (BT-73, BT-74)', (it) => endsAfterStart(it)],
  ['BR-30', 'no line whose period ends before it begins (BT-134, BT-135)', everyLine((it) => endsAfterStart(it))],
  ['BR-45', 'a taxable amount of each VAT category (BT-116)', everyVat(has('TaxableAmount'))],
  ['BR-46', 'a tax amount of each VAT category (BT-117)', everyVat(has('TaxAmount'))],
  ['BR-47', 'a code of each VAT category (BT-118)', everyVat(has('TaxCategory/ID'))],
  [
    'BR-48',
    'a rate of each VAT category that has one (BT-119)',
    everyVat((it) => textAt(it, 'TaxCategory/ID') === 'O' || has('TaxCategory/Percent')(it)),
  ],
  [
    'BR-49',
    'a payment means code where payment is described (BT-81)',
    (it) => all(it, 'PaymentMeans').every(has('PaymentMeansCode')),
  ],
  [
    'BR-50',
    'an identifier of each account for a transfer (BT-84)',
    (it) => all(it, 'PaymentMeans/PayeeFinancialAccount').every(has('ID')),
  ],
  [
    'BR-55',
    'a number of each invoice that is referred to (BT-25)',
    (it) => all(it, 'BillingReference').every(has('InvoiceDocumentReference/ID')),
  ],
  [
    'BR-61',
    'an account where payment is by transfer (BT-84)',
    (it) =>
      all(it, 'PaymentMeans').every(
        (one) => !isTransfer(textAt(one, 'PaymentMeansCode')) || has('PayeeFinancialAccount/ID')(one),
      ),
  ],
  [
    'BR-CL-14',
    'countries of ISO 3166-1 (BT-40, BT-55)',
    (it) =>
      [SELLER, BUYER].every((who) =>
        all(it, `${who}/PostalAddress/Country/IdentificationCode`).every(({ text }) => isCountry(text)),
      ),
  ],
  ['BR-62', 'a scheme of the seller’s electronic address (BT-34)', scheme(`${SELLER}/EndpointID`)],
  ['BR-63', 'a scheme of the buyer’s electronic address (BT-49)', scheme(`${BUYER}/EndpointID`)],
]

function endsAfterStart(at: Element): boolean {
  const [start, end] = [textAt(at, 'InvoicePeriod/StartDate'), textAt(at, 'InvoicePeriod/EndDate')]
  return start === undefined || end === undefined || start <= end
}
