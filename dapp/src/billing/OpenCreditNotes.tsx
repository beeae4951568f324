import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { openCreditNotesQuery, recordPaidBack } from '../api/billing.ts'
import { Button } from '../parts/Button.tsx'
import { messageOf, Notice } from '../parts/Notice.tsx'

/** Credit notes that sellers have to pay back by bank: the operator records what a statement says. */
export function OpenCreditNotes() {
  const open = useQuery(openCreditNotesQuery)
  const queries = useQueryClient()
  const record = useMutation({
    mutationFn: recordPaidBack,
    onSettled: () => queries.invalidateQueries({ queryKey: ['billing'] }),
  })
  const items = open.data?.items ?? []
  if (items.length === 0 && record.error === null) return null
  return (
    <section aria-labelledby="open-credit-notes">
      <h3 id="open-credit-notes">Credit notes to be paid back</h3>
      <ul className="plain stack">
        {items.map(({ creditNote: it, debit }) => (
          <li key={it.id} aria-label={`Credit note ${it.number} of ${it.seller}`}>
            <p>
              {it.number}: {it.seller} pays €{it.gross} back to {it.buyer}.{' '}
              {debit === null
                ? 'No statement names it yet.'
                : `€${debit.amount} left the account on ${debit.bookedOn} (${debit.reference}).`}
            </p>
            <Button isDisabled={record.isPending} onPress={() => record.mutate(it.id)}>
              Record as paid back
              <span className="visually-hidden"> credit note {it.number}</span>
            </Button>
          </li>
        ))}
      </ul>
      {record.error === null ? null : (
        <Notice tone="wrong" title="Not recorded">
          <p>{messageOf(record.error)}</p>
        </Notice>
      )}
    </section>
  )
}
