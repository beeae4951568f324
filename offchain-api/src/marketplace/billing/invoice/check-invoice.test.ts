import type { CreditNote, Invoice, InvoiceParty, VatTreatment } from '@opem/domain'
import { creditLines, useLines } from '@opem/domain'
import { expect, test } from 'vitest'
import { checkedRules, checkInvoice } from './check-invoice.ts'
import { creditNoteXml, invoiceXml } from './ubl.ts'

const seller: InvoiceParty = {
  ...{ name: 'Acme', street: 'Calle Betis 1', city: 'Sevilla', postalCode: '41010', country: 'ES' },
  ...{
    email: 'billing@acme.example',
    vatId: 'ESB12345674',
    registration: 'SE-12345',
    iban: 'ES9121000418450200051332',
  },
}
const buyer: InvoiceParty = {
  ...{ name: 'Nord', street: 'Hafen 2', city: 'Hamburg', postalCode: '20457', country: 'DE' },
  ...{ email: 'einkauf@nord.example', vatId: 'DE136695976', iban: 'DE89370400440532013000' },
}
const HOME: VatTreatment = { category: 'S', rate: 2100 }
const REVERSE: VatTreatment = { category: 'AE', rate: 0, reason: 'Reverse charge', reasonCode: 'VATEX-EU-AE' }
const EXEMPT: VatTreatment = { category: 'E', rate: 0, reason: 'Small business' }
const OUTSIDE: VatTreatment = { category: 'O', rate: 0, reason: 'Not subject to VAT', reasonCode: 'VATEX-EU-O' }

const line = (price: bigint, vat: VatTreatment) => ({
  ...{ name: 'Forecast', quantity: 1_000n, unit: 'C62', price, vat },
  period: { from: 1_764_547_200, to: 1_764_633_600 },
})
const invoiceOf = (vat: VatTreatment, more: Partial<Invoice> = {}): Invoice => ({
  ...{ number: '2026-00007', issued: '2026-11-26', due: '2026-12-26', seller, buyer, reference: '0xab', note: 'Note' },
  ...{ lines: [line(10_000_000n, vat), line(2_880_000n, vat)], ...more },
})
const noteOf = (invoice: Invoice, amount: bigint, more: Partial<CreditNote> = {}): CreditNote => ({
  ...{ number: 'C2026-00001', issued: '2026-12-01', seller, buyer, reference: '0xab', note: 'Refund' },
  ...{ invoice: { number: invoice.number, issued: invoice.issued }, terms: 'Back into the purse.' },
  ...{ lines: creditLines(invoice, amount), total: amount, ...more },
})
const broken = (xml: string) => checkInvoice(xml).map(({ rule }) => rule)
/** November 2026. */
const period = { from: 1_793_491_200, to: 1_796_083_200 }
const USE = useLines(
  [
    { ...{ agreement: '0xaa', from: 0n, until: 4_000_000n, name: 'Forecast', unit: 'forecast', price: 20_000n } },
    { ...{ agreement: '0xbb', from: 500_000n, until: 1_500_001n, name: 'Alerts', unit: 'kWh', price: 30_000n } },
  ],
  { total: 500n, period, vat: HOME },
)
const two = [line(10_000_000n, HOME), line(5_000_000n, { category: 'S', rate: 1000 }), line(0n, EXEMPT)]
const paid = { paid: true as const }

