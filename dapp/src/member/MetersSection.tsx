import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { Community, Member } from '../api/communities.ts'
import type { MeterAuthorisation } from '../api/meter-authorisations.ts'
import { authorisationsQuery, authoriseMeter, withdrawMeter } from '../api/meter-authorisations.ts'
import { useNow } from '../app/now.ts'
import { dataSourceOf } from '../credentials/choose.ts'
import { addressOfDid } from '../credentials/did.ts'
import { ImportCredential } from '../credentials/ImportCredential.tsx'
import { useKept } from '../credentials/use-kept.ts'
import { Button } from '../parts/Button.tsx'
import { Notice, ReadProblem, Waiting } from '../parts/Notice.tsx'
import { ProofSummary } from '../presentation/ProofSummary.tsx'
import type { Holder } from '../presentation/present.ts'
import { Refusal } from '../presentation/Refusal.tsx'
import { useHolder } from '../presentation/use-holder.ts'
import { usePresent } from '../presentation/use-present.ts'
import { useSession } from '../session/session.ts'
import { standingOf } from './meter-standing.ts'

type Props = { community: Community; member: Member }

/** The member's own meters: whether their readings may be used, and the way to say no. Shown to the member only. */
export function MetersSection({ community, member }: Props) {
  const session = useSession()
  if (!session || addressOfDid(session.did) !== member.account) return null
  return <Own community={community} member={member} />
}

function Own({ community, member }: Props) {
  const authorisations = useQuery(authorisationsQuery(community.id))
  return (
    <section className="panel" aria-labelledby="meters">
      <h2 id="meters">Use of my meters</h2>
      <p className="soft">
        A meter’s readings are used while its Data-source credential stands. Withdrawing it stops them at the next
        period; what was settled stays settled.
      </p>
      {authorisations.error ? (
        <ReadProblem error={authorisations.error} retry={() => authorisations.refetch()} />
      ) : authorisations.data === undefined ? (
        <Waiting what="authorisations" />
      ) : (
        <ul className="people">
          {member.meters.map(({ meter }) => (
            <One key={meter} community={community} meter={meter} all={authorisations.data} />
          ))}
        </ul>
      )}
    </section>
  )
}

function One({ community, meter, all }: { community: Community; meter: string; all: readonly MeterAuthorisation[] }) {
  const now = useNow()
  const holder = useHolder()
  const queries = useQueryClient()
  const [sure, setSure] = useState(false)
  const standing = standingOf(all, meter, now, community.timeZone)
  const withdraw = useMutation({
    mutationFn: () => withdrawMeter(community.id, meter),
    onSuccess: async () => {
      setSure(false)
      await queries.invalidateQueries({ queryKey: ['authorisations', community.id] })
    },
  })
  return (
    <li aria-label={`Meter ${meter}`}>
      <div className="row apart">
        <h3 className="mono">{meter}</h3>
        <span className={`badge ${standing.used ? 'good' : 'warn'}`}>{standing.used ? 'used' : 'not used'}</span>
      </div>
      <p>{standing.sentence}</p>
      {!standing.withdrawable ? null : sure ? (
        <Notice
          tone="warn"
          title={`Withdraw meter ${meter}?`}
          action={
            <span className="row">
              <Button autoFocus isDisabled={withdraw.isPending} onPress={() => withdraw.mutate()}>
                Withdraw it
              </Button>
              <Button onPress={() => setSure(false)}>Keep it</Button>
            </span>
          }
        >
          <p>From the next period on, its readings are not used.</p>
        </Notice>
      ) : (
        <p>
          <Button aria-label={`Withdraw meter ${meter}`} onPress={() => setSure(true)}>
            Withdraw
          </Button>
        </p>
      )}
      {standing.authorisable && holder !== undefined ? (
        <Authorise community={community} meter={meter} holder={holder} />
      ) : null}
      {withdraw.error === null ? null : <Refusal error={withdraw.error} title="Not withdrawn" />}
    </li>
  )
}

function Authorise({ community, meter, holder }: { community: Community; meter: string; holder: Holder }) {
  const credential = dataSourceOf(useKept(holder.address), holder.did, meter, useNow())
  const present = usePresent()
  const queries = useQueryClient()
  const send = useMutation({
    mutationFn: async () => {
      if (credential === undefined) return
      await authoriseMeter(community.id, await present('authorise-meter', holder, [credential]))
    },
    onSuccess: () => queries.invalidateQueries({ queryKey: ['authorisations', community.id] }),
  })
  return (
    <details>
      <summary>Authorise meter {meter}</summary>
      {credential === undefined ? (
        <div className="form">
          <p className="soft">Import the Data-source credential that your meter operator issued for this meter.</p>
          <ImportCredential holder={holder} />
        </div>
      ) : (
        <div className="form">
          <ProofSummary operation="authorise-meter" credentials={[credential]} />
          <p>
            <Button look="main" isDisabled={send.isPending} onPress={() => send.mutate()}>
              Sign and authorise
            </Button>
          </p>
        </div>
      )}
      {send.error === null ? null : <Refusal error={send.error} title="Not authorised" />}
    </details>
  )
}
