import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { correctInvoice, type Invoice } from '../api/billing.ts'
import { Button } from '../parts/Button.tsx'
import { messageOf, Notice } from '../parts/Notice.tsx'
import { TextInput } from '../parts/TextInput.tsx'

/** A seller puts an invoice right whose names, addresses or VAT ids are wrong. */
export function CorrectPanel({ invoice, close }: { invoice: Invoice; close: () => void }) {
  const [reason, setReason] = useState('')
  const queries = useQueryClient()
  const correct = useMutation({
    mutationFn: () => correctInvoice(invoice.id, reason.trim()),
    onSettled: () => queries.invalidateQueries({ queryKey: ['billing'] }),
  })
  return (
    <section className="panel stack" aria-label={`Correct invoice ${invoice.number}`}>
      <p>
        A credit note takes the invoice back, and a new one stands in its place with what your details and{' '}
        {invoice.buyer}’s say now. Whoever is named wrongly puts that right first, under Details for invoices. No money
        moves.
      </p>
      <TextInput
        label="What was wrong"
        value={reason}
        onChange={setReason}
        hint="It stands on the credit note."
        maxLength={300}
      />
      <div className="row">
        <Button
          look="main"
          missing={reason.trim() === '' ? 'Say what was wrong: it stands on the credit note.' : undefined}
          isDisabled={correct.isPending || correct.isSuccess}
          onPress={() => correct.mutate()}
        >
          Make the new invoice
        </Button>
        <Button look="plain" onPress={close}>
          Close
        </Button>
      </div>
      {correct.error === null ? null : (
        <Notice tone="wrong" title="The invoice was not corrected">
          <p>{messageOf(correct.error)}</p>
        </Notice>
      )}
      {correct.isSuccess ? (
        <Notice
          title={`Invoice ${correct.data.invoice.number} stands in its place; credit note ${correct.data.creditNote} took it back.`}
        />
      ) : null}
    </section>
  )
}
