import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { Managed } from '../../api/manage.ts'
import { assignAccess, changePolicy, managedQuery, revokeAccess } from '../../api/manage.ts'
import { shortHex } from '../../format/hex.ts'
import { Button } from '../../parts/Button.tsx'
import { Check } from '../../parts/Checks.tsx'
import { emptied } from '../../parts/emptied.ts'
import { TextInput } from '../../parts/TextInput.tsx'
import { Refusal } from '../../presentation/Refusal.tsx'

/** Who sees and contracts it: everybody, or who is on the list. */
export function AccessSection({ managed }: { managed: Managed }) {
  const { listing, policy, access } = managed
  const queries = useQueryClient()
  const [did, setDid] = useState('')
  const [said, setSaid] = useState('')
  const kept = (words: string) => (next: Managed) => {
    queries.setQueryData(managedQuery(listing).queryKey, next)
    setSaid(words)
  }
  const restrict = useMutation({
    mutationFn: (restricted: boolean) => changePolicy(listing, { ...policy, restricted }),
    onSuccess: (next) => kept(next.policy.restricted ? 'It is restricted now.' : 'It is open to everybody now.')(next),
  })
  const assign = useMutation({
    mutationFn: (typed: string) => assignAccess(listing, typed.trim()),
    onSuccess: (next, typed) => {
      setDid(emptied(typed))
      kept('Access was given.')(next)
    },
  })
  const revoke = useMutation({
    mutationFn: (account: string) => revokeAccess(listing, account),
    onSuccess: kept('Access was taken away.'),
  })
  const error = restrict.error ?? assign.error ?? revoke.error
  return (
    <section className="panel" aria-labelledby="access">
      <h2 id="access">Who may use it</h2>
      <Check value={policy.restricted} onChange={(next) => restrict.mutate(next)}>
        Only accounts on the list see and contract it
      </Check>
      <ul className="people">
        {access.map(({ account, did: one, name }) => (
          <li key={account} aria-label={name ?? one}>
            <div className="row apart">
              <div>
                <strong>{name ?? 'not registered yet'}</strong>
                <p className="small soft mono">{one}</p>
              </div>
              <Button
                aria-label={`Revoke access of ${name ?? shortHex(account)}`}
                isDisabled={revoke.isPending}
                onPress={() => revoke.mutate(account)}
              >
                Revoke
              </Button>
            </div>
          </li>
        ))}
      </ul>
      <div className="stack">
        <TextInput label="Assign it to" hint="DID of an account" value={did} onChange={setDid} spellCheck="false" />
        <Button
          missing={did.trim() === '' ? 'Give the DID of an account first.' : undefined}
          isDisabled={assign.isPending}
          onPress={() => assign.mutate(did)}
        >
          Assign
        </Button>
      </div>
      <p role="status">{said}</p>
      {error === null ? null : <Refusal error={error} title="Not changed" />}
    </section>
  )
}
