import type { Hex } from '@opem/domain'
import { beforeAll, expect, test } from 'vitest'
import type { BillingWorld } from '../../../testing/billing-world.ts'
import { until } from '../../../testing/harness.ts'

const IBAN = 'ES9121000418450200051332'
const ADDRESS = { street: 'Calle 1', city: 'Sevilla', postalCode: '41001', country: 'ES', email: 'a@acme.example' }
const SELLER = { ...ADDRESS, name: 'Acme', vatId: 'ESB12345674', vatRate: 2100, iban: IBAN }
const BUYER = { ...ADDRESS, name: 'Bolt' }

/** Routes of bank plans: details, invoices as files, and the bank's statement. */
export function invoiceRouteSteps(open: () => BillingWorld): void {
  const DETAILS = '/v1/billing/invoice-details'
  const STATEMENTS = '/v1/billing/bank-statements'
  let world: BillingWorld
  let agreement: Hex
  let invoice: { id: string; number: string; gross: string }

  beforeAll(async () => {
    world = open()
    agreement = (await world.under('bank')).id
    await world.payment(agreement, 'due')
  })

  test('needs details, which are none at first', async () => {
    expect((await world.ask(world.provider, 'GET', DETAILS)).body).toEqual({ details: null })
  })

  test.each([
    ['an IBAN whose digits do not check', { ...SELLER, iban: 'ES9121000418450200051333' }, 'iban'],
    ['a VAT id of another country', { ...SELLER, vatId: 'DE123456789' }, 'vatId'],
    ['no tax and no reason', { ...SELLER, vatRate: 0 }, 'exemption'],
    ['a country that there is not', { ...SELLER, vatId: 'XX1234', country: 'XX' }, 'country'],
    ['a country that is a word', { ...SELLER, country: 'Spain' }, 'country'],
    ['more than is asked for', { ...SELLER, phone: '1' }, 'phone'],
  ])('is not made from %s', async (_what, body, field) => {
    const said = await world.ask(world.provider, 'PUT', DETAILS, { body })
    expect([said.status, said.body.code]).toEqual([400, 'ERR_BODY'])
    expect(said.body.detail).toContain(field)
  })

  test('details are kept for their account alone', async () => {
    expect((await world.ask(world.provider, 'PUT', DETAILS, { body: SELLER })).body).toEqual({ details: SELLER })
    expect((await world.ask(world.consumer, 'PUT', DETAILS, { body: BUYER })).body).toEqual({ details: BUYER })
    expect((await world.ask(world.provider, 'GET', DETAILS)).body).toEqual({ details: SELLER })
    expect((await world.ask(world.stranger, 'GET', DETAILS)).body).toEqual({ details: null })
    expect((await world.ask(world.provider, 'GET', '/v1/billing')).body.invoiceDetails).toBe(true)
  })

  test('comes when both sides are known, to both and to nobody else', async () => {
    const invoices = async (who: BillingWorld['consumer']) =>
      (await world.ask(who, 'GET', '/v1/billing/invoices')).body.items.filter(
        (one: { agreement: string }) => one.agreement === agreement,
      )
    await until(async () => (await invoices(world.provider)).length === 1)
    ;[invoice] = await invoices(world.provider)
    const both = {
      agreement,
      gross: '12.10',
      credited: '0.00',
      paid: false,
      paidBy: 'bank',
      seller: 'Acme',
      buyer: 'Bolt',
    }
    expect(await invoices(world.provider)).toMatchObject([{ ...both, side: 'seller' }])
    expect(await invoices(world.consumer)).toMatchObject([{ ...both, side: 'buyer' }])
    expect(await invoices(world.stranger)).toEqual([])
  })

  test('is a file for people and one for machines; of others it is not there', async () => {
    const file = `/v1/billing/invoices/${invoice.id}/file`
    const pdf = await world.ask(world.consumer, 'GET', file)
    expect([pdf.status, pdf.type, pdf.body.slice(0, 5)]).toEqual([200, 'application/pdf', '%PDF-'])
    const xml = await world.ask(world.provider, 'GET', `${file}?format=xml`)
    expect([xml.status, xml.type?.split(';')[0]]).toEqual([200, 'application/xml'])
    expect(xml.body).toContain(`<cbc:ID>${invoice.number}</cbc:ID>`)
    expect((await world.ask(world.operator, 'GET', file)).status).toBe(200)
    expect(await world.refusal(world.stranger, 'GET', file)).toEqual([404, 'ERR_INVOICE_UNKNOWN'])
    expect(await world.refusal(world.consumer, 'GET', `${file}?format=doc`)).toEqual([400, 'ERR_QUERY'])
    expect(await world.refusal(world.consumer, 'GET', '/v1/billing/invoices/1/file')).toEqual([400, 'ERR_PATH'])
  })

  const statement = (amount: string) =>
    `<?xml version="1.0"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt><Stmt><Acct><Id><IBAN>${IBAN}</IBAN></Id></Acct>
     <Ntry><Amt Ccy="EUR">${amount}</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>2026-11-27</Dt></BookgDt>
     <AcctSvcrRef>B-${amount}</AcctSvcrRef><NtryDtls><TxDtls><RmtInf><Ustrd>${invoice.number}</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>
     </Stmt></BkToCstmrStmt></Document>`

  test('waits for the bank: a credit of another amount pays nothing, one to the cent does, once for one key', async () => {
    const open = async () =>
      (await world.ask(world.operator, 'GET', '/v1/billing/open-invoices')).body.items.map(
        (one: { invoice: { number: string }; credit: { amount: string } | null }) => [
          one.invoice.number,
          one.credit?.amount ?? null,
        ],
      )
    expect(await open()).toEqual([[invoice.number, null]])
    const short = await world.ask(world.operator, 'POST', STATEMENTS, { body: { camt053: statement('12.00') } })
    expect(short.body.credits).toMatchObject([{ amount: '12.00', invoice: null }])
    expect(await open()).toEqual([[invoice.number, null]])

    const exact = { body: { camt053: statement('12.10') }, key: 'statement-of-today' }
    const first = await world.ask(world.operator, 'POST', STATEMENTS, exact)
    expect(first.body.credits).toMatchObject([{ amount: '12.10', invoice: invoice.number }])
    const again = await world.ask(world.operator, 'POST', STATEMENTS, exact)
    expect([again.body, again.replayed]).toEqual([first.body, true])
    expect(await open()).toEqual([[invoice.number, '12.10']])
  })

  test.each([
    ['no XML', 'a letter', 'ERR_XML'],
    ['another document', '<Document><Other/></Document>', 'ERR_CAMT'],
  ])('a statement that is %s is refused', async (_what, camt053, code) => {
    expect(await world.refusal(world.operator, 'POST', STATEMENTS, { body: { camt053 } })).toEqual([400, code])
  })

  test('a statement is read for the operator alone, and only when there is one', async () => {
    const asked = { body: { camt053: statement('1.00') } }
    expect(await world.refusal(world.provider, 'POST', STATEMENTS, asked)).toEqual([403, 'ERR_NOT_ALLOWED'])
    expect(await world.refusal(world.operator, 'POST', STATEMENTS, { body: {} })).toEqual([400, 'ERR_BODY'])
  })
}
