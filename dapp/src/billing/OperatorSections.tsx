import type { Hex } from '@opem/domain'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { collectFees, recordSettlement } from '../actions/billing-actions.ts'
import { Journey } from '../actions/Journey.tsx'
import type { Purse } from '../api/billing.ts'
import { disputesQuery, feesQuery, openInvoicesQuery, readStatement } from '../api/billing.ts'
import { eur } from '../format/money.ts'
import { Button } from '../parts/Button.tsx'
import { Figure } from '../parts/Facts.tsx'
import { messageOf, Notice } from '../parts/Notice.tsx'
import { agreementOf, microOf } from './amount.ts'
import { OpenCreditNotes } from './OpenCreditNotes.tsx'
import { PaymentsSection } from './PaymentsSection.tsx'
import { useBillingAction } from './use-billing-action.ts'

/** What the operator decides, records and earns. */
export function OperatorSections({ purse }: { purse: Purse }) {
  const disputes = useQuery(disputesQuery)
  return (
    <>
      <PaymentsSection
        title="Disputes to decide"
        purse={purse}
        payments={(disputes.data?.items ?? []).map((it) => ({ ...it, side: 'operator' as const }))}
        terms={() => undefined}
      />
      <OpenInvoices purse={purse} />
      <FeesSection purse={purse} />
    </>
  )
}

function FeesSection({ purse }: { purse: Purse }) {
  const fees = useQuery(feesQuery)
  const collect = useBillingAction(collectFees)
  if (fees.data === undefined) return null
  const { due, earned, owedByBankPlans, providers } = fees.data
  return (
    <section className="panel" aria-labelledby="fees">
      <h2 id="fees">Platform fees</h2>
      <div className="figures">
        <Figure label="Due to the treasury" value={eur(microOf(due))} tone="shared" />
        <Figure label="Earned in all" value={eur(microOf(earned))} />
        <Figure
          label="Of bank plans"
          value={eur(microOf(owedByBankPlans))}
          note="not in escrow: invoice the providers"
        />
      </div>
      <Button
        missing={providers.length === 0 ? 'No fee is due.' : undefined}
        isDisabled={collect.busy}
        onPress={() =>
          void collect.run({
            escrow: purse.escrow as Hex,
            providers: providers.slice(0, 64).map(({ party }) => party as Hex),
          })
        }
      >
        Pay the fees to the treasury
      </Button>
      <Journey stage={collect.stage} />
    </section>
  )
}

function OpenInvoices({ purse }: { purse: Purse }) {
  const open = useQuery(openInvoicesQuery)
  const queries = useQueryClient()
  const record = useBillingAction(recordSettlement)
  const read = useMutation({
    mutationFn: async (file: File) => readStatement(await file.text()),
    onSettled: () => queries.invalidateQueries({ queryKey: ['billing'] }),
  })
  const items = open.data?.items ?? []
  return (
    <section className="panel" aria-labelledby="open-invoices">
      <h2 id="open-invoices">Invoices that wait for the bank</h2>
      <label className="field">
        Bank statement (camt.053)
        <input
          type="file"
          accept=".xml,application/xml,text/xml"
          onChange={({ target }) => {
            const [file] = target.files ?? []
            if (file !== undefined) read.mutate(file)
            target.value = ''
          }}
        />
      </label>
      {read.error === null ? null : (
        <Notice tone="wrong" title="Not read">
          <p>{messageOf(read.error)}</p>
        </Notice>
      )}
      {read.data === undefined ? null : (
        <ul aria-label="What the statement says">
          {read.data.credits.map((it) => (
            <li key={`${it.reference} ${it.amount}`}>
              {it.bookedOn}: €{it.amount} {it.direction === 'credit' ? 'came' : 'left'} — {it.why}
            </li>
          ))}
        </ul>
      )}
      {items.length === 0 ? <p className="soft">There is none.</p> : null}
      <ul className="plain stack">
        {items.map(({ invoice, terms, number, grossMicro, credit }) => (
          <li key={invoice.id} aria-label={`Invoice ${invoice.number} of ${invoice.seller}`}>
            <p>
              {invoice.number}: {invoice.buyer} pays {eur(BigInt(grossMicro))} to {invoice.seller}.{' '}
              {credit === null
                ? 'No statement names it yet.'
                : `The bank booked €${credit.amount} on ${credit.bookedOn} (${credit.reference}).`}
            </p>
            <Button
              isDisabled={record.busy}
              onPress={() =>
                void record.run({
                  ...{ escrow: purse.escrow as Hex, agreement: agreementOf(terms), number },
                  ...{ invoice: invoice.digest as Hex, amount: BigInt(grossMicro) },
                })
              }
            >
              Record as paid
              <span className="visually-hidden"> invoice {invoice.number}</span>
            </Button>
          </li>
        ))}
      </ul>
      <Journey stage={record.stage} />
      <OpenCreditNotes />
    </section>
  )
}
