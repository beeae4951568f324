import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { addSystem, systemsQuery } from '../api/company.ts'
import { Button } from '../parts/Button.tsx'
import { Choice } from '../parts/Choice.tsx'
import { TextInput } from '../parts/TextInput.tsx'
import { Refusal } from '../presentation/Refusal.tsx'
import type { SystemDraft } from './system-draft.ts'
import { emptySystem, systemOf } from './system-draft.ts'

/** Names a new system: its key, what it does, and the meters it may speak for. */
export function SystemForm() {
  const queries = useQueryClient()
  const [draft, setDraft] = useState(emptySystem)
  const [tried, setTried] = useState(false)
  const drafted = systemOf(draft)
  const problems = tried && 'problems' in drafted ? drafted.problems : {}
  const set = (next: Partial<SystemDraft>) => setDraft({ ...draft, ...next })
  const add = useMutation({
    mutationFn: async () => {
      setTried(true)
      if ('problems' in drafted) return false
      await addSystem(drafted.system)
      return true
    },
    onSuccess: async (added) => {
      if (!added) return
      setDraft(emptySystem)
      setTried(false)
      await queries.invalidateQueries({ queryKey: systemsQuery.queryKey })
    },
  })
  return (
    <div className="form">
      <TextInput
        label="Name of the system"
        value={draft.name}
        onChange={(name) => set({ name })}
        problem={problems.name}
      />
      <Choice
        label="Known by"
        value={draft.kind}
        options={[
          { id: 'signature', name: 'Signed requests', hint: 'RFC 9421, Ed25519 or P-256' },
          { id: 'mtls', name: 'Client certificate', hint: 'mutual TLS' },
        ]}
        onChange={(kind) => set({ kind })}
      />
      {draft.kind === 'signature' ? (
        <TextInput
          label="Public key (JWK)"
          value={draft.key}
          onChange={(key) => set({ key })}
          problem={problems.key}
          hint="The public half only; the private half stays on the system."
          spellCheck="false"
        />
      ) : (
        <TextInput
          label="SHA-256 fingerprint of the certificate"
          value={draft.fingerprint}
          onChange={(fingerprint) => set({ fingerprint })}
          problem={problems.fingerprint}
          spellCheck="false"
        />
      )}
      <Choice
        label="What it does"
        value={draft.scope}
        options={[
          { id: 'readings', name: 'Sends readings', hint: 'of a data provider’s meters' },
          { id: 'services', name: 'Calls services', hint: 'that the company contracted' },
        ]}
        onChange={(scope) => set({ scope })}
      />
      {draft.scope === 'services' ? null : (
        <TextInput
          label="Meters"
          hint="Ids, or prefixes that end in *, separated by commas"
          value={draft.meters}
          onChange={(meters) => set({ meters })}
          problem={problems.meters}
        />
      )}
      <p>
        <Button look="main" isDisabled={add.isPending} onPress={() => add.mutate()}>
          Add the system
        </Button>
      </p>
      <p className="visually-hidden" role="status">
        {add.data ? 'The system was added.' : ''}
      </p>
      {add.error === null ? null : <Refusal error={add.error} title="Not added" />}
    </div>
  )
}
