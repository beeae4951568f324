import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { InvoiceDetails } from '../api/billing.ts'
import { detailsQuery, invoicesQuery, keepDetails } from '../api/billing.ts'
import { dateClock } from '../format/time.ts'
import { Button } from '../parts/Button.tsx'
import { messageOf, Notice } from '../parts/Notice.tsx'
import { TextInput } from '../parts/TextInput.tsx'

/** Invoices of plans that are paid by bank, and what they need of a company. */
export function InvoicesSection() {
  const invoices = useQuery(invoicesQuery)
  const details = useQuery(detailsQuery)
  const items = invoices.data?.items ?? []
  return (
    <section aria-labelledby="invoices">
      <h2 id="invoices">Invoices</h2>
      {items.length === 0 ? <p className="soft">No invoice yet: they come with plans that are paid by bank.</p> : null}
      {items.length === 0 ? null : (
        <section className="table-wrap" aria-label="Invoices">
          <table>
            <thead>
              <tr>
                <th scope="col">Number</th>
                <th scope="col">From</th>
                <th scope="col">To</th>
                <th scope="col">Pay by (UTC)</th>
                <th scope="col" className="n">
                  To pay
                </th>
                <th scope="col">State</th>
                <th scope="col">Files</th>
              </tr>
            </thead>
            <tbody>
              {items.map((it) => (
                <tr key={it.id}>
                  <th scope="row">{it.number}</th>
                  <td>{it.seller}</td>
                  <td>{it.buyer}</td>
                  <td>{dateClock(it.dueAt, 'UTC')}</td>
                  <td className="n">€{it.gross}</td>
                  <td>{it.paid ? 'paid' : 'waits for the bank'}</td>
                  <td>
                    <a href={`/v1/billing/invoices/${it.id}/file?format=pdf`} download={`${it.number}.pdf`}>
                      PDF
                    </a>{' '}
                    <a href={`/v1/billing/invoices/${it.id}/file?format=xml`} download={`${it.number}.xml`}>
                      XML
                    </a>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
      {details.data === undefined ? null : (
        <DetailsForm key={String(details.data.details === null)} known={details.data.details} />
      )}
    </section>
  )
}

const FIELDS = [
  ['name', 'Name', ''],
  ['street', 'Street and number', ''],
  ['postalCode', 'Postal code', ''],
  ['city', 'City', ''],
  ['country', 'Country', 'Two letters, like ES'],
  ['email', 'E-mail for invoices', ''],
  ['vatId', 'VAT id', 'With its country’s letters; people have none'],
  ['registration', 'Number in the register of companies', 'Where there is one'],
  ['iban', 'IBAN', 'Sellers are paid there'],
  ['vatRate', 'VAT rate at home, percent', 'Sellers: 21, or 0 when exempt'],
  ['exemption', 'Why exempt', 'With a rate of 0'],
] as const
type Field = (typeof FIELDS)[number][0]

function DetailsForm({ known }: { known: InvoiceDetails | null }) {
  const queries = useQueryClient()
  const [text, setText] = useState<Partial<Record<Field, string>>>(() =>
    known === null ? {} : { ...known, vatRate: known.vatRate === undefined ? '' : String(known.vatRate / 100) },
  )
  const save = useMutation({
    mutationFn: () => keepDetails(detailsOf(text)),
    onSettled: () => queries.invalidateQueries({ queryKey: ['billing'] }),
  })
  return (
    <details className="panel" open={known === null}>
      <summary>Details for invoices{known === null ? ': not given yet' : ''}</summary>
      <div className="form-grid">
        {FIELDS.map(([field, label, hint]) => (
          <TextInput
            key={field}
            label={label}
            value={text[field] ?? ''}
            onChange={(value) => setText({ ...text, [field]: value })}
            {...(hint === '' ? {} : { hint })}
          />
        ))}
      </div>
      <p className="soft small">
        They stand on invoices and nowhere else: not on the chain, not in a log. An invoice that was issued keeps what
        was said then.
      </p>
      <Button look="main" isDisabled={save.isPending} onPress={() => save.mutate()}>
        Save details
      </Button>
      {save.error === null ? null : (
        <Notice tone="wrong" title="Not saved">
          <p>{messageOf(save.error)}</p>
        </Notice>
      )}
      {save.isSuccess ? <Notice title="Saved." /> : null}
    </details>
  )
}

/** What was typed, without what was left empty. */
function detailsOf(text: Partial<Record<Field, string>>): InvoiceDetails {
  const given = Object.fromEntries(
    FIELDS.flatMap(([field]) => {
      const value = text[field]?.trim() ?? ''
      if (value === '') return []
      return [[field, field === 'vatRate' ? Math.round(Number(value.replace(',', '.')) * 100) : value]]
    }),
  )
  return given as unknown as InvoiceDetails
}