const MADE: readonly (readonly [string, string])[] = [
  ['an invoice at home', invoiceXml(invoiceOf(HOME))],
  ['an invoice of reverse charge', invoiceXml(invoiceOf(REVERSE))],
  ['an exempt invoice', invoiceXml(invoiceOf(EXEMPT))],
  ['an invoice outside the scope of VAT', invoiceXml(invoiceOf(OUTSIDE))],
  ['an invoice of several rates, one line free', invoiceXml(invoiceOf(HOME, { lines: two }))],
  ['an invoice over nothing', invoiceXml(invoiceOf(HOME, { lines: [line(0n, HOME)] }))],
  [
    'an invoice that a purse paid',
    invoiceXml(invoiceOf(HOME, { ...paid, lines: [line(10_330_000n, HOME)], total: 1250n })),
  ],
  [
    'a paid invoice with a cent of rounding',
    invoiceXml(invoiceOf(HOME, { ...paid, lines: [line(20_000n, HOME)], total: 3n })),
  ],
  ['an invoice over use', invoiceXml(invoiceOf(HOME, { ...paid, lines: USE, total: 500n, period }))],
  [
    'an invoice that stands in the place of another one',
    invoiceXml(invoiceOf(HOME, { preceding: { number: '2026-00006', issued: '2026-11-25' } })),
  ],
  ['a credit note over the whole of use', creditNoteXml(noteOf(invoiceOf(HOME, { lines: USE, total: 500n }), 500n))],
  ['a credit note over the whole', creditNoteXml(noteOf(invoiceOf(HOME), 1558n))],
  ['a credit note over a part', creditNoteXml(noteOf(invoiceOf(HOME), 333n))],
  ['a credit note over a part of several rates', creditNoteXml(noteOf(invoiceOf(HOME, { lines: two }), 440n))],
  ['a credit note that a purse got', creditNoteXml(noteOf(invoiceOf(HOME), 3n, paid))],
  ['a credit note of reverse charge', creditNoteXml(noteOf(invoiceOf(REVERSE), 100n))],
  ['an exempt credit note', creditNoteXml(noteOf(invoiceOf(EXEMPT), 100n, paid))],
  ['a credit note outside the scope of VAT', creditNoteXml(noteOf(invoiceOf(OUTSIDE), 1288n))],
]
for (const [what, xml] of MADE)
  test(`${what} breaks no rule`, () => {
    expect(checkInvoice(xml)).toEqual([])
  })

// One bill for each way to break a rule: a text of it and what stands there instead.
const S = invoiceXml(invoiceOf(HOME))
const ROUNDED = invoiceXml(invoiceOf(HOME, { ...paid, lines: [line(20_000n, HOME)], total: 3n }))
const [E, AE, O] = [EXEMPT, REVERSE, OUTSIDE].map((vat) => invoiceXml(invoiceOf(vat))) as [string, string, string]
const REASON = '\n        <cbc:TaxExemptionReason>Small business</cbc:TaxExemptionReason>'
const Z = E.replaceAll('<cbc:ID>E<', '<cbc:ID>Z<').replace(REASON, '')
const G = E.replaceAll('<cbc:ID>E<', '<cbc:ID>G<')
const C = creditNoteXml(noteOf(invoiceOf(HOME), 1558n))
const U = invoiceXml(invoiceOf(HOME, { ...paid, lines: USE, total: 500n, period }))
const R = invoiceXml(invoiceOf(HOME, { preceding: { number: '2026-00006', issued: '2026-11-25' } }))

type Break = readonly [rule: string, bill: string, from: string | RegExp, to: string]
/** Takes an element away, the first of its name, or the one within another. */
const no = (element: string, within = ''): RegExp =>
  new RegExp(
    `(${within === '' ? '' : `<cac:${within}>(?:(?!</cac:${within}>)[^])*?`})<(c[ab]c:${element})(?=[ >])[^>]*>[^]*?</\\2>`,
  )
