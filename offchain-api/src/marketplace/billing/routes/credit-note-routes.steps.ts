import { beforeAll, expect, test } from 'vitest'
import type { BillingWorld } from '../../../testing/billing-world.ts'

/** Routes of credit notes and books; an invoice that waits for the bank is there already. */
export function creditNoteRouteSteps(open: () => BillingWorld): void {
  const NOTES = '/v1/billing/credit-notes'
  let world: BillingWorld
  let invoice: { id: string; number: string; gross: string }
  let note: { id: string; number: string }
  const at = () => `/v1/billing/invoices/${invoice.id}/credit-notes`
  const reason = 'Two weeks were missing'

  beforeAll(async () => {
    world = open()
    const { items } = (await world.ask(world.provider, 'GET', '/v1/billing/invoices')).body
    invoice = items.find((one: { paidBy: string }) => one.paidBy === 'bank')
  })

  test.each([
    ['a part of a cent', { amount: '1.005', reason }, 400, 'ERR_AMOUNT'],
    ['no amount', { amount: 'all', reason }, 400, 'ERR_AMOUNT'],
    ['more than the invoice', { amount: '12.11', reason }, 409, 'ERR_CREDIT_AMOUNT'],
    ['no reason', { amount: '1.00' }, 400, 'ERR_BODY'],
    ['two lines of reason', { amount: '1.00', reason: 'a\nb' }, 400, 'ERR_BODY'],
  ])('is not made over %s', async (_what, body, status, code) => {
    expect(await world.refusal(world.provider, 'POST', at(), { body })).toEqual([status, code])
  })

  test('is made by the seller alone', async () => {
    for (const who of [world.consumer, world.stranger])
      expect(await world.refusal(who, 'POST', at(), { body: { reason } })).toEqual([404, 'ERR_INVOICE_UNKNOWN'])
  })

  test('is made once for one key, and lowers what the invoice asks for', async () => {
    const asked = { body: { amount: '6.05', reason }, key: 'correction-of-today' }
    const made = await world.ask(world.provider, 'POST', at(), asked)
    expect(made.body).toMatchObject({
      ...{ invoice: invoice.id, invoiceNumber: invoice.number, side: 'seller', gross: '6.05', source: 'correction' },
      settlement: 'offset',
    })
    expect((await world.ask(world.provider, 'POST', at(), asked)).body).toEqual(made.body)
    note = made.body
    const [left] = (await world.ask(world.operator, 'GET', '/v1/billing/open-invoices')).body.items
    expect([left.invoice.credited, left.grossMicro]).toEqual(['6.05', '6050000'])
  })

  test('is seen by both sides and by nobody else', async () => {
    const seen = async (who: BillingWorld['consumer']) =>
      (await world.ask(who, 'GET', NOTES)).body.items.map((one: { id: string; side: string }) => [one.id, one.side])
    expect(await seen(world.provider)).toEqual([[note.id, 'seller']])
    expect(await seen(world.consumer)).toEqual([[note.id, 'buyer']])
    expect(await seen(world.stranger)).toEqual([])
  })

  test('is a file for people and one for machines; of others it is not there', async () => {
    const file = `${NOTES}/${note.id}/file`
    const pdf = await world.ask(world.consumer, 'GET', file)
    expect([pdf.status, pdf.type, pdf.body.slice(0, 5)]).toEqual([200, 'application/pdf', '%PDF-'])
    const xml = await world.ask(world.provider, 'GET', `${file}?format=xml`)
    expect(xml.body).toContain('<cbc:CreditNoteTypeCode>381</cbc:CreditNoteTypeCode>')
    expect(xml.body).toContain(`<cbc:ID>${invoice.number}</cbc:ID>`)
    expect(await world.refusal(world.stranger, 'GET', file)).toEqual([404, 'ERR_CREDIT_NOTE_UNKNOWN'])
  })

  test('that was taken off an invoice is not paid back; the operator alone would record it', async () => {
    const settlement = `${NOTES}/${note.id}/settlement`
    expect((await world.ask(world.operator, 'GET', '/v1/billing/open-credit-notes')).body).toEqual({ items: [] })
    expect(await world.refusal(world.operator, 'POST', settlement)).toEqual([409, 'ERR_CREDIT_NOTE_SETTLED'])
    expect(await world.refusal(world.provider, 'POST', settlement)).toEqual([403, 'ERR_NOT_ALLOWED'])
    const none = `${NOTES}/00000000-0000-4000-8000-000000000000/settlement`
    expect(await world.refusal(world.operator, 'POST', none)).toEqual([404, 'ERR_CREDIT_NOTE_UNKNOWN'])
  })

  test('stands in the books of its month, as JSON and as CSV', async () => {
    const books = '/v1/billing/statement'
    const { months, closing } = (await world.ask(world.provider, 'GET', books)).body
    expect(closing).toBe((await world.ask(world.provider, 'GET', '/v1/billing')).body.available)
    const month = await world.ask(world.provider, 'GET', `${books}?period=${months[0]}`)
    expect(month.body.lines.filter((one: { what: string }) => one.what === 'credit note, sent')).toMatchObject([
      { document: note.number, net: '5.00', vat: '1.05', gross: '6.05', counterparty: 'Bolt' },
    ])
    const csv = await world.ask(world.provider, 'GET', `${books}?period=${months[0]}&format=csv`)
    expect([csv.status, csv.type?.split(';')[0]]).toEqual([200, 'text/csv'])
    expect(csv.body.split('\r\n').length).toBe(month.body.count + 2)
    expect((await world.ask(world.stranger, 'GET', books)).body).toMatchObject({
      months: [],
      count: 0,
      closing: '0.00',
    })
  })

  test('books are of the last twelve months, of two instants, or of all time', async () => {
    const books = '/v1/billing/statement'
    const of = async (query: string) => (await world.ask(world.provider, 'GET', `${books}${query}`)).body
    const { available } = (await world.ask(world.provider, 'GET', '/v1/billing')).body
    const [whole, usual] = [await of('?period=all'), await of('')]
    expect([whole.from, whole.to, whole.opening, whole.closing]).toEqual([
      ...['1970-01-01T00:00:00Z', null, '0.00', available],
    ])
    expect([usual.from.slice(7), usual.count, usual.closing]).toEqual(['-01T00:00:00Z', whole.count, available])
    const middle = whole.lines[Math.floor(whole.lines.length / 2)].at
    const [before, after] = [await of(`?to=${middle}`), await of(`?from=${middle}`)]
    expect([before.opening, after.opening, after.closing]).toEqual(['0.00', before.closing, available])
    expect(before.count + after.count).toBe(whole.count)
    expect((await of(`?from=${middle}&to=2106-01-01T00:00:00Z`)).count).toBe(after.count)
  })

  test.each([
    ['a period and an instant', 'period=2026-11&from=2026-11-01T00:00:00Z'],
    ['an end before its beginning', 'from=2026-11-02T00:00:00Z&to=2026-11-01T00:00:00Z'],
  ])('books are not of %s', async (_what, query) => {
    expect(await world.refusal(world.provider, 'GET', `/v1/billing/statement?${query}`)).toEqual([
      ...[400, 'ERR_STATEMENT_RANGE'],
    ])
  })

  test('a correction is made by the seller alone, and of something that is wrong', async () => {
    const correction = `/v1/billing/invoices/${invoice.id}/correction`
    const asked = { body: { reason: 'The address was wrong' } }
    for (const who of [world.consumer, world.stranger])
      expect(await world.refusal(who, 'POST', correction, asked)).toEqual([404, 'ERR_INVOICE_UNKNOWN'])
    expect(await world.refusal(world.provider, 'POST', correction, { body: {} })).toEqual([400, 'ERR_BODY'])
    const { details } = (await world.ask(world.consumer, 'GET', '/v1/billing/invoice-details')).body
    await world.ask(world.consumer, 'PUT', '/v1/billing/invoice-details', { body: { ...details, street: 'Calle 2' } })
    const made = await world.ask(world.provider, 'POST', correction, { ...asked, key: 'right-address' })
    // 12.10, of which 6.05 were taken back.
    expect(made.body).toMatchObject({
      invoice: {
        side: 'seller',
        gross: '6.05',
        credited: '0.00',
        corrects: invoice.number,
        correctedBy: null,
        period: null,
      },
    })
    expect((await world.ask(world.provider, 'POST', correction, { ...asked, key: 'right-address' })).body).toEqual(
      made.body,
    )
    expect(await world.refusal(world.provider, 'POST', correction, asked)).toEqual([409, 'ERR_INVOICE_CORRECTED'])
    const { items } = (await world.ask(world.consumer, 'GET', '/v1/billing/invoices')).body
    const [old] = items.filter(({ id }: { id: string }) => id === invoice.id)
    expect([old.credited, old.correctedBy]).toEqual(['12.10', made.body.invoice.number])
    const open = (await world.ask(world.operator, 'GET', '/v1/billing/open-invoices')).body.items
    expect(open.map((one: { invoice: { number: string } }) => one.invoice.number)).toEqual([made.body.invoice.number])
    const xml = await world.ask(world.consumer, 'GET', `/v1/billing/invoices/${made.body.invoice.id}/file?format=xml`)
    expect(xml.body).toContain('<cbc:StreetName>Calle 2</cbc:StreetName>')
  })

  test.each(['2026-13', '26-11', '2026-11-01', 'ever'])('books have no period %s', async (period) => {
    expect(await world.refusal(world.provider, 'GET', `/v1/billing/statement?period=${period}`)).toEqual([
      ...[400, 'ERR_QUERY'],
    ])
  })
}
