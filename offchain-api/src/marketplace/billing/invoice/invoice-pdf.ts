import {
  type Bill,
  type CreditNote,
  centText,
  type Invoice,
  type InvoiceLine,
  type InvoiceParty,
  invoiceTotals,
  settlementOf,
} from '@opem/domain'
import { letterPdf } from '../letter/letter.ts'

const linesOf = ({ name, street, postalCode, city, country, vatId, registration }: InvoiceParty): string[] => [
  name,
  street,
  `${postalCode} ${city}, ${country}`,
  ...(vatId === undefined ? [] : [`VAT ${vatId}`]),
  ...(registration === undefined ? [] : [`Register ${registration}`]),
]

const quantity = ({ quantity: of, quantityDecimals = 3 }: InvoiceLine): string =>
  `${Number(of) / 10 ** quantityDecimals}`

/** At least cents, more decimals only where they are not zero. */
function price({ price: of, priceDecimals = 6 }: InvoiceLine): string {
  const digits = of.toString().padStart(priceDecimals + 1, '0')
  return `${digits.slice(0, -priceDecimals)}.${digits.slice(-priceDecimals).replace(/(?<=^\d{2,})0+$/, '')}`
}

/** The same invoice for people. */
export const invoicePdf = (invoice: Invoice): Promise<Buffer> =>
  billPdf(invoice, {
    title: `Invoice ${invoice.number}`,
    facts: [
      ...(invoice.paid ? [] : [['To be paid by', invoice.due] as const]),
      ['Reference', invoice.reference],
      ...(invoice.period === undefined
        ? []
        : [['Period', `${day(invoice.period.from)} to ${day(invoice.period.to - 1)}`] as const]),
      ...(invoice.preceding === undefined
        ? []
        : [['In the place of', `invoice ${invoice.preceding.number} of ${invoice.preceding.issued}`] as const]),
      ...(invoice.paid || invoice.seller.iban === undefined
        ? []
        : [['Pay to', `IBAN ${invoice.seller.iban}`] as const, ['Please name', invoice.number] as const]),
    ],
    sum: 'To pay',
    moved: invoice.paid === 'by bank' ? 'Paid by bank' : 'Paid from the purse',
    kind: 'invoice',
  })

/** The same credit note for people. */
export const creditNotePdf = (note: CreditNote): Promise<Buffer> =>
  billPdf(
    { ...note, note: undefined },
    {
      title: `Credit note ${note.number}`,
      facts: [
        ['Takes back', `invoice ${note.invoice.number} of ${note.invoice.issued}`],
        ['Reference', note.reference],
        ...(note.note === undefined ? [] : [['Reason', note.note] as const]),
        ['How it moves', note.terms],
        ...(note.paid || note.buyer.iban === undefined ? [] : [['Goes to', `IBAN ${note.buyer.iban}`] as const]),
      ],
      sum: 'To your credit',
      moved: note.replaced ? 'Stands on the invoice in its place' : 'Back into the purse',
      kind: 'credit note',
    },
  )

interface Words {
  readonly title: string
  readonly facts: readonly (readonly [string, string])[]
  readonly sum: string
  readonly moved: string
  readonly kind: string
}

function billPdf(bill: Bill, { title, facts, sum, moved, kind }: Words): Promise<Buffer> {
  const { net, vat, lines } = invoiceTotals(bill.lines)
  const { total, prepaid, rounding, due } = settlementOf(bill)
  return letterPdf({
    ...{ title, author: bill.seller.name },
    sides: [
      { title: 'From', lines: linesOf(bill.seller) },
      { title: 'To', lines: linesOf(bill.buyer) },
    ],
    facts: [['Issued', bill.issued], ...facts],
    columns: [
      { title: 'What', share: 0.46 },
      { title: 'Quantity', share: 0.14, isNumber: true },
      { title: 'Price, €', share: 0.14, isNumber: true },
      { title: 'VAT', share: 0.12, isNumber: true },
      { title: 'Net, €', share: 0.14, isNumber: true },
    ],
    rows: bill.lines.map((line, index) => [
      line.period === undefined ? line.name : `${line.name} (${day(line.period.from)} to ${day(line.period.to - 1)})`,
      quantity(line),
      price(line),
      line.vat.category === 'O' ? '–' : `${line.vat.rate / 100} %`,
      centText(lines[index]!),
    ]),
    totals: [
      ['Net', `€${centText(net)}`],
      ...vat.map(
        ({ rate, tax, taxable, category }) =>
          [category === 'O' ? 'VAT' : `VAT ${rate / 100} % of €${centText(taxable)}`, `€${centText(tax)}`] as const,
      ),
      ...(rounding === 0n ? [] : [['Rounding', `€${centText(rounding)}`] as const]),
      ...(prepaid === 0n
        ? []
        : [['Together', `€${centText(total)}`] as const, [moved, `€${centText(prepaid)}`] as const]),
      [sum, `€${centText(due)}`],
    ],
    notes: [
      ...vat.flatMap(({ reason }) => (reason === undefined ? [] : [reason])),
      ...bill.lines.flatMap(({ note, name }) => (note === undefined ? [] : [`${name}: ${note}`])),
      ...(bill.note === undefined ? [] : [bill.note]),
      `The same ${kind} as a file for machines: UBL 2.1, EN 16931, Peppol BIS Billing 3.0.`,
    ],
  })
}

const day = (instant: number): string => new Date(instant * 1000).toISOString().slice(0, 10)
