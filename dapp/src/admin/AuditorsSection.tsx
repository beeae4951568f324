import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { auditorsQuery, dismissAuditor, nameAuditor } from '../api/auditors.ts'
import type { Community } from '../api/communities.ts'
import { dateClock } from '../format/time.ts'
import { Button } from '../parts/Button.tsx'
import { emptied } from '../parts/emptied.ts'
import { ReadProblem, Waiting } from '../parts/Notice.tsx'
import { TextInput } from '../parts/TextInput.tsx'
import { Refusal } from '../presentation/Refusal.tsx'

const DID = /^did:[a-z0-9]+:[A-Za-z0-9._:%-]+$/

/** Who may read every balance of the community in order to audit it. */
export function AuditorsSection({ community }: { community: Community }) {
  const auditors = useQuery(auditorsQuery(community.id))
  const queries = useQueryClient()
  const [did, setDid] = useState('')
  const change = useMutation({
    mutationFn: ({ who, named }: { who: string; named: boolean }) =>
      named ? nameAuditor(community.id, who) : dismissAuditor(community.id, who),
    onSuccess: async (_, { who, named }) => {
      if (named) setDid(emptied(who))
      await queries.invalidateQueries({ queryKey: ['auditors', community.id] })
    },
  })
  return (
    <section className="panel" aria-labelledby="auditors">
      <h2 id="auditors">Auditors</h2>
      <p className="soft">
        An auditor reads every member’s balances. Name only whom the community has asked to audit it.
      </p>
      {auditors.error ? (
        <ReadProblem error={auditors.error} retry={() => auditors.refetch()} />
      ) : auditors.data === undefined ? (
        <Waiting what="auditors" />
      ) : auditors.data.length === 0 ? (
        <p className="soft">Nobody yet.</p>
      ) : (
        <ul className="people">
          {auditors.data.map((one) => (
            <li key={one.did} className="row apart">
              <span>
                <code>{one.did}</code> since {dateClock(one.since, community.timeZone)}
              </span>
              <Button
                isDisabled={change.isPending}
                aria-label={`Dismiss ${one.did}`}
                onPress={() => change.mutate({ who: one.did, named: false })}
              >
                Dismiss
              </Button>
            </li>
          ))}
        </ul>
      )}
      <TextInput
        label="DID of an auditor"
        value={did}
        onChange={(text) => setDid(text.trim())}
        problem={did === '' || DID.test(did) ? undefined : 'A DID looks like did:ethr:0x7a69:0x….'}
        spellCheck="false"
      />
      <p>
        <Button
          missing={DID.test(did) ? undefined : 'Give the auditor’s DID first: it looks like did:ethr:0x7a69:0x….'}
          isDisabled={change.isPending}
          onPress={() => change.mutate({ who: did, named: true })}
        >
          Name auditor
        </Button>
      </p>
      {change.error === null ? null : <Refusal error={change.error} title="Not changed" />}
    </section>
  )
}
