import { DATA_PURPOSES, dataPurposes, odrlOffer, policyWords } from '@opem/domain'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { Link, useNavigate } from 'react-router'
import { type DataSet, describeData, describeDataAnew, type Holding } from '../api/data.ts'
import { Button } from '../parts/Button.tsx'
import { Check, Checks } from '../parts/Checks.tsx'
import { Choice } from '../parts/Choice.tsx'
import { Notice } from '../parts/Notice.tsx'
import { TextBox } from '../parts/TextBox.tsx'
import { TextInput } from '../parts/TextInput.tsx'
import { Refusal } from '../presentation/Refusal.tsx'
import { dayText } from './day-text.ts'
import { describedOf, emptyShare, policyOfDraft, problemsOf, type ShareDraft, shareOf } from './share-draft.ts'

/** Describes a data set, or one anew; what comes of it is a draft that is submitted as any other listing. */
export function ShareForm({ holdings, before }: { holdings: readonly Holding[]; before?: DataSet }) {
  const [draft, setDraft] = useState(() =>
    before === undefined ? emptyShare(Intl.DateTimeFormat().resolvedOptions().timeZone) : shareOf(before),
  )
  const [tried, setTried] = useState(false)
  const queries = useQueryClient()
  const navigate = useNavigate()
  const found = problemsOf(draft)
  const problems = tried ? found : {}
  const set = (next: Partial<ShareDraft>) => setDraft({ ...draft, ...next })
  const text = (field: keyof ShareDraft) => ({
    value: draft[field] as string,
    onChange: (value: string) => set({ [field]: value }),
    problem: problems[field],
  })
  const describe = useMutation({
    mutationFn: () => {
      const described = describedOf(draft, holdings, before)
      return before === undefined ? describeData(described) : describeDataAnew(before.listing, described)
    },
    onSuccess: async ({ listing }) => {
      // The draft's own page begins with what is read anew: it keeps what it began with.
      queries.removeQueries({ queryKey: ['service', listing] })
      await queries.invalidateQueries({ queryKey: ['data', 'sets'] })
      await navigate(`/services/${listing}`)
    },
  })
  return (
    <section className="panel" aria-labelledby="share">
      <h2 id="share">{before === undefined ? 'Share readings' : `Describe “${before.title}” anew`}</h2>
      <div className="form">
        <TextInput label="Title" {...text('title')} />
        <TextBox label="Description" hint="What was measured, of what, how." {...text('description')} />
        <Checks
          label="Meters"
          hint={problems.meters ?? 'Nobody sees their names: the listing counts them.'}
          options={holdings.map(({ meter, first, last, readings, foreign }) => ({
            ...{ id: meter, name: meter },
            hint: `${readings} readings, ${dayText(first)} to ${dayText(last)}${foreign ? '; somebody else’s, who is asked' : ''}`,
          }))}
          value={draft.meters}
          onChange={(meters) => set({ meters })}
        />
        <Check value={draft.confirmed} onChange={(confirmed) => set({ confirmed })}>
          The meters that are not marked as somebody else’s measure nobody but us.
        </Check>
        {problems.confirmed === undefined ? null : <p className="field-problem">{problems.confirmed}</p>}
        <Choice
          label="Form"
          value={draft.form}
          options={[
            { id: 'pseudonymous', name: 'Each meter', hint: 'under an invented name' },
            { id: 'aggregate', name: 'Sums alone', hint: 'hours with too few people are left out' },
          ]}
          onChange={(form) => set({ form })}
        />
        {draft.form === 'aggregate' ? (
          <TextInput label="People behind a sum, at least" {...text('leastSubjects')} />
        ) : null}
        <Choice
          label="How often they are metered"
          value={draft.granularity}
          options={[
            { id: 'PT5M', name: 'every 5 minutes' },
            { id: 'PT15M', name: 'every quarter of an hour' },
            { id: 'PT30M', name: 'every half hour' },
            { id: 'PT1H', name: 'every hour' },
          ]}
          onChange={(granularity) => set({ granularity })}
        />
        <Choice
          label="New readings come"
          value={draft.updates}
          options={[
            { id: 'once', name: 'never', hint: 'what is there is all' },
            { id: 'PT5M', name: 'every 5 minutes' },
            { id: 'PT15M', name: 'every quarter of an hour' },
            { id: 'PT30M', name: 'every half hour' },
            { id: 'PT1H', name: 'every hour' },
            { id: 'P1D', name: 'every day' },
          ]}
          onChange={(updates) => set({ updates })}
        />
        <TextInput label="Time zone of days" hint="Like Europe/Madrid." {...text('timeZone')} />
        <TextInput label="Countries measured" hint="Like ES, DK." {...text('region')} />
        <h3>How they may be used</h3>
        <Checks
          label="Purposes"
          {...(problems.purposes === undefined ? {} : { hint: problems.purposes })}
          options={dataPurposes.map((id) => ({ id, name: DATA_PURPOSES[id] }))}
          value={draft.purposes}
          onChange={(purposes) => set({ purposes })}
        />
        <TextInput label="Countries where copies may be kept" hint="Nothing: anywhere." {...text('countries')} />
        <TextInput label="Use ends on" type="date" {...text('until')} />
        <TextInput label="Downloads at most" hint="Nothing: any number." {...text('times')} />
        <TextInput label="Delete copies after days" hint="Nothing: they may be kept." {...text('deleteAfterDays')} />
        <TextInput label="Name as the source" hint="Nothing: nobody need be named." {...text('attribution')} />
        <Check value={draft.redistribution} onChange={(redistribution) => set({ redistribution })}>
          They may be passed on to others.
        </Check>
        {draft.redistribution ? null : (
          <TextInput
            label="Who may get them all the same"
            hint="DIDs, such as of a provider whose service users want to feed with them. Nothing: nobody."
            {...text('recipients')}
          />
        )}
        <Words draft={draft} />
        <h3>Sovereignty and price</h3>
        <TextInput label="Countries where we store them" {...text('storage')} />
        <TextInput label="Who may process them" {...text('processors')} />
        <TextInput label="What happens at the end" {...text('termination')} />
        {before === undefined ? (
          <TextInput
            label="Price"
            suffix="EUR, once"
            hint="Nothing: free. Other prices, the contract and its notice are changed in the draft."
            {...text('price')}
          />
        ) : (
          <p className="soft">
            Its prices, contract and terms stay as they are; they are changed{' '}
            <Link to={`/services/${before.listing}`}>in the draft</Link>.
          </p>
        )}
        {tried && Object.keys(found).length > 0 ? (
          <Notice tone="warn" title="Not complete">
            <p>{Object.values(found).join(' ')}</p>
          </Notice>
        ) : null}
        {describe.error ? <Refusal error={describe.error} title="Not described" /> : null}
        <Button
          look="main"
          isDisabled={describe.isPending}
          onPress={() => {
            setTried(true)
            if (Object.keys(found).length === 0) describe.mutate()
          }}
        >
          {describe.isPending ? 'Counting readings …' : before === undefined ? 'Make a draft' : 'Change the draft'}
        </Button>
      </div>
    </section>
  )
}

/** The policy that follows from the form. */
function Words({ draft }: { draft: ShareDraft }) {
  if (draft.purposes.length === 0) return null
  const policy = policyOfDraft(draft)
  return (
    <>
      <ul aria-label="The policy in words">
        {policyWords(policy).map((sentence) => (
          <li key={sentence}>{sentence}</li>
        ))}
      </ul>
      <details>
        <summary>As ODRL</summary>
        <pre>
          {JSON.stringify(odrlOffer(policy, { target: 'urn:opem:listing:…', assigner: 'did:ethr:…' }), null, 2)}
        </pre>
      </details>
    </>
  )
}
