import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from 'react-router'
import { addMember } from '../actions/add-member.ts'
import { Journey } from '../actions/Journey.tsx'
import { useAction } from '../actions/use-action.ts'
import type { Community } from '../api/communities.ts'
import type { Consent } from '../api/consents.ts'
import { consentsQuery, declineConsent } from '../api/consents.ts'
import { shortHex } from '../format/hex.ts'
import { dateClock } from '../format/time.ts'
import { Button } from '../parts/Button.tsx'
import { Facts } from '../parts/Facts.tsx'
import { ReadProblem, Waiting } from '../parts/Notice.tsx'
import { membersQuery } from '../subgraph/community.ts'

/** Consents that wait, and the members that are. */
export function MembershipSection({ community }: { community: Community }) {
  const consents = useQuery(consentsQuery(community.id))
  const members = useQuery(membersQuery(community.id))
  const action = useAction(addMember)
  return (
    <section className="panel" aria-labelledby="members">
      <div className="row apart">
        <h2 id="members">Members</h2>
        <Link className="button" to={`/c/${community.id}/join`}>
          Open the join page
        </Link>
      </div>
      <h3>Waiting</h3>
      {consents.error ? (
        <ReadProblem error={consents.error} retry={() => consents.refetch()} />
      ) : consents.data === undefined ? (
        <Waiting what="consents" />
      ) : consents.data.length === 0 ? (
        <p className="soft">No consent is waiting. Send the address of the join page to who wants to join.</p>
      ) : (
        <ul className="people">
          {consents.data.map((consent) => (
            <Pending
              key={consent.member}
              community={community}
              consent={consent}
              busy={action.busy}
              add={() => action.run({ community: community.id, timeZone: community.timeZone, consent })}
            />
          ))}
        </ul>
      )}
      <Journey stage={action.stage} />
      <h3>Joined</h3>
      {members.error ? (
        <ReadProblem error={members.error} retry={() => members.refetch()} />
      ) : members.data === undefined ? (
        <Waiting what="members" />
      ) : members.data.length === 0 ? (
        <p className="soft">Nobody yet.</p>
      ) : (
        <div className="table-wrap">
          <table>
            <thead>
              <tr>
                <th scope="col">Name</th>
                <th scope="col">Account</th>
                <th scope="col">From</th>
                <th scope="col">Until</th>
              </tr>
            </thead>
            <tbody>
              {members.data.map((member) => (
                <tr key={member.member}>
                  <th scope="row">
                    {community.members.find((one) => one.id === member.member)?.name ?? shortHex(member.member)}
                  </th>
                  <td className="mono">{shortHex(member.account)}</td>
                  <td>{dateClock(Number(member.from), community.timeZone)}</td>
                  <td>{member.until === null ? '' : dateClock(Number(member.until), community.timeZone)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  )
}

type PendingProps = { community: Community; consent: Consent; busy: boolean; add: () => void }

function Pending({ community, consent, busy, add }: PendingProps) {
  const queries = useQueryClient()
  const decline = async () => {
    await declineConsent(community.id, consent.member)
    await queries.invalidateQueries({ queryKey: ['consents', community.id] })
  }
  return (
    <li>
      <Facts of={addMember.describe({ community: community.id, timeZone: community.timeZone, consent })} />
      <div className="row">
        <Button look="main" isDisabled={busy} onPress={add} aria-label={`Sign and add ${consent.name}`}>
          Sign and add
        </Button>
        <Button isDisabled={busy} onPress={decline} aria-label={`Decline ${consent.name}`}>
          Decline
        </Button>
      </div>
    </li>
  )
}