const gone = (rule: string, element: string, within = '', bill = S): Break => [rule, bill, no(element, within), '$1']
const amount = (rule: string, element: string, was: string, is: string, bill = S): Break => [
  ...([rule, bill, `<cbc:${element} currencyID="EUR">${was}<`, `<cbc:${element} currencyID="EUR">${is}<`] as const),
]
const SUBTOTAL = /<cac:TaxSubtotal>[\s\S]*<\/cac:TaxSubtotal>/
/** What every category but the standard one has in common. */
const zero = (category: string, bill: string): readonly Break[] => [
  [`BR-${category}-01`, bill, SUBTOTAL, ''],
  [
    `BR-${category}-08`,
    bill,
    '<cbc:TaxableAmount currencyID="EUR">12.88<',
    '<cbc:TaxableAmount currencyID="EUR">12.80<',
  ],
  [`BR-${category}-09`, bill, /(<cac:TaxSubtotal>[\s\S]*<cbc:TaxAmount currencyID="EUR">)0\.00</, '$10.01<'],
]
const ofZeroRate = (category: string, bill: string): readonly Break[] => [
  ...zero(category, bill),
  [`BR-${category}-05`, bill, /(ClassifiedTaxCategory>\s*<cbc:ID>\w+<\/cbc:ID>\s*<cbc:Percent>)0\.00/, '$11.00'],
]

