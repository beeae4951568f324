import { refusal } from '../failure.ts'
import type { Where } from '../instance/instance.ts'
import { print } from '../print.ts'
import { openBilling } from './place.ts'

type Options = Where & { json?: boolean; csv?: boolean; reason?: string }

type Bill = Record<'id' | 'number' | 'seller' | 'buyer' | 'gross' | 'side' | 'invoiceNumber', string>
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
    ...items.map((it) => `${it.number}  ${it.side.padEnd(7)} ${it.gross} EUR  ${it.seller} → ${it.buyer}`),
    ...notes.map((it) => `${it.number}  ${it.side.padEnd(7)} -${it.gross} EUR  on invoice ${it.invoiceNumber}`),
    ...(items.length === 0 ? ['no invoices'] : []),
  ])
}

export async function credit(options: Options, number: string, amount?: string) {
  const { api } = await openBilling(options)
  const { items } = await api.get<{ items: Bill[] }>('/v1/billing/invoices?limit=100')
  const invoice = items.find((it) => it.side === 'seller' && (it.number === number || it.id === number))
  if (invoice === undefined)
    throw refusal('ERR_INVOICE_UNKNOWN', `You sent no invoice ${number} lately; see opem billing invoices.`)
  const made = await api.post<Bill>(`/v1/billing/invoices/${invoice.id}/credit-notes`, {
    ...{ reason: options.reason ?? '', ...(amount === undefined ? {} : { amount }) },
  })
  print(options, made, [`credit note ${made.number} over ${made.gross} EUR on invoice ${invoice.number}`])
}

export async function books(options: Options, period?: string) {
  const { api } = await openBilling(options)
  const query = period === undefined ? '' : `&period=${encodeURIComponent(period)}`
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
