import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { System } from '../api/company.ts'
import { removeSystem, systemsQuery } from '../api/company.ts'
import { Button } from '../parts/Button.tsx'
import { Facts } from '../parts/Facts.tsx'
import { Notice, ReadProblem, Waiting } from '../parts/Notice.tsx'
import { Refusal } from '../presentation/Refusal.tsx'
import { SystemForm } from './SystemForm.tsx'

/** The systems that send readings for the company or call services for it, and the public keys by which they are known. */
export function SystemsSection() {
  const systems = useQuery(systemsQuery)
  return (
    <section className="panel" aria-labelledby="systems">
      <h2 id="systems">Systems</h2>
      <p className="soft">
        A system that sends readings or calls services signs its requests (RFC 9421) or shows its certificate (mutual
        TLS). The marketplace holds public keys only, and takes readings of the named meters only.
      </p>
      {systems.error ? (
        <ReadProblem error={systems.error} retry={() => systems.refetch()} />
      ) : systems.data === undefined ? (
        <Waiting what="systems" />
      ) : systems.data.length === 0 ? (
        <p className="soft">No system yet.</p>
      ) : (
        <ul className="people">
          {systems.data.map((system) => (
            <One key={system.id} system={system} />
          ))}
        </ul>
      )}
      <details>
        <summary>Add a system</summary>
        <SystemForm />
      </details>
    </section>
  )
}

function One({ system }: { system: System }) {
  const [sure, setSure] = useState(false)
  const queries = useQueryClient()
  const remove = useMutation({
    mutationFn: () => removeSystem(system.id),
    onSuccess: () => queries.invalidateQueries({ queryKey: systemsQuery.queryKey }),
  })
  const { authentication: by } = system
  return (
    <li aria-label={system.name}>
      <h3>{system.name}</h3>
      <Facts
        of={[
          ['Known by', by.kind === 'signature' ? `signature, ${by.publicKey.crv}` : 'certificate (mutual TLS)'],
          [
            by.kind === 'signature' ? 'Public key' : 'SHA-256 fingerprint',
            <code key="key">{by.kind === 'signature' ? by.publicKey.x : by.certificateSha256}</code>,
          ],
          system.scopes.includes('services')
            ? ['Does', 'calls services that the company contracted']
            : ['Meters', system.meters.join(', ')],
        ]}
      />
      {sure ? (
        <Notice
          tone="warn"
          title={`Remove ${system.name}?`}
          action={
            <span className="row">
              <Button autoFocus isDisabled={remove.isPending} onPress={() => remove.mutate()}>
                Remove it
              </Button>
              <Button onPress={() => setSure(false)}>Keep it</Button>
            </span>
          }
        >
          <p>Its next request is refused.</p>
        </Notice>
      ) : (
        <p>
          <Button aria-label={`Remove ${system.name}`} onPress={() => setSure(true)}>
            Remove
          </Button>
        </p>
      )}
      {remove.error === null ? null : <Refusal error={remove.error} title="Not removed" />}
    </li>
  )
}
