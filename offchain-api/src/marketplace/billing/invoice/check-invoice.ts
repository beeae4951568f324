import { all, type Element, first, readXml, textAt } from './xml-tree.ts'

/** A business rule of EN 16931-1 (BR-…) or of Peppol BIS Billing 3.0 (PEPPOL-…) that an invoice breaks. */
export interface BrokenRule {
  readonly rule: string
  readonly says: string
}

type Rule = readonly [rule: string, says: string, holds: (invoice: Element) => boolean]

const SELLER = 'AccountingSupplierParty/Party'
const BUYER = 'AccountingCustomerParty/Party'
const VAT_ID = 'PartyTaxScheme/CompanyID'
const has = (path: string) => (invoice: Element) => textAt(invoice, path) !== undefined

/** An amount in cents; undefined when it is none, or has more than two decimals. */
const cents = (at: Element | undefined, path: string): bigint | undefined => {
  const match = /^(-?)(\d+)(?:\.(\d{1,2}))?$/.exec(textAt(at, path) ?? '')
  if (match === null) return undefined
  const value = BigInt(match[2]!) * 100n + BigInt((match[3] ?? '').padEnd(2, '0'))
  return match[1] === '-' ? -value : value
}
/** A decimal in millionths, for rates, quantities and prices. */
const millionths = (text: string | undefined): bigint | undefined => {
  const match = /^(\d+)(?:\.(\d{1,6}))?$/.exec(text ?? '')
  return match === null ? undefined : BigInt(match[1]!) * 1_000_000n + BigInt((match[2] ?? '').padEnd(6, '0'))
}
const sum = (of: readonly (bigint | undefined)[]): bigint | undefined =>
  of.reduce<bigint | undefined>((a, b) => (a === undefined || b === undefined ? undefined : a + b), 0n)
const same = (a: bigint | undefined, b: bigint | undefined): boolean => a !== undefined && a === b
const halfUp = (a: bigint, b: bigint): bigint => (2n * a + b) / (2n * b)

const lines = (invoice: Element) => all(invoice, 'InvoiceLine')
const subtotals = (invoice: Element) => all(invoice, 'TaxTotal/TaxSubtotal')
const MONEY = 'LegalMonetaryTotal'
const categoriesOf = (invoice: Element) => subtotals(invoice).map((it) => textAt(it, 'TaxCategory/ID') ?? '')
const everyLine = (holds: (line: Element) => boolean) => (invoice: Element) => lines(invoice).every(holds)
const everyVat = (holds: (part: Element) => boolean) => (invoice: Element) => subtotals(invoice).every(holds)
const isDay = (text: string | undefined) => /^\d{4}-\d{2}-\d{2}$/.test(text ?? '') && !Number.isNaN(Date.parse(text!))
const scheme = (path: string) => (invoice: Element) =>
  (first(invoice, path)?.attributes.schemeID ?? '') !== '' && has(path)(invoice)
const lineCategory = (line: Element) => textAt(line, 'Item/ClassifiedTaxCategory/ID')
const lineRate = (line: Element) => millionths(textAt(line, 'Item/ClassifiedTaxCategory/Percent'))
const rateOf = (part: Element) => millionths(textAt(part, 'TaxCategory/Percent'))

/** BR-S-08 and its sisters: the taxable amount of a category (and rate) is the sum of its lines. */
const taxableIsSum = (part: Element, invoice: Element): boolean => {
  const category = textAt(part, 'TaxCategory/ID')
  const own = lines(invoice).filter((it) => lineCategory(it) === category && lineRate(it) === rateOf(part))
  return same(cents(part, 'TaxableAmount'), sum(own.map((it) => cents(it, 'LineExtensionAmount'))))
}
const ofCategory = (category: string, holds: (part: Element, invoice: Element) => boolean) => (invoice: Element) =>
  subtotals(invoice)
    .filter((it) => textAt(it, 'TaxCategory/ID') === category)
    .every((it) => holds(it, invoice))
