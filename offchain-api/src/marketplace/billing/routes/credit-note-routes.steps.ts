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

  test.each(['2026-13', '26-11', '2026-11-01', 'all'])('books have no period %s', async (period) => {
    expect(await world.refusal(world.provider, 'GET', `/v1/billing/statement?period=${period}`)).toEqual([
      ...[400, 'ERR_QUERY'],
    ])
  })
}
