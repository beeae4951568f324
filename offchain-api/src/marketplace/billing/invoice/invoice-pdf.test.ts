import { inflateSync } from 'node:zlib'
import { creditLines, type Invoice } from '@opem/domain'
import { expect, test } from 'vitest'
import { creditNotePdf, invoicePdf } from './invoice-pdf.ts'

const invoice: Invoice = {
  ...{ number: '2026-00007', issued: '2026-11-26', due: '2026-12-26', reference: 'Agreement 0xab' },
  seller: {
    ...{
      name: 'Acme',
      street: 'Calle 1',
      city: 'Sevilla',
      postalCode: '41010',
      country: 'ES',
      email: 'a@acme.example',
    },
    ...{ vatId: 'ESB12345674', vatRate: 2100, iban: 'ES9121000418450200051332' },
  },
  buyer: { name: 'Żółw', street: 'Hafen 2', city: 'Hamburg', postalCode: '20457', country: 'DE', email: 'b@b.example' },
  lines: Array.from({ length: 60 }, (_, index) => ({
    ...{ name: `Line ${index}`, quantity: 1_000n, unit: 'C62', price: 1_000_000n, vat: { category: 'S', rate: 2100 } },
  })) as Invoice['lines'],
}

/** Everything that the file holds, with its compressed streams opened. */
function opened(pdf: Buffer): string {
  const text = pdf.toString('latin1')
  const parts = [text]
  for (const match of text.matchAll(/stream\r?\n/g)) {
    const start = match.index + match[0].length
    try {
      parts.push(inflateSync(pdf.subarray(start, text.indexOf('endstream', start))).toString('latin1'))
    } catch {} // not compressed
  }
  return parts.join('\n')
}

test('an invoice is a tagged PDF of several pages with its title and language', async () => {
  const pdf = await invoicePdf(invoice)
  const text = opened(pdf)
  expect(text.startsWith('%PDF-1.7')).toBe(true)
  expect(text).toContain('/Marked true')
  expect(text).toContain('/Lang (en)')
  expect([...text.matchAll(/\/Type \/Page\b[^s]/g)].length).toBe(2)
  for (const kind of ['/H1', '/P', '/Table', '/TR', '/TH', '/TD']) expect(text).toContain(`/S ${kind}`)
  expect([...text.matchAll(/\/S \/TR\b/g)].length).toBe(61)
})

test('a credit note is a tagged PDF with its own title', async () => {
  const text = opened(
    await creditNotePdf({
      ...{
        number: 'C2026-00001',
        issued: '2026-12-01',
        seller: invoice.seller,
        buyer: invoice.buyer,
        reference: '0xab',
      },
      ...{
        lines: creditLines(invoice, 605n),
        total: 605n,
        paid: true,
        note: 'The seller gave back money of payment 0',
      },
      ...{ invoice: { number: '2026-00007', issued: '2026-11-26' }, terms: 'It went back into the buyer’s purse.' },
    }),
  )
  expect(text).toContain('>Credit note C2026-00001</rdf:li>')
  expect([...text.matchAll(/\/S \/TR\b/g)].length).toBe(2)
})
