import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { creditNotesQuery, detailsQuery, invoicesQuery } from '../api/billing.ts'
import { billsOf } from './bills.ts'
import { CorrectPanel } from './CorrectPanel.tsx'
import { CreditPanel } from './CreditPanel.tsx'
import { DetailsForm } from './DetailsForm.tsx'
import { type Chosen, InvoicesTable } from './InvoicesTable.tsx'

/** Invoices with their credit notes beside them, and what they need of a company. */
export function InvoicesSection({ month }: { month: string | undefined }) {
  const invoices = useQuery({ ...invoicesQuery(month), placeholderData: keepPreviousData })
  const notes = useQuery({ ...creditNotesQuery(month), placeholderData: keepPreviousData })
  const details = useQuery(detailsQuery)
  const bills = billsOf(invoices.data?.items ?? [], notes.data?.items ?? [])
  const [chosen, choose] = useState<Chosen>()
  const invoice = invoices.data?.items.find(({ id }) => id === chosen?.id)
  return (
    <section aria-labelledby="invoices">
      <h2 id="invoices">Invoices and credit notes</h2>
      {bills.length === 0 ? (
        <p className="soft">
          None {month === undefined ? 'yet' : 'in this month'}: they come when both sides gave their details.
        </p>
      ) : (
        <InvoicesTable bills={bills} chosen={chosen} choose={choose} />
      )}
      {invoice === undefined ? null : chosen?.how === 'Correct' ? (
        <CorrectPanel key={invoice.id} invoice={invoice} close={() => choose(undefined)} />
      ) : (
        <CreditPanel key={invoice.id} invoice={invoice} close={() => choose(undefined)} />
      )}
      {details.data === undefined ? null : (
        <DetailsForm key={String(details.data.details === null)} known={details.data.details} />
      )}
    </section>
  )
}