const BREAKS: readonly Break[] = [
  gone('BR-01', 'CustomizationID'),
  gone('BR-02', 'ID'),
  gone('BR-03', 'IssueDate'),
  ['BR-03', S, '<cbc:IssueDate>2026-11-26<', '<cbc:IssueDate>2026-13-26<'],
  gone('BR-04', 'InvoiceTypeCode'),
  gone('BR-04', 'CreditNoteTypeCode', '', C),
  gone('BR-05', 'DocumentCurrencyCode'),
  gone('BR-06', 'RegistrationName', 'AccountingSupplierParty'),
  gone('BR-07', 'RegistrationName', 'AccountingCustomerParty'),
  gone('BR-08', 'PostalAddress', 'AccountingSupplierParty'),
  gone('BR-09', 'IdentificationCode', 'AccountingSupplierParty'),
  gone('BR-10', 'PostalAddress', 'AccountingCustomerParty'),
  gone('BR-11', 'IdentificationCode', 'AccountingCustomerParty'),
  gone('BR-12', 'LineExtensionAmount', 'LegalMonetaryTotal'),
  gone('BR-13', 'TaxExclusiveAmount'),
  gone('BR-14', 'TaxInclusiveAmount'),
  gone('BR-15', 'PayableAmount'),
  ['BR-16', S, /<cac:InvoiceLine>[\s\S]*<\/cac:InvoiceLine>/, ''],
  ['BR-16', C, /<cac:CreditNoteLine>[\s\S]*<\/cac:CreditNoteLine>/, ''],
  gone('BR-21', 'ID', 'InvoiceLine'),
  gone('BR-22', 'InvoicedQuantity'),
  gone('BR-22', 'CreditedQuantity', '', C),
  ['BR-23', S, ' unitCode="C62"', ''],
  gone('BR-24', 'LineExtensionAmount', 'InvoiceLine'),
  gone('BR-25', 'Name', 'Item'),
  gone('BR-26', 'PriceAmount'),
  amount('BR-27', 'PriceAmount', '10.00', '-10.00'),
  ['BR-29', U, '<cbc:EndDate>2026-11-30<', '<cbc:EndDate>2026-10-31<'],
  ['BR-30', S, '<cbc:EndDate>2025-12-01<', '<cbc:EndDate>2025-11-30<'],
  gone('BR-45', 'TaxableAmount'),
  gone('BR-46', 'TaxAmount', 'TaxSubtotal'),
  gone('BR-47', 'ID', 'TaxSubtotal'),
  gone('BR-48', 'Percent', 'TaxSubtotal'),
  gone('BR-49', 'PaymentMeansCode'),
  gone('BR-50', 'ID', 'PayeeFinancialAccount'),
  gone('BR-55', 'ID', 'InvoiceDocumentReference', C),
  gone('BR-55', 'ID', 'InvoiceDocumentReference', R),
  gone('BR-61', 'PayeeFinancialAccount'),
  ['BR-62', S, / schemeID="EM"(?=>billing)/, ''],
  ['BR-63', S, / schemeID="EM"(?=>einkauf)/, ''],
  gone('BR-CO-04', 'ClassifiedTaxCategory'),
  ['BR-CL-14', S, '<cbc:IdentificationCode>DE<', '<cbc:IdentificationCode>XX<'],
  ['BR-CO-09', S, '>ESB12345674<', '>12345674<'],
  ['BR-CO-09', S, '>ESB12345674<', '>XXB12345674<'],
  ['BR-CO-09', S, '>DE136695976<', '>136695976<'],
  amount('BR-CO-10', 'LineExtensionAmount', '12.88', '12.89'),
  amount('BR-CO-10', 'LineExtensionAmount', '12.88', '12.89', C),
  amount('BR-CO-13', 'TaxExclusiveAmount', '12.88', '12.87'),
  amount('BR-CO-14', 'TaxAmount', '2.70', '2.71'),
  amount('BR-CO-15', 'TaxInclusiveAmount', '15.58', '15.59'),
  amount('BR-CO-16', 'PayableAmount', '15.58', '10.00'),
  amount('BR-CO-16', 'PrepaidAmount', '0.03', '0.02', ROUNDED),
  amount('BR-CO-16', 'PayableRoundingAmount', '0.01', '-0.01', ROUNDED),
  ['BR-CO-17', S, '<cbc:Percent>21.00<', '<cbc:Percent>20.00<'],
  ['BR-CO-18', S, SUBTOTAL, ''],
  ['BR-CO-19', U, /<cbc:StartDate>[\s\S]*?<\/cbc:EndDate>/, ''],
  ['BR-CO-20', S, /<cbc:StartDate>[\s\S]*?<\/cbc:EndDate>/, ''],
  gone('BR-CO-25', 'DueDate'),
  gone('BR-CO-25', 'PaymentTerms', '', C),
  ['BR-CO-26', O, />SE-12345</, '><'],
  amount('BR-DEC-09', 'LineExtensionAmount', '12.88', '12.880'),
  amount('BR-DEC-12', 'TaxExclusiveAmount', '12.88', '12.880'),
  amount('BR-DEC-13', 'TaxAmount', '2.70', '2.700'),
  amount('BR-DEC-14', 'TaxInclusiveAmount', '15.58', '15.580'),
  amount('BR-DEC-16', 'PrepaidAmount', '0.03', '0.030', ROUNDED),
  amount('BR-DEC-17', 'PayableRoundingAmount', '0.01', '0.010', ROUNDED),
  amount('BR-DEC-18', 'PayableAmount', '15.58', '15.580'),
  amount('BR-DEC-19', 'TaxableAmount', '12.88', '12.880'),
  ['BR-DEC-20', S, /(<cac:TaxSubtotal>[\s\S]*<cbc:TaxAmount currencyID="EUR">2\.70)</, '$10<'],
  amount('BR-DEC-23', 'LineExtensionAmount', '2.88', '2.880'),
  ['BR-S-01', S, SUBTOTAL, ''],
  ['BR-S-01', E, /(<cac:TaxSubtotal>[\s\S]*?<cbc:ID>)E</, '$1S<'],
  gone('BR-S-02', 'PartyTaxScheme', 'AccountingSupplierParty'),
  ['BR-S-05', S, /(ClassifiedTaxCategory>\s*<cbc:ID>S<\/cbc:ID>\s*<cbc:Percent>)21\.00/, '$10.00'],
  amount('BR-S-08', 'TaxableAmount', '12.88', '12.87'),
  ['BR-S-09', S, /(<cac:TaxSubtotal>[\s\S]*<cbc:TaxAmount currencyID="EUR">)2\.70/, '$12.71'],
  ['BR-S-10', E, /(<cac:TaxSubtotal>[\s\S]*?<cbc:ID>)E</, '$1S<'],
  ...ofZeroRate('Z', Z),
  gone('BR-Z-02', 'PartyTaxScheme', 'AccountingSupplierParty', Z),
  ['BR-Z-10', E, /<cbc:ID>E</g, '<cbc:ID>Z<'],
  ...ofZeroRate('E', E),
  gone('BR-E-02', 'PartyTaxScheme', 'AccountingSupplierParty', E),
  gone('BR-E-10', 'TaxExemptionReason', '', E),
  ...ofZeroRate('AE', AE),
  gone('BR-AE-02', 'PartyTaxScheme', 'AccountingSupplierParty', AE),
  gone('BR-AE-02', 'PartyTaxScheme', 'AccountingCustomerParty', AE),
  ['BR-AE-10', AE, /<cbc:TaxExemptionReasonCode>[\s\S]*<\/cbc:TaxExemptionReason>/, ''],
  ...ofZeroRate('G', G),
  gone('BR-G-02', 'PartyTaxScheme', 'AccountingSupplierParty', G),
  gone('BR-G-10', 'TaxExemptionReason', '', G),
  ...zero('O', O),
  ['BR-O-02', S, /<cbc:ID>S</g, '<cbc:ID>O<'],
  ['BR-O-05', S, /<cbc:ID>S</g, '<cbc:ID>O<'],
  ['BR-O-10', O, /<cbc:TaxExemptionReasonCode>[\s\S]*<\/cbc:TaxExemptionReason>/, ''],
  ['BR-O-11', O, /(<cac:TaxSubtotal>[\s\S]*<\/cac:TaxSubtotal>)/, '$1$1'],
  ['BR-O-12', O, /(<cac:ClassifiedTaxCategory>\s*<cbc:ID>)O</, '$1E<'],
  ['OPEM-VAT-CATEGORY', E, /<cbc:ID>E</g, '<cbc:ID>K<'],
  ['UBL-TOTALS', S, /<cac:TaxTotal>[\s\S]*<\/cac:TaxTotal>/, ''],
  ['UBL-ORDER', S, /(\s*<cbc:DueDate>.*<\/cbc:DueDate>)(\s*<cbc:InvoiceTypeCode>.*<\/cbc:InvoiceTypeCode>)/, '$2$1'],
  ['UBL-ORDER', C, /(<cac:PaymentTerms>[\s\S]*<\/cac:PaymentTerms>)/, '$1$1'],
  gone('PEPPOL-EN16931-R001', 'ProfileID'),
  gone('PEPPOL-EN16931-R003', 'BuyerReference'),
  ['PEPPOL-EN16931-R004', S, '#compliant#', '#conformant#'],
  ['PEPPOL-EN16931-R007', S, 'billing:01:1.0', 'billing:1.0'],
  ['PEPPOL-EN16931-R008', S, '<cbc:CityName>Sevilla<', '<cbc:CityName><'],
  gone('PEPPOL-EN16931-R010', 'EndpointID', 'AccountingCustomerParty'),
  gone('PEPPOL-EN16931-R020', 'EndpointID', 'AccountingSupplierParty'),
  ['PEPPOL-EN16931-R051', S, '<cbc:PayableAmount currencyID="EUR">', '<cbc:PayableAmount currencyID="USD">'],
  ['PEPPOL-EN16931-R053', S, /(<cac:TaxTotal>[\s\S]*<\/cac:TaxTotal>)/, '$1$1'],
  amount('PEPPOL-EN16931-R120', 'PriceAmount', '10.00', '11.00'),
  amount('PEPPOL-EN16931-R120', 'PriceAmount', '0.0165', '0.017', U),
  ['PEPPOL-EN16931-R110', U, '<cbc:StartDate>2026-11-01<', '<cbc:StartDate>2026-11-02<'],
  ['PEPPOL-EN16931-R111', U, '<cbc:EndDate>2026-11-30<', '<cbc:EndDate>2026-11-29<'],
  ['PEPPOL-EN16931-P0100', S, '>380<', '>381<'],
  ['PEPPOL-EN16931-P0101', C, '>381<', '>380<'],
]
for (const [index, [rule, bill, from, to]] of BREAKS.entries())
  test(`${rule} is found broken (${index})`, () => {
    const wrong = bill.replace(from, to)
    expect(wrong).not.toBe(bill)
    expect(broken(bill)).not.toContain(rule)
    expect(broken(wrong)).toContain(rule)
  })

