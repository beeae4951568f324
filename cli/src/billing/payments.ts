import { shortEur } from '@opem/domain'
import { print } from '../print.ts'
import { openBilling } from './place.ts'
import { amountOf, idOf, type Options, tell } from './tell.ts'

type Payment = Record<'payment' | 'title' | 'side' | 'state' | 'amount' | 'refunded' | 'dueAt', string> & {
  readonly number: number
  readonly until: string | null
  readonly suspended: boolean
}

export async function payments(options: Options): Promise<void> {
  const { api } = await openBilling(options)
  const { items } = await api.get<{ items: Payment[] }>('/v1/billing/payments?limit=100')
  const lines = items.map(
    (it) =>
      `${it.payment}  ${it.dueAt}  ${it.side === 'provider' ? 'to you' : 'by you'}  ${it.amount} EUR  ${it.state}${it.until === null ? '' : ` until ${it.until}`}${it.suspended ? ', suspended' : ''}  ${it.title}, no. ${it.number}`,
  )
  print(options, { payments: items }, lines.length === 0 ? ['no payments'] : lines)
}

export async function accept(options: Options, id: string): Promise<void> {
  const place = await openBilling(options)
  await tell(options, place, 'accept', [idOf(id, 'payment')], 'accepted: it goes to the provider')
}

export async function refund(options: Options, id: string, text: string): Promise<void> {
  const place = await openBilling(options)
  const amount = amountOf(text)
  await tell(options, place, 'refund', [idOf(id, 'payment'), amount], `gave back ${shortEur(amount)} EUR`)
}

export async function takeBack(options: Options, id: string): Promise<void> {
  const place = await openBilling(options)
  const done = 'what is set aside goes back when the provider had time to claim'
  await tell(options, place, 'closeReserve', [idOf(id, 'agreement')], done)
}
