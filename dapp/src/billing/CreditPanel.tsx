import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { type Invoice, makeCreditNote } from '../api/billing.ts'
import { eur } from '../format/money.ts'
import { Button, firstMissing } from '../parts/Button.tsx'
import { messageOf, Notice } from '../parts/Notice.tsx'
import { TextInput } from '../parts/TextInput.tsx'
import { typedEur } from './amount.ts'
import { leftOf } from './bills.ts'

/** A seller takes back a part of an invoice, or all that is left of it. */
export function CreditPanel({ invoice, close }: { invoice: Invoice; close: () => void }) {
  const [text, setText] = useState('')
  const [reason, setReason] = useState('')
  const queries = useQueryClient()
  const left = leftOf(invoice)
  const make = useMutation({
    mutationFn: () =>
      makeCreditNote(invoice.id, {
        reason: reason.trim(),
        ...(text.trim() === '' ? {} : { amount: text.trim().replace(',', '.') }),
      }),
    onSettled: () => queries.invalidateQueries({ queryKey: ['billing'] }),
  })
  const problem = problemOf(text, left)
  return (
    <section className="panel stack" aria-label={`Take back invoice ${invoice.number}`}>
      <p>
        {invoice.paid
          ? 'The invoice is paid: you pay back what you take back, by bank, and name the credit note’s number.'
          : 'The invoice is not paid yet: it asks for as much less.'}
      </p>
      <TextInput
        label="Amount with VAT"
        suffix="EUR"
        inputMode="decimal"
        value={text}
        onChange={setText}
        hint={`Empty: all of ${eur(left)}`}
        problem={problem}
      />
      <TextInput
        label="Reason"
        value={reason}
        onChange={setReason}
        hint="It stands on the credit note."
        maxLength={300}
      />
      <div className="row">
        <Button
          look="main"
          missing={
            problem ?? firstMissing([reason.trim() === '', 'Give the reason first: it stands on the credit note.'])
          }
          isDisabled={make.isPending || make.isSuccess}
          onPress={() => make.mutate()}
        >
          Make the credit note
        </Button>
        <Button look="plain" onPress={close}>
          Close
        </Button>
      </div>
      {make.error === null ? null : (
        <Notice tone="wrong" title="No credit note was made">
          <p>{messageOf(make.error)}</p>
        </Notice>
      )}
      {make.isSuccess ? <Notice title={`Credit note ${make.data.number} over €${make.data.gross} was made.`} /> : null}
    </section>
  )
}

function problemOf(text: string, left: bigint): string | undefined {
  if (text.trim() === '') return undefined
  const amount = typedEur(text)
  if (amount === undefined || amount % 10_000n !== 0n) return 'Give euros and whole cents, like 12.50.'
  return amount > left ? `At most ${eur(left)} is left of the invoice.` : undefined
}
