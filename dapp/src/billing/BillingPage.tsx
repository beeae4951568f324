import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { billedQuery, paymentsQuery, purseQuery } from '../api/billing.ts'
import { ReadProblem, Waiting } from '../parts/Notice.tsx'
import { useTitle } from '../parts/title.ts'
import { For } from '../session/For.tsx'
import { useSession } from '../session/session.ts'
import { AgreementsSection } from './AgreementsSection.tsx'
import { BooksSection } from './BooksSection.tsx'
import { InvoicesSection } from './InvoicesSection.tsx'
import { OperatorSections } from './OperatorSections.tsx'
import { PaymentsSection } from './PaymentsSection.tsx'
import { PurseSection } from './PurseSection.tsx'

/** Money of the marketplace: purse, what is owed, payments, vouchers, disputes, invoices. */
export const BillingPage = () => (
  <For need={{ kind: 'capability', capability: 'billing' }} title="Billing">
    <Page />
  </For>
)

function Page() {
  useTitle('Billing')
  const session = useSession()
  const purse = useQuery(purseQuery)
  const [month, setMonth] = useState<string>()
  const payments = useQuery(paymentsQuery())
  const shown = useQuery({ ...paymentsQuery(month), placeholderData: keepPreviousData })
  const agreements = useQuery(billedQuery)
  const problem = purse.error ?? payments.error ?? shown.error ?? agreements.error
  if (problem !== null) return <ReadProblem error={problem} retry={() => void purse.refetch()} />
  if (purse.data === undefined || payments.data === undefined || agreements.data === undefined)
    return <Waiting what="your purse" />
  const of = new Map<string, (typeof agreements.data.items)[number]['terms']>(
    agreements.data.items.map((it) => [it.agreement, it.terms]),
  )
  return (
    <>
      <header className="page-head">
        <h1>Billing</h1>
        <p className="soft">
          Money moves by the escrow contract alone: what is due is paid from your purse by itself, held until you accept
          it or are silent, and then the provider’s.
        </p>
      </header>
      <div className="sections">
        <PurseSection purse={purse.data} />
        <AgreementsSection purse={purse.data} agreements={agreements.data.items} payments={payments.data.items} />
        <BooksSection month={month} choose={setMonth} />
        <PaymentsSection
          title="Payments"
          purse={purse.data}
          payments={shown.data?.items ?? payments.data.items}
          terms={(agreement) => of.get(agreement)}
        />
        <InvoicesSection month={month} />
        {session?.operator ? <OperatorSections purse={purse.data} /> : null}
      </div>
    </>
  )
}
