import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import type { Workbench } from '../../api/services.ts'
import { discardDraft, submitDraft } from '../../api/services.ts'
import { Button } from '../../parts/Button.tsx'
import { Notice } from '../../parts/Notice.tsx'
import { Progress } from '../../parts/Progress.tsx'
import { Refusal } from '../../presentation/Refusal.tsx'
import { fieldName } from '../words.ts'
import { DifferencesTable } from './DifferencesTable.tsx'
import { EditingContext } from './fields.tsx'
import { SECTION_FIELDS } from './Sections.tsx'
import { SECTIONS, sectionOf } from './sections.ts'
import { type SaveState, useAutosave } from './use-autosave.ts'

const SAVE_TEXT: Record<SaveState['at'], string> = {
  saved: 'Everything is saved.',
  waiting: 'Not saved yet …',
  saving: 'Saving …',
  failed: 'Not saved.',
}

/** The long form of a draft: saved while it is written, checked field by field, submitted when it is whole. */
export function Editor({ service, onGone }: { service: Workbench; onGone: () => void }) {
  const queries = useQueryClient()
  const editing = useAutosave(service.listing, service)
  const [showAll, setShowAll] = useState(false)
  const { problems, state } = editing
  const data = editing.document.kind === 'data'
  const sections = SECTIONS.filter(({ id }) => id !== 'data' || data)
  const todo = (id: string) => problems.filter(({ path }) => sectionOf(path) === id).length
  const refresh = () =>
    Promise.all([
      queries.invalidateQueries({ queryKey: ['service', service.listing] }),
      queries.invalidateQueries({ queryKey: ['services'] }),
    ])
  // What differs from the published version is the API's to say, after each save.
  const [compared, saved] = [service.chain !== null, state.at === 'saved']
  useEffect(() => {
    if (compared && saved) void queries.invalidateQueries({ queryKey: ['service', service.listing] })
  }, [compared, saved, queries, service.listing])
  const submit = useMutation({
    mutationFn: async () => {
      setShowAll(true)
      if (await editing.save()) await submitDraft(service.listing, editing.revision())
    },
    onSuccess: refresh,
  })
  const discard = useMutation({
    mutationFn: () => discardDraft(service.listing),
    onSuccess: async () => {
      if (service.chain === null) onGone()
      await refresh()
    },
  })
  return (
    <EditingContext value={{ ...editing, showAll }}>
      <div className="editor">
        <nav aria-label="Sections" className="panel">
          <Progress
            label="Sections that are complete"
            value={sections.filter(({ id }) => todo(id) === 0).length}
            of={sections.length}
          />
          <ol className="plain">
            {sections.map(({ id, title }) => (
              <li key={id}>
                <a href={`#section-${id}`}>{title}</a>{' '}
                <small className="soft">{todo(id) === 0 ? '✓ complete' : `${todo(id)} to do`}</small>
              </li>
            ))}
          </ol>
          <p role="status" className="small soft">
            {SAVE_TEXT[state.at]}
          </p>
        </nav>
        <div className="sections">
          {state.at === 'failed' ? (
            <Notice
              tone="wrong"
              title="Not saved"
              action={
                state.overtaken ? (
                  <Button onPress={() => window.location.reload()}>Read it again</Button>
                ) : (
                  <Button onPress={() => void editing.save()}>Save again</Button>
                )
              }
            >
              <p>{state.why}</p>
            </Notice>
          ) : null}
          {sections.map(({ id, title, hint }) => {
            const Fields = SECTION_FIELDS[id]
            return (
              <section key={id} id={`section-${id}`} className="panel" aria-labelledby={`title-${id}`}>
                <h2 id={`title-${id}`}>{title}</h2>
                <p className="soft">{hint}</p>
                <Fields />
              </section>
            )
          })}
          <section className="panel" aria-labelledby="submit">
            <h2 id="submit">Submit for review</h2>
            {problems.length === 0 ? (
              <p>Every field is as needed. The operator reviews it against the checklist.</p>
            ) : (
              <details open={showAll}>
                <summary>
                  {problems.length === 1 ? 'One field is' : `${problems.length} fields are`} not as needed yet
                </summary>
                <ul>
                  {problems.map(({ path, message }) => (
                    <li key={path}>
                      <a href={`#section-${sectionOf(path)}`}>{fieldName(path)}</a>: {message}
                    </li>
                  ))}
                </ul>
              </details>
            )}
            <DifferencesTable of={service.differences} />
            <div className="row">
              <Button look="main" isDisabled={submit.isPending} onPress={() => submit.mutate()}>
                Submit for review
              </Button>
              <Button isDisabled={discard.isPending} onPress={() => discard.mutate()}>
                {service.chain === null ? 'Discard the draft' : 'Discard the update'}
              </Button>
            </div>
            {submit.error === null ? null : <Refusal error={submit.error} title="Not submitted" />}
            {discard.error === null ? null : <Refusal error={discard.error} title="Not discarded" />}
          </section>
        </div>
      </div>
    </EditingContext>
  )
}
