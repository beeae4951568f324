import type { Hex } from '@opem/domain'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { acceptPayment, decideDispute, disputePayment, payNow, refundPayment } from '../actions/billing-actions.ts'
import { Journey } from '../actions/Journey.tsx'
import type { Payment, Purse } from '../api/billing.ts'
import { paymentQuery, writeWords } from '../api/billing.ts'
import { eur } from '../format/money.ts'
import { dateClock } from '../format/time.ts'
import { Button, firstMissing } from '../parts/Button.tsx'
import { emptied } from '../parts/emptied.ts'
import { Facts } from '../parts/Facts.tsx'
import { messageOf, Notice } from '../parts/Notice.tsx'
import { TextInput } from '../parts/TextInput.tsx'
import { agreementOf, microOf, typedEur } from './amount.ts'
import { useBillingAction } from './use-billing-action.ts'
import { stateWords } from './words.ts'

type Props = { purse: Purse; payment: Payment; terms: Readonly<Record<string, string | number>> | undefined }

/** One payment: what happened, what the sides say, and what can be done now. */
export function PaymentPanel({ purse, payment: it, terms }: Props) {
  const detail = useQuery(paymentQuery(it.payment))
  const at = (instant: number) => `${dateClock(instant, 'UTC')} UTC`
  return (
    <section className="panel stack" aria-label={`Payment ${it.number}`}>
      <Facts
        of={[
          ['State', stateWords(it) + (it.lapsed ? ', because nobody decided in time' : '')],
          ['Amount', eur(microOf(it.amount))],
          ['To the provider', eur(microOf(it.toProvider))],
          ['Platform fee', eur(microOf(it.fee))],
          ['Given back', eur(microOf(it.refunded))],
          ...(it.until === null
            ? []
            : ([[it.state === 'held' ? 'Released by itself' : 'Lapses', at(it.until)]] as const)),
          ...(it.suspendsAt === null || it.suspended ? [] : ([['Use is suspended', at(it.suspendsAt)]] as const)),
        ]}
      />
      {it.state === 'due' && it.unpaidSince !== null ? (
        <Notice tone="warn" title="The purse does not cover it">
          <p>Deposit at least {eur(microOf(it.amount))}: it is then paid by itself.</p>
        </Notice>
      ) : null}
      {detail.data?.texts.map((one) => (
        <blockquote key={one.digest}>
          <p>{one.words}</p>
          <footer className="soft small">
            {one.kind} of the {one.side}, {at(one.at)}
          </footer>
        </blockquote>
      ))}
      {detail.data === undefined || detail.data.events.length === 0 ? null : (
        <ol className="small">
          {detail.data.events.map((one) => (
            <li key={`${one.transaction} ${one.what}`}>
              {at(one.at)}: {one.what.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase()}
            </li>
          ))}
        </ol>
      )}
      <Steps purse={purse} payment={it} terms={terms} />
      {it.plan === 'bank' || it.state === 'due' ? null : (
        <p>
          <a href={`/v1/billing/payments/${it.payment}/receipt?format=pdf`} download={`receipt-${it.number}.pdf`}>
            Receipt (PDF)
          </a>{' '}
          ·{' '}
          <a href={`/v1/billing/payments/${it.payment}/receipt`} download={`receipt-${it.number}.json`}>
            signed by the marketplace (JSON)
          </a>
        </p>
      )}
    </section>
  )
}

function Steps({ purse, payment: it, terms }: Props) {
  const escrow = purse.escrow as Hex
  const payment = it.payment as Hex
  const [words, setWords] = useState('')
  const [amountText, setAmountText] = useState('')
  const amount = typedEur(amountText)
  const pays = useBillingAction(payNow)
  const accepts = useBillingAction(acceptPayment)
  const disputes = useBillingAction(disputePayment)
  const refunds = useBillingAction(refundPayment)
  const decides = useBillingAction(decideDispute)
  const write = useMutation({
    mutationFn: async ({ typed, after }: { typed: string; after: (digest: Hex) => Promise<unknown> }) => {
      const { digest } = await writeWords(payment, typed)
      await after(digest as Hex)
    },
    onSuccess: (_, { typed }) => setWords(emptied(typed)),
  })
  const say = (after: (digest: Hex) => Promise<unknown>) => write.mutate({ typed: words, after })
  const all = [pays, accepts, disputes, refunds, decides]
  const busy = write.isPending || all.some((one) => one.busy)
  const [consumer, provider, operator] = [it.side === 'consumer', it.side === 'provider', it.side === 'operator']
  const mayWrite = (it.state === 'held' && consumer) || it.state === 'disputed'
  const mayRefund = provider && (it.state === 'held' || it.state === 'released')
  const said = words.trim() !== ''
  return (
    <div className="stack">
      {mayWrite ? (
        <TextInput
          label={it.state === 'held' ? 'Reason of a dispute' : operator ? 'Reason of the decision' : 'Evidence'}
          hint="The two sides and the operator read it; on the chain stands its digest alone."
          value={words}
          onChange={setWords}
        />
      ) : null}
      {mayRefund || (operator && it.state === 'disputed') ? (
        <TextInput
          label={operator ? 'Back to the consumer' : 'Give back'}
          suffix="EUR"
          inputMode="decimal"
          value={amountText}
          onChange={setAmountText}
        />
      ) : null}
      <div className="row">
        {it.state === 'due' && terms !== undefined && it.plan !== 'bank' ? (
          <Button
            isDisabled={busy}
            onPress={() => void pays.run({ escrow, agreement: agreementOf(terms), number: it.number })}
          >
            Pay now
          </Button>
        ) : null}
        {it.state === 'held' && consumer ? (
          <>
            <Button look="main" isDisabled={busy} onPress={() => void accepts.run({ escrow, payment })}>
              Accept
            </Button>
            <Button
              missing={said ? undefined : 'Give the reason of the dispute first.'}
              isDisabled={busy}
              onPress={() => say((reason) => disputes.run({ escrow, payment, reason }))}
            >
              Dispute
            </Button>
          </>
        ) : null}
        {it.state === 'disputed' && !operator ? (
          <Button
            missing={said ? undefined : 'Write down the evidence first.'}
            isDisabled={busy}
            onPress={() => say(async () => undefined)}
          >
            Add evidence
          </Button>
        ) : null}
        {mayRefund ? (
          <Button
            missing={amount === undefined ? 'Give an amount first, in euros like 12.50.' : undefined}
            isDisabled={busy}
            onPress={() => void refunds.run({ escrow, payment, amount: amount! })}
          >
            Give back
          </Button>
        ) : null}
        {it.state === 'disputed' && operator ? (
          <Button
            look="main"
            missing={firstMissing(
              [!said, 'Give the reason of the decision first.'],
              [
                amountText !== '' && amountText !== '0' && amount === undefined,
                'Give what goes back in euros like 12.50, or 0.',
              ],
            )}
            isDisabled={busy}
            onPress={() => say((reason) => decides.run({ escrow, payment, refund: amount ?? 0n, reason }))}
          >
            Decide
          </Button>
        ) : null}
      </div>
      {write.error === null ? null : (
        <Notice tone="wrong" title="Not kept">
          <p>{messageOf(write.error)}</p>
        </Notice>
      )}
      {all.map((one, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: five journeys in a fixed order
        <Journey key={index} stage={one.stage} />
      ))}
    </div>
  )
}
