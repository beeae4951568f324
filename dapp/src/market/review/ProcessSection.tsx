import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { ChecklistItem } from '../../api/reviews.ts'
import { changeChecklist, changeProviderContract, processQuery } from '../../api/reviews.ts'
import { Button } from '../../parts/Button.tsx'
import { TextBox } from '../../parts/TextBox.tsx'
import { TextInput } from '../../parts/TextInput.tsx'
import { Refusal } from '../../presentation/Refusal.tsx'

/** The operator defines the publishing process: what is checked, and the contract that providers sign. */
export function ProcessSection() {
  const found = useQuery(processQuery)
  if (found.data === undefined) return null
  const { checklist, providerContract } = found.data
  return (
    <section className="panel tight" aria-labelledby="process">
      <h2 id="process">How a listing is published</h2>
      <details>
        <summary>Checklist, version {checklist.version}</summary>
        <ChecklistForm key={checklist.version} items={checklist.items} />
      </details>
      <details>
        <summary>Contract with providers, version {providerContract.version}</summary>
        <ContractForm key={providerContract.version} {...providerContract} />
      </details>
    </section>
  )
}

const refreshed = (queries: ReturnType<typeof useQueryClient>) =>
  queries.invalidateQueries({ predicate: ({ queryKey }) => ['publishing', 'review'].includes(String(queryKey[0])) })

function ChecklistForm({ items: start }: { items: readonly ChecklistItem[] }) {
  const queries = useQueryClient()
  const [items, setItems] = useState(start)
  const save = useMutation({ mutationFn: () => changeChecklist(items), onSuccess: () => refreshed(queries) })
  const set = (index: number, next: Partial<ChecklistItem>) =>
    setItems(items.with(index, { ...items[index]!, ...next }))
  return (
    <div className="form">
      {items.map((item, index) => (
        <fieldset key={item.id} className="item">
          <legend className="visually-hidden">Item {index + 1}</legend>
          <div className="form-grid">
            <TextInput label="Item" value={item.title} onChange={(title) => set(index, { title })} />
            <TextInput label="What is looked at" value={item.hint} onChange={(hint) => set(index, { hint })} />
          </div>
          <p>
            <Button aria-label={`Remove ${item.title}`} onPress={() => setItems(items.toSpliced(index, 1))}>
              Remove
            </Button>
          </p>
        </fieldset>
      ))}
      <div className="row">
        <Button
          onPress={() =>
            setItems([...items, { id: `item-${Math.random().toString(36).slice(2, 8)}`, title: '', hint: '' }])
          }
        >
          Add an item
        </Button>
        <Button look="main" isDisabled={save.isPending} onPress={() => save.mutate()}>
          Put the checklist in force
        </Button>
      </div>
      {save.error === null ? null : <Refusal error={save.error} title="Not changed" />}
    </div>
  )
}

function ContractForm(start: { title: string; text: string }) {
  const queries = useQueryClient()
  const [title, setTitle] = useState(start.title)
  const [text, setText] = useState(start.text)
  const save = useMutation({
    mutationFn: () => changeProviderContract({ title, text }),
    onSuccess: () => refreshed(queries),
  })
  return (
    <div className="form">
      <TextInput label="Title of the contract" value={title} onChange={setTitle} />
      <TextBox label="Text of the contract" rows={12} value={text} onChange={setText} />
      <p>
        <Button look="main" isDisabled={save.isPending} onPress={() => save.mutate()}>
          Put the contract in force
        </Button>
      </p>
      {save.error === null ? null : <Refusal error={save.error} title="Not changed" />}
    </div>
  )
}
