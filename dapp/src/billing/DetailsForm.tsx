import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { InvoiceDetails } from '../api/billing.ts'
import { keepDetails } from '../api/billing.ts'
import { Button } from '../parts/Button.tsx'
import { messageOf, Notice } from '../parts/Notice.tsx'
import { TextInput } from '../parts/TextInput.tsx'

const FIELDS = [
  ['name', 'Name', ''],
  ['street', 'Street and number', ''],
  ['postalCode', 'Postal code', ''],
  ['city', 'City', ''],
  ['country', 'Country', 'Two letters, like ES'],
  ['email', 'E-mail for invoices', ''],
  ['vatId', 'VAT id', 'With its country’s letters; people have none'],
  ['registration', 'Number in the register of companies', 'Where there is one'],
  ['iban', 'IBAN', 'Sellers are paid there, buyers get money back there'],
  ['vatRate', 'VAT rate at home, percent', 'Sellers: 21, or 0 when exempt'],
  ['exemption', 'Why exempt', 'With a rate of 0'],
] as const
type Field = (typeof FIELDS)[number][0]

/** Name, address, VAT id and account that a company’s bills carry. */
export function DetailsForm({ known }: { known: InvoiceDetails | null }) {
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