test('each rule that is checked has a bill that breaks it', () => {
  expect(checkedRules.filter((rule) => !BREAKS.some(([one]) => one === rule))).toEqual([])
})

/** Rules about terms that no bill of ours has, by an element of theirs. */
const NOT_THERE: Readonly<Record<string, string>> = {
  'BR-17': 'PayeeParty',
  ...{ 'BR-18': 'TaxRepresentativeParty', 'BR-19': 'TaxRepresentativeParty', 'BR-20': 'TaxRepresentativeParty' },
  'BR-56': 'TaxRepresentativeParty',
  ...{ 'BR-28': 'AllowanceCharge', 'BR-51': 'CardAccount', 'BR-52': 'AdditionalDocumentReference' },
  ...{ 'BR-53': 'TaxCurrencyCode', 'BR-DEC-15': 'TaxCurrencyCode', 'BR-54': 'AdditionalItemProperty' },
  ...{ 'BR-57': 'Delivery', 'BR-64': 'StandardItemIdentification', 'BR-65': 'CommodityClassification' },
  'BR-CO-03': 'TaxPointDate',
  ...Object.fromEntries(
    ['31', '32', '33', '36', '37', '38', '41', '42', '43', '44', 'DEC-01', 'DEC-02', 'DEC-05', 'DEC-06', 'DEC-10']
      .concat(['DEC-11', 'DEC-24', 'DEC-25', 'DEC-27', 'DEC-28', 'CO-05', 'CO-06', 'CO-07', 'CO-08', 'CO-11', 'CO-12'])
      .concat(['CO-21', 'CO-22', 'CO-23', 'CO-24', 'O-13', 'O-14'])
      .concat(['S', 'Z', 'E', 'AE', 'G', 'O'].flatMap((one) => ['03', '04', '06', '07'].map((it) => `${one}-${it}`)))
      .map((rule) => [`BR-${rule}`, 'AllowanceCharge']),
  ),
}
const numbered = (prefix: string, most: number, ...without: readonly number[]) =>
  Array.from({ length: most }, (_, index) => index + 1)
    .filter((it) => !without.includes(it))
    .map((it) => `${prefix}-${String(it).padStart(2, '0')}`)
