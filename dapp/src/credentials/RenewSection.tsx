import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { Link } from 'react-router'
import type { Session } from '../api/access.ts'
import type { OwnCredential } from '../api/account-credential.ts'
import { fetchPending, ownCredentialQuery, renewCredential } from '../api/account-credential.ts'
import { useNow } from '../app/now.ts'
import { dateClock } from '../format/time.ts'
import { plural } from '../format/words.ts'
import { Button } from '../parts/Button.tsx'
import { Facts } from '../parts/Facts.tsx'
import { ReadProblem, Waiting } from '../parts/Notice.tsx'
import type { Holder } from '../presentation/present.ts'
import { Refusal } from '../presentation/Refusal.tsx'
import { sessionChanged } from '../session/channel.ts'
import { forgetEverything } from '../session/queries.ts'
import { sameDid } from './did.ts'
import { useReceipt } from './use-receipt.ts'

const zone = Intl.DateTimeFormat().resolvedOptions().timeZone

type Props = { holder: Holder; session: Session | null | undefined }

/** How long the account of the session is good for, what waits for it, and the way to another year. */
export function RenewSection({ holder, session }: Props) {
  const [done, setDone] = useState(false)
  const queries = useQueryClient()
  // The session was of the version before, and is over.
  const finish = () => {
    setDone(true)
    forgetEverything(queries, null)
    sessionChanged('signed-out')
  }
  if (done)
    return (
      <section className="panel" aria-labelledby="in-force">
        <h2 id="in-force">In force now</h2>
        <p role="status">
          The new version is in force and kept here; the one before is not taken any more.{' '}
          <Link to="/sign-in">Sign in</Link> with the new one.
        </p>
      </section>
    )
  return session ? <Standing holder={holder} session={session} done={finish} /> : null
}

function Standing({ holder, session, done }: { holder: Holder; session: Session; done: () => void }) {
  const own = useQuery(ownCredentialQuery)
  const mine = session.kind !== 'company' && sameDid(session.did, holder.did)
  const answers = mine || (session.kind === 'company' && session.roles.includes('administrator'))
  return (
    <section className="panel" aria-labelledby="in-force">
      <h2 id="in-force">In force now</h2>
      {own.error ? (
        <ReadProblem error={own.error} retry={() => own.refetch()} />
      ) : own.data === undefined ? (
        <Waiting what="account" />
      ) : (
        <>
          <Facts
            of={[
              ['Account', session.organisation ?? session.name],
              ['Version', String(own.data.version)],
              ['Valid until', dateClock(own.data.expiresAt, zone)],
              ['Contracts', plural(own.data.contracts.length, 'contract')],
            ]}
          />
          {answers ? <NextVersion holder={holder} own={own.data} done={done} /> : null}
        </>
      )}
    </section>
  )
}

function NextVersion({ holder, own, done }: { holder: Holder; own: OwnCredential; done: () => void }) {
  const queries = useQueryClient()
  const receive = useReceipt(holder)
  const now = useNow()
  const { pending } = own
  const next = useMutation({
    mutationFn: async () => {
      if (pending?.delivery === 'response') return receive((await fetchPending()).credential)
      const { credential, receipt } = await renewCredential()
      return credential === undefined ? undefined : receive(credential, receipt)
    },
    onSuccess: (received) =>
      received === undefined ? queries.invalidateQueries({ queryKey: ownCredentialQuery.queryKey }) : done(),
    onError: () => queries.invalidateQueries({ queryKey: ownCredentialQuery.queryKey }),
  })
  return (
    <>
      {pending?.delivery === 'wallet' ? (
        <p role="status">
          Version {pending.version} is on its way to your company’s wallet, which signs the receipt by itself.
          {pending.reason === null ? '' : ` The last try ended so: ${pending.reason}.`} When it is in force, everybody
          of your company signs in again.
        </p>
      ) : pending !== null ? (
        <p>
          Version {pending.version}
          {pending.contracts.length === 0 ? '' : ` with ${plural(pending.contracts.length, 'new contract')}`} waits for
          your receipt until {dateClock(pending.waitsUntil, zone)}. Sign it, and it is in force; then sign in again.
        </p>
      ) : now < own.renewableFrom ? (
        <p className="soft">It can be renewed from {dateClock(own.renewableFrom, zone)} on.</p>
      ) : (
        <p>It can be renewed for another year. The version before is not taken any more then, and you sign in again.</p>
      )}
      {pending?.delivery === 'wallet' || (pending === null && now < own.renewableFrom) ? null : (
        <p>
          <Button look="main" isDisabled={next.isPending} onPress={() => next.mutate()}>
            {pending === null ? 'Renew' : 'Sign the receipt'}
          </Button>
        </p>
      )}
      {next.error === null ? null : (
        <Refusal error={next.error} title={pending === null ? 'Not renewed' : 'Not confirmed'} />
      )}
    </>
  )
}
