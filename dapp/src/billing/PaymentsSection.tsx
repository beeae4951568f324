import { useId, useState } from 'react'
import type { Payment, Purse } from '../api/billing.ts'
import { shortHex } from '../format/hex.ts'
import { eur } from '../format/money.ts'
import { dateClock } from '../format/time.ts'
import { Button } from '../parts/Button.tsx'
import { microOf } from './amount.ts'
import { PaymentPanel } from './PaymentPanel.tsx'
import { STATE_LOOK, stateWords } from './words.ts'

type Props = { title: string; purse: Purse; payments: readonly Payment[]; terms: (agreement: string) => Terms }
type Terms = Readonly<Record<string, string | number>> | undefined

/** Payments with their states; one is opened to see what happened and what can be done. */
export function PaymentsSection({ title, purse, payments, terms }: Props) {
  const id = useId()
  const [open, setOpen] = useState<string>()
  const shown = payments.find(({ payment }) => payment === open)
  return (
    <section aria-labelledby={id}>
      <h2 id={id}>{title}</h2>
      {payments.length === 0 ? <p className="soft">There is none yet.</p> : null}
      {payments.length === 0 ? null : (
        <section className="table-wrap" aria-label={title}>
          <table>
            <thead>
              <tr>
                <th scope="col">Due (UTC)</th>
                <th scope="col">For</th>
                <th scope="col" className="n">
                  Amount
                </th>
                <th scope="col">State</th>
                <th scope="col">
                  <span className="visually-hidden">More</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {payments.map((it) => (
                <tr key={it.payment}>
                  <td>{dateClock(it.dueAt, 'UTC')}</td>
                  <th scope="row">
                    {it.title || shortHex(it.agreement)}, {it.side === 'provider' ? 'to you' : 'by you'}, no.{' '}
                    {it.number}
                  </th>
                  <td className="n">{eur(microOf(it.amount))}</td>
                  <td>
                    <span className={`badge ${STATE_LOOK[it.state]}`}>{stateWords(it)}</span>
                    {it.suspended ? <span className="badge wrong"> suspended</span> : null}
                  </td>
                  <td>
                    <Button
                      look="plain"
                      aria-expanded={open === it.payment}
                      onPress={() => setOpen(open === it.payment ? undefined : it.payment)}
                    >
                      {open === it.payment ? 'Close' : 'Open'}
                      <span className="visually-hidden">
                        {' '}
                        payment {it.number} of {it.title || shortHex(it.agreement)}
                      </span>
                    </Button>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
      {shown === undefined ? null : (
        <PaymentPanel key={shown.payment} purse={purse} payment={shown} terms={terms(shown.agreement)} />
      )}
    </section>
  )
}
