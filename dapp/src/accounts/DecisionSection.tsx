import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { Account, Decision } from '../api/accounts.ts'
import { decide } from '../api/accounts.ts'
import { Button, firstMissing } from '../parts/Button.tsx'
import { Choice } from '../parts/Choice.tsx'
import { TextInput } from '../parts/TextInput.tsx'
import { Refusal } from '../presentation/Refusal.tsx'
import { useSession } from '../session/session.ts'
import { CONSEQUENCES, decisionsIn } from './words.ts'

const NAMES: Record<Decision, string> = { suspend: 'Suspend', reinstate: 'Reinstate', revoke: 'Revoke for ever' }

/** Suspend, reinstate or revoke: with a reason that its holder may read. */
export function DecisionSection({ account }: { account: Account }) {
  const session = useSession()
  const queries = useQueryClient()
  const decisions = decisionsIn(account.status)
  const [chosen, setChosen] = useState<Decision | undefined>(decisions[0])
  const [reason, setReason] = useState('')
  const [again, setAgain] = useState('')
  const send = useMutation({
    mutationFn: (decision: Decision) => decide(account.account, decision, reason.trim()),
    onSettled: () =>
      queries.invalidateQueries({
        predicate: ({ queryKey }) => ['account', 'accounts', 'usage'].includes(String(queryKey[0])),
      }),
  })
  if (session?.account === account.account)
    return <p className="soft">This is your own account: you cannot shut yourself out of it here.</p>
  if (chosen === undefined) return <p className="soft">A revoked account stays revoked.</p>
  const sure = chosen !== 'revoke' || again.trim() === account.name
  return (
    <section className="panel" aria-labelledby="decide">
      <h2 id="decide">Decide</h2>
      <Choice
        label="Decision"
        value={chosen}
        options={decisions.map((id) => ({ id, name: NAMES[id] }))}
        onChange={setChosen}
      />
      <p>{CONSEQUENCES[chosen]}</p>
      <TextInput
        label="Reason"
        hint="The account’s holder is told. Name no third person."
        value={reason}
        onChange={setReason}
      />
      {chosen === 'revoke' ? (
        <TextInput label={`Type “${account.name}” to be sure`} value={again} onChange={setAgain} />
      ) : null}
      <p>
        <Button
          look="main"
          missing={firstMissing(
            [reason.trim() === '', 'Give the reason first: the account’s holder is told.'],
            [!sure, `Type “${account.name}” first, to be sure.`],
          )}
          isDisabled={send.isPending}
          onPress={() => send.mutate(chosen)}
        >
          {NAMES[chosen]}
        </Button>
      </p>
      {send.error === null ? null : <Refusal error={send.error} title="Not decided" />}
    </section>
  )
}
