import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { emailQuery, forgetEmail, nameEmail } from '../api/notifications.ts'
import { Button } from '../parts/Button.tsx'
import { Facts } from '../parts/Facts.tsx'
import { Notice, ReadProblem, Waiting } from '../parts/Notice.tsx'
import { TextInput } from '../parts/TextInput.tsx'
import { Refusal } from '../presentation/Refusal.tsx'

/** Where letters go: nothing goes anywhere before its reader has said so. */
export function EmailSection() {
  const email = useQuery(emailQuery)
  return (
    <section className="panel" aria-labelledby="email">
      <h2 id="email">E-mail</h2>
      {email.error ? (
        <ReadProblem error={email.error} retry={() => email.refetch()} />
      ) : email.data === undefined ? (
        <Waiting what="your address" />
      ) : email.data.sendsMail ? (
        <Address address={email.data.address} confirmed={email.data.confirmedAt !== null} />
      ) : (
        <p className="soft">This marketplace sends no e-mail: its operator has named no mail server.</p>
      )}
    </section>
  )
}

function Address({ address, confirmed }: { address: string | null; confirmed: boolean }) {
  const [wanted, setWanted] = useState('')
  const queries = useQueryClient()
  const known = { onSuccess: (now: unknown) => queries.setQueryData(emailQuery.queryKey, now as never) }
  const name = useMutation({ mutationFn: nameEmail, ...known })
  const forget = useMutation({ mutationFn: forgetEmail, ...known })
  return (
    <div className="stack">
      {address === null ? (
        <p className="soft">No address yet.</p>
      ) : (
        <Facts
          of={[
            ['Address', address],
            ['State', confirmed ? 'confirmed' : 'waits for you to open the link in the letter'],
          ]}
        />
      )}
      {address !== null && !confirmed ? (
        <Notice title="A letter is on its way">
          <p>Open its link within 24 hours. Until then no other letter is sent there.</p>
        </Notice>
      ) : null}
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault()
          if (wanted.trim() !== '') name.mutate(wanted.trim())
        }}
      >
        <TextInput
          label={address === null ? 'Your e-mail address' : 'Another address'}
          type="email"
          value={wanted}
          onChange={setWanted}
          autoComplete="email"
        />
        <span className="row">
          <Button
            type="submit"
            missing={wanted.trim() === '' ? 'Give your e-mail address first.' : undefined}
            isDisabled={name.isPending}
          >
            Send a letter to confirm
          </Button>
          {address === null ? null : (
            <Button isDisabled={forget.isPending} onPress={() => forget.mutate()}>
              Forget the address
            </Button>
          )}
        </span>
      </form>
      {name.error === null ? null : <Refusal error={name.error} title="No letter was sent" />}
      {forget.error === null ? null : <Refusal error={forget.error} title="Not forgotten" />}
    </div>
  )
}
