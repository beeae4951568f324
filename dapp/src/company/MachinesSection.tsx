import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { Machine } from '../api/company.ts'
import { closeMachine, machinesQuery } from '../api/company.ts'
import { roleList } from '../credentials/claims.ts'
import { dateClock } from '../format/time.ts'
import { Button } from '../parts/Button.tsx'
import { Facts } from '../parts/Facts.tsx'
import { Notice, ReadProblem, Waiting } from '../parts/Notice.tsx'
import { Refusal } from '../presentation/Refusal.tsx'
import { MachineForm } from './MachineForm.tsx'

const zone = Intl.DateTimeFormat().resolvedOptions().timeZone

const LOOK: Record<Machine['status'], string> = {
  active: 'good',
  pending: 'warn',
  expired: 'wrong',
  suspended: 'wrong',
  revoked: 'wrong',
}

/** Machines that sign in by themselves and act for the company in some of its roles. */
export function MachinesSection() {
  const machines = useQuery(machinesQuery)
  return (
    <section className="panel" aria-labelledby="machines">
      <h2 id="machines">Machines with an account</h2>
      <p className="soft">
        A program that uses the marketplace for your company has a key and an account of its own: it signs in like a
        person, in the roles that you give it. What only sends readings needs none; it is a system, above.
      </p>
      {machines.error ? (
        <ReadProblem error={machines.error} retry={() => machines.refetch()} />
      ) : machines.data === undefined ? (
        <Waiting what="machines" />
      ) : machines.data.length === 0 ? (
        <p className="soft">No machine yet.</p>
      ) : (
        <ul className="people">
          {machines.data.map((machine) => (
            <One key={machine.account} machine={machine} />
          ))}
        </ul>
      )}
      <details>
        <summary>Open an account for a machine</summary>
        <MachineForm />
      </details>
    </section>
  )
}

function One({ machine }: { machine: Machine }) {
  const [sure, setSure] = useState(false)
  const queries = useQueryClient()
  const close = useMutation({
    mutationFn: () => closeMachine(machine.account),
    onSuccess: async () => {
      setSure(false)
      await queries.invalidateQueries({ queryKey: machinesQuery.queryKey })
    },
  })
  return (
    <li aria-label={machine.name}>
      <div className="row apart">
        <h3>{machine.name}</h3>
        <span className={`badge ${LOOK[machine.status]}`}>{machine.status}</span>
      </div>
      <Facts
        of={[
          ['Roles', roleList(machine.roles)],
          ['DID', <code key="did">{machine.did}</code>],
          ['Account', <code key="account">{machine.account}</code>],
          ...(machine.waitsUntil === null
            ? []
            : ([['Waits for its receipt until', dateClock(machine.waitsUntil, zone)]] as const)),
        ]}
      />
      {machine.status === 'revoked' ? null : sure ? (
        <Notice
          tone="warn"
          title={`Close the account of ${machine.name}?`}
          action={
            <span className="row">
              <Button autoFocus isDisabled={close.isPending} onPress={() => close.mutate()}>
                Close it
              </Button>
              <Button onPress={() => setSure(false)}>Keep it</Button>
            </span>
          }
        >
          <p>Its sessions end at once, and its key never gets an account here again.</p>
        </Notice>
      ) : (
        <p>
          <Button aria-label={`Close the account of ${machine.name}`} onPress={() => setSure(true)}>
            Close
          </Button>
        </p>
      )}
      {close.error === null ? null : <Refusal error={close.error} title="Not closed" />}
    </li>
  )
}