const linesOf = (category: string, holds: (line: Element) => boolean) => (invoice: Element) =>
  lines(invoice)
    .filter((it) => lineCategory(it) === category)
    .every(holds)
const uses = (category: string) => (invoice: Element) =>
  categoriesOf(invoice).includes(category) || lines(invoice).some((it) => lineCategory(it) === category)
const ifUses = (category: string, holds: (invoice: Element) => boolean) => (invoice: Element) =>
  !uses(category)(invoice) || holds(invoice)
const noTax = (part: Element) => cents(part, 'TaxAmount') === 0n
const reasonGiven = (part: Element) =>
  textAt(part, 'TaxCategory/TaxExemptionReason') !== undefined ||
  textAt(part, 'TaxCategory/TaxExemptionReasonCode') !== undefined
const breakdown = (category: string) =>
  ifUses(category, (invoice) => categoriesOf(invoice).filter((it) => it === category).length === 1)

const RULES: readonly Rule[] = [
  ['BR-01', 'a specification identifier (BT-24)', has('CustomizationID')],
  ['BR-02', 'an invoice number (BT-1)', has('ID')],
  ['BR-03', 'an issue date (BT-2)', (it) => isDay(textAt(it, 'IssueDate'))],
  ['BR-04', 'a type code (BT-3)', has('InvoiceTypeCode')],
  ['BR-05', 'a currency (BT-5)', has('DocumentCurrencyCode')],
  ['BR-06', 'the seller’s name (BT-27)', has(`${SELLER}/PartyLegalEntity/RegistrationName`)],
  ['BR-07', 'the buyer’s name (BT-44)', has(`${BUYER}/PartyLegalEntity/RegistrationName`)],
  ['BR-08', 'the seller’s address (BG-5)', (it) => first(it, `${SELLER}/PostalAddress`) !== undefined],
  ['BR-09', 'the seller’s country (BT-40)', has(`${SELLER}/PostalAddress/Country/IdentificationCode`)],
  ['BR-10', 'the buyer’s address (BG-8)', (it) => first(it, `${BUYER}/PostalAddress`) !== undefined],
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
    everyLine((it) => (first(it, 'InvoicedQuantity')?.attributes.unitCode ?? '') !== ''),
  ],
  ['BR-24', 'a net amount of each line (BT-131)', everyLine(has('LineExtensionAmount'))],
  ['BR-25', 'a name of each item (BT-153)', everyLine(has('Item/Name'))],
  ['BR-26', 'a net price of each item (BT-146)', everyLine(has('Price/PriceAmount'))],
  ['BR-27', 'no negative price (BT-146)', everyLine((it) => !(textAt(it, 'Price/PriceAmount') ?? '').startsWith('-'))],
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
    'BR-61',
    'an account for a credit transfer (BT-84)',
    (it) =>
      all(it, 'PaymentMeans').every(
        (one) => !['30', '58'].includes(textAt(one, 'PaymentMeansCode') ?? '') || has('PayeeFinancialAccount/ID')(one),
      ),
  ],
  ['BR-CO-04', 'a VAT category of each item (BT-151)', everyLine(has('Item/ClassifiedTaxCategory/ID'))],
  [
    'BR-CO-09',
    'VAT ids with their country’s prefix (BT-31, BT-48)',
    (it) => [SELLER, BUYER].every((who) => all(it, `${who}/${VAT_ID}`).every(({ text }) => /^[A-Z]{2}/.test(text))),
  ],
  [
    'BR-CO-10',
    'the sum of line net amounts (BT-106 = Σ BT-131)',
    (it) =>
      same(cents(it, `${MONEY}/LineExtensionAmount`), sum(lines(it).map((one) => cents(one, 'LineExtensionAmount')))),
  ],
  [
    'BR-CO-13',
    'the total without VAT (BT-109 = BT-106 without allowances and charges)',
    (it) => same(cents(it, `${MONEY}/TaxExclusiveAmount`), cents(it, `${MONEY}/LineExtensionAmount`)),
  ],
  [
    'BR-CO-14',
    'the total VAT (BT-110 = Σ BT-117)',
    (it) => same(cents(it, 'TaxTotal/TaxAmount'), sum(subtotals(it).map((one) => cents(one, 'TaxAmount')))),
  ],
  [
    'BR-CO-15',
    'the total with VAT (BT-112 = BT-109 + BT-110)',
    (it) =>
      same(
        cents(it, `${MONEY}/TaxInclusiveAmount`),
        sum([cents(it, `${MONEY}/TaxExclusiveAmount`), cents(it, 'TaxTotal/TaxAmount')]),
      ),
  ],
  [
    'BR-CO-16',
    'the amount due (BT-115 = BT-112 with nothing prepaid)',
    (it) => same(cents(it, `${MONEY}/PayableAmount`), cents(it, `${MONEY}/TaxInclusiveAmount`)),
  ],
  [
    'BR-CO-17',
    'the VAT of a category (BT-117 = BT-116 × BT-119 / 100, two decimals)',
    everyVat((it) => {
      const taxable = cents(it, 'TaxableAmount')
      return taxable !== undefined && same(cents(it, 'TaxAmount'), halfUp(taxable * (rateOf(it) ?? 0n), 100_000_000n))
    }),
  ],
  ['BR-CO-18', 'at least one VAT breakdown (BG-23)', (it) => subtotals(it).length > 0],
  [
    'BR-CO-25',
    'a due date or terms where something is to be paid (BT-9, BT-20)',
    (it) => isDay(textAt(it, 'DueDate')) || has('PaymentTerms/Note')(it),
  ],
  [
    'BR-CO-26',
    'a way to know the seller (BT-29, BT-30 or BT-31)',
    (it) =>
      [`PartyIdentification/ID`, 'PartyLegalEntity/CompanyID', VAT_ID].some((path) => has(`${SELLER}/${path}`)(it)),
  ],
  [
    'BR-DEC-23',
    'line amounts of at most two decimals (BT-131)',
    everyLine((it) => cents(it, 'LineExtensionAmount') !== undefined),
  ],
  [
    'BR-S-01',
    'a breakdown where an item is of the standard rate',
    (it) => !lines(it).some((one) => lineCategory(one) === 'S') || categoriesOf(it).includes('S'),
  ],
  ['BR-S-02', 'the seller’s VAT id with the standard rate', ifUses('S', has(`${SELLER}/${VAT_ID}`))],
  ['BR-S-05', 'a rate above zero with the standard rate', linesOf('S', (it) => (lineRate(it) ?? 0n) > 0n)],
  ['BR-S-08', 'the taxable amount is the sum of its lines', ofCategory('S', taxableIsSum)],
  ['BR-S-10', 'no reason for an exemption with the standard rate', ofCategory('S', (it) => !reasonGiven(it))],
  ['BR-E-01', 'one breakdown where an item is exempt', breakdown('E')],
  ['BR-E-02', 'the seller’s VAT id with an exemption', ifUses('E', has(`${SELLER}/${VAT_ID}`))],
  ['BR-E-05', 'a rate of zero with an exemption', linesOf('E', (it) => lineRate(it) === 0n)],
  ['BR-E-08', 'the taxable amount is the sum of its lines', ofCategory('E', taxableIsSum)],
  ['BR-E-09', 'no VAT with an exemption', ofCategory('E', noTax)],
  ['BR-E-10', 'a reason for the exemption', ofCategory('E', reasonGiven)],
  ['BR-AE-01', 'one breakdown where the buyer owes the VAT', breakdown('AE')],
  [
    'BR-AE-02',
    'both VAT ids where the buyer owes the VAT',
    ifUses(
      'AE',
      (it) =>
        has(`${SELLER}/${VAT_ID}`)(it) &&
        (has(`${BUYER}/${VAT_ID}`)(it) || has(`${BUYER}/PartyLegalEntity/CompanyID`)(it)),
    ),
  ],
  ['BR-AE-05', 'a rate of zero where the buyer owes the VAT', linesOf('AE', (it) => lineRate(it) === 0n)],
  ['BR-AE-08', 'the taxable amount is the sum of its lines', ofCategory('AE', taxableIsSum)],
  ['BR-AE-09', 'no VAT where the buyer owes it', ofCategory('AE', noTax)],
  ['BR-AE-10', 'a reason: reverse charge', ofCategory('AE', reasonGiven)],
  ['BR-O-01', 'one breakdown outside the scope of VAT', breakdown('O')],
  [
    'BR-O-02',
    'no VAT ids outside the scope of VAT',
    ifUses('O', (it) => !has(`${SELLER}/${VAT_ID}`)(it) && !has(`${BUYER}/${VAT_ID}`)(it)),
  ],
  ['BR-O-05', 'no rate outside the scope of VAT', linesOf('O', (it) => lineRate(it) === undefined)],
  ['BR-O-08', 'the taxable amount is the sum of its lines', ofCategory('O', taxableIsSum)],
  ['BR-O-09', 'no VAT outside its scope', ofCategory('O', noTax)],
  ['BR-O-10', 'a reason outside the scope of VAT', ofCategory('O', reasonGiven)],
  ['BR-O-11', 'no other category beside one outside the scope', ifUses('O', (it) => subtotals(it).length === 1)],
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
  ['PEPPOL-EN16931-R008', 'no empty element', (it) => noEmpty(it)],
  ['PEPPOL-EN16931-R010', 'the buyer’s electronic address (BT-49)', scheme(`${BUYER}/EndpointID`)],
  ['PEPPOL-EN16931-R020', 'the seller’s electronic address (BT-34)', scheme(`${SELLER}/EndpointID`)],
  ['PEPPOL-EN16931-R051', 'every amount in the invoice’s currency', (it) => oneCurrency(it)],
  [
    'PEPPOL-EN16931-R053',
    'one total of VAT with a breakdown',
    (it) => all(it, 'TaxTotal').filter((one) => first(one, 'TaxSubtotal')).length === 1,
  ],
  [
    'PEPPOL-EN16931-R120',
    'a line’s net amount is quantity × price',
    everyLine((it) => {
      const [quantity, price] = [
        millionths(textAt(it, 'InvoicedQuantity')),
        millionths(textAt(it, 'Price/PriceAmount')),
      ]
      if (quantity === undefined || price === undefined) return false
      return same(cents(it, 'LineExtensionAmount'), halfUp(quantity * price, 10_000_000_000n))
    }),
  ],
]

function noEmpty({ text, children }: Element): boolean {
  return children.length === 0 ? text !== '' : children.every(noEmpty)
}

function oneCurrency(invoice: Element): boolean {
  const currency = textAt(invoice, 'DocumentCurrencyCode')
  const holds = ({ attributes, children }: Element): boolean =>
    (attributes.currencyID === undefined || attributes.currencyID === currency) && children.every(holds)
  return holds(invoice)
}

/**
 * The business rules that our invoices can break, computed from the XML alone, as a receiver would. It stands in for no
 * validator of a network, which knows code lists and national rules too. @throws ERR_XML
 */
export function checkInvoice(xml: string): BrokenRule[] {
  const invoice = readXml(xml)
  if (invoice.name !== 'Invoice') return [{ rule: 'UBL', says: `the document is ${invoice.name}, no Invoice` }]
  return RULES.filter(([, , holds]) => !holds(invoice)).map(([rule, says]) => ({ rule, says: `there must be ${says}` }))
}