/** The norm’s rules, but for those of categories that we refuse (IC, IG, IP, B) and code lists. */
const NORM = [
  ...numbered('BR', 65, 34, 35, 39, 40, 58, 59, 60),
  ...numbered('BR-CO', 26, 1, 2),
  ...numbered('BR-DEC', 28, 3, 4, 7, 8, 21, 22, 26),
  ...['S', 'Z', 'E', 'AE', 'G'].flatMap((category) => numbered(`BR-${category}`, 10)),
  ...numbered('BR-O', 14),
]

test('each rule of the norm is either checked or about a term that is refused', () => {
  expect(NORM.filter((rule) => checkedRules.includes(rule) === rule in NOT_THERE)).toEqual([])
  expect(NORM.length).toBe(167)
})

for (const element of new Set(Object.values(NOT_THERE)))
  test(`a bill with ${element} is refused, wherever it stands`, () => {
    const places = S.split(/(?=<c[ab]c:)/)
    const extra = `<cac:${element}><cbc:ID>1</cbc:ID></cac:${element}>`
    for (let at = 1; at < places.length; at++) {
      const xml = [...places.slice(0, at), extra, ...places.slice(at)].join('')
      expect(broken(xml)).toContain('UBL-ORDER')
    }
  })

test('another document is none of ours', () => {
  expect(broken('<Order/>')).toEqual(['UBL'])
})
