import { centText, type Invoice, type InvoiceParty, invoiceTotals, shortEur } from '@opem/domain'
import { letterPdf } from '../letter/letter.ts'

const linesOf = ({ name, street, postalCode, city, country, vatId, registration }: InvoiceParty): string[] => [
  name,
  street,
  `${postalCode} ${city}, ${country}`,
  ...(vatId === undefined ? [] : [`VAT ${vatId}`]),
  ...(registration === undefined ? [] : [`Register ${registration}`]),
]

const quantity = (thousandths: bigint): string => `${Number(thousandths) / 1000}`

/** The same invoice for people. */
export function invoicePdf(invoice: Invoice): Promise<Buffer> {
  const { net, vat, gross, lines } = invoiceTotals(invoice.lines)
  return letterPdf({
    ...{ title: `Invoice ${invoice.number}`, author: invoice.seller.name },
    sides: [
      { title: 'From', lines: linesOf(invoice.seller) },
      { title: 'To', lines: linesOf(invoice.buyer) },
    ],
    facts: [
      ['Issued', invoice.issued],
      ['To be paid by', invoice.due],
      ['Reference', invoice.reference],
      ...(invoice.seller.iban === undefined ? [] : [['Pay to', `IBAN ${invoice.seller.iban}`] as const]),
      ['Please name', invoice.number],
    ],
    columns: [
      { title: 'What', share: 0.46 },
      { title: 'Quantity', share: 0.14, isNumber: true },
      { title: 'Price, €', share: 0.14, isNumber: true },
      { title: 'VAT', share: 0.12, isNumber: true },
      { title: 'Net, €', share: 0.14, isNumber: true },
    ],
    rows: invoice.lines.map((line, index) => [
      line.period === undefined ? line.name : `${line.name} (${day(line.period.from)} to ${day(line.period.to - 1)})`,
      quantity(line.quantity),
      shortEur(line.price),
      line.vat.category === 'O' ? '–' : `${line.vat.rate / 100} %`,
      centText(lines[index]!),
    ]),
    totals: [
      ['Net', `€${centText(net)}`],
      ...vat.map(
        ({ rate, tax, taxable, category }) =>
          [category === 'O' ? 'VAT' : `VAT ${rate / 100} % of €${centText(taxable)}`, `€${centText(tax)}`] as const,
      ),
      ['To pay', `€${centText(gross)}`],
    ],
    notes: [
      ...vat.flatMap(({ reason }) => (reason === undefined ? [] : [reason])),
      ...(invoice.note === undefined ? [] : [invoice.note]),
      'The same invoice as a file for machines: UBL 2.1, EN 16931, Peppol BIS Billing 3.0.',
    ],
  })
}

const day = (instant: number): string => new Date(instant * 1000).toISOString().slice(0, 10)
