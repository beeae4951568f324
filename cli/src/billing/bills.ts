import { refusal } from '../failure.ts'
import type { Where } from '../instance/instance.ts'
import { print } from '../print.ts'
import { type BillingPlace, openBilling } from './place.ts'

type Options = Where & { json?: boolean; csv?: boolean; reason?: string; from?: string; to?: string }

type Bill = Record<'id' | 'number' | 'seller' | 'buyer' | 'gross' | 'side' | 'invoiceNumber', string> & {
  readonly period?: { readonly from: string; readonly to: string } | null
  readonly corrects?: string | null
  readonly correctedBy?: string | null
}
interface Books {
  readonly opening: string
  readonly closing: string
  readonly totals: Readonly<Record<string, string>>
  readonly count: number
  readonly lines: readonly unknown[]
}
export async function invoices(options: Options) {
  const { api } = await openBilling(options)
  const { items } = await api.get<{ items: Bill[] }>('/v1/billing/invoices?limit=100')
  const notes = (await api.get<{ items: Bill[] }>('/v1/billing/credit-notes?limit=100')).items
  print(options, { invoices: items, creditNotes: notes }, [
    ...items.map(
      (it) => `${it.number}  ${it.side.padEnd(7)} ${it.gross} EUR  ${it.seller} → ${it.buyer}${aboutOf(it)}`,
    ),
    ...notes.map((it) => `${it.number}  ${it.side.padEnd(7)} -${it.gross} EUR  on invoice ${it.invoiceNumber}`),
    ...(items.length === 0 ? ['no invoices'] : []),
  ])
}

/** Use that an invoice is over, and which one it corrects or is corrected by. */
const aboutOf = ({ period, corrects, correctedBy }: Bill): string =>
  [
    period ? `  use from ${period.from.slice(0, 10)} until ${period.to.slice(0, 10)}` : '',
    corrects ? `  in the place of ${corrects}` : '',
    correctedBy ? `  corrected by ${correctedBy}` : '',
  ].join('')

/** @throws ERR_INVOICE_UNKNOWN */
async function sentInvoice({ api }: BillingPlace, number: string): Promise<Bill> {
  const { items } = await api.get<{ items: Bill[] }>('/v1/billing/invoices?limit=100')
  const invoice = items.find((it) => it.side === 'seller' && (it.number === number || it.id === number))
  if (invoice !== undefined) return invoice
  throw refusal('ERR_INVOICE_UNKNOWN', `You sent no invoice ${number} lately; see opem billing invoices.`)
}

export async function correct(options: Options, number: string) {
  const place = await openBilling(options)
  const { id } = await sentInvoice(place, number)
  const body = { reason: options.reason ?? '' }
  const made = await place.api.post<{ invoice: Bill; creditNote: string }>(
    `/v1/billing/invoices/${id}/correction`,
    body,
  )
  print(options, made, [
    `invoice ${made.invoice.number} over ${made.invoice.gross} EUR stands in the place of ${number}; credit note ${made.creditNote}`,
  ])
}

export async function credit(options: Options, number: string, amount?: string) {
  const place = await openBilling(options)
  const { api } = place
  const invoice = await sentInvoice(place, number)
  const made = await api.post<Bill>(`/v1/billing/invoices/${invoice.id}/credit-notes`, {
    ...{ reason: options.reason ?? '', ...(amount === undefined ? {} : { amount }) },
  })
  print(options, made, [`credit note ${made.number} over ${made.gross} EUR on invoice ${invoice.number}`])
}

export async function books(options: Options, period?: string) {
  const { api } = await openBilling(options)
  const asked = { period, from: options.from, to: options.to }
  const query = Object.entries(asked)
    .flatMap(([name, value]) => (value === undefined ? [] : [`&${name}=${encodeURIComponent(value)}`]))
    .join('')
  if (options.csv) {
    process.stdout.write(await api.text(`/v1/billing/statement?format=csv${query}`))
    return
  }
  const { lines: _lines, ...found } = await api.get<Books>(`/v1/billing/statement?format=json${query}`)
  print(options, found, [
    `purse        ${found.opening} EUR at the beginning, ${found.closing} EUR at the end`,
    ...Object.entries(found.totals).map(([name, amount]) => `${name.padEnd(12)} ${amount} EUR`),
    `${found.count} lines: --csv prints them`,
  ])
}
