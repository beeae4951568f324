import type { Role } from '@opem/domain'
import { MARKET_ROLES } from '@opem/domain'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { CompanyUser } from '../api/company.ts'
import { companyUsersQuery, limitUser } from '../api/company.ts'
import { ROLE_NAMES, roleList } from '../credentials/claims.ts'
import { sameDid } from '../credentials/did.ts'
import { dateClock } from '../format/time.ts'
import { Button } from '../parts/Button.tsx'
import { Checks } from '../parts/Checks.tsx'
import { Facts } from '../parts/Facts.tsx'
import { ReadProblem, Waiting } from '../parts/Notice.tsx'
import { Refusal } from '../presentation/Refusal.tsx'
import { useSession } from '../session/session.ts'

const zone = Intl.DateTimeFormat().resolvedOptions().timeZone
const ALL: readonly Role[] = ['administrator', ...MARKET_ROLES]

/** The company's representatives that were seen here, and what is left of their roles. */
export function UsersSection() {
  const users = useQuery(companyUsersQuery)
  return (
    <section className="panel" aria-labelledby="users">
      <h2 id="users">People</h2>
      <p className="soft">
        Whoever presents a Representative credential of your company appears here. New people get theirs from your
        company’s wallet; to take one back for good, revoke it there.
      </p>
      {users.error ? (
        <ReadProblem error={users.error} retry={() => users.refetch()} />
      ) : users.data === undefined ? (
        <Waiting what="people" />
      ) : users.data.length === 0 ? (
        <p className="soft">Nobody yet.</p>
      ) : (
        <ul className="people">
          {users.data.map((user) => (
            <User key={user.did} user={user} />
          ))}
        </ul>
      )}
    </section>
  )
}

function User({ user }: { user: CompanyUser }) {
  const queries = useQueryClient()
  const session = useSession()
  const [roles, setRoles] = useState<readonly Role[]>(user.roles)
  const change = useMutation({
    mutationFn: (limits: { roles: readonly Role[]; disabled: boolean }) => limitUser(user.did, limits),
    onSuccess: () => queries.invalidateQueries({ queryKey: companyUsersQuery.queryKey }),
  })
  const yourself = session ? sameDid(session.did, user.did) : false
  const changed = roles.join() !== ALL.filter((role) => user.roles.includes(role)).join()
  return (
    <li aria-label={user.name}>
      <div className="row apart">
        <h3>{user.name}</h3>
        <span className={`badge ${user.disabled ? 'wrong' : 'good'}`}>
          {user.disabled ? 'disabled' : 'may sign in'}
        </span>
      </div>
      <Facts
        of={[
          ['E-mail', user.email],
          [
            'DID',
            <span key="did" className="mono">
              {user.did}
            </span>,
          ],
          ['Credential says', roleList(user.credentialRoles)],
          ['Last seen', user.lastSeen === null ? 'never' : dateClock(user.lastSeen, zone)],
        ]}
      />
      {yourself ? (
        <p className="soft">This is you: another administrator would have to limit you.</p>
      ) : (
        <>
          <Checks
            label={`What ${user.name} may do`}
            options={ALL.filter((role) => user.credentialRoles.includes(role)).map((role) => ({
              id: role,
              name: ROLE_NAMES[role] ?? role,
            }))}
            value={roles}
            onChange={setRoles}
          />
          <div className="row">
            <Button
              missing={changed ? undefined : `Change what ${user.name} may do first.`}
              isDisabled={change.isPending}
              aria-label={`Save roles of ${user.name}`}
              onPress={() => change.mutate({ roles, disabled: user.disabled })}
            >
              Save roles
            </Button>
            <Button
              isDisabled={change.isPending}
              aria-label={`${user.disabled ? 'Enable' : 'Disable'} ${user.name}`}
              onPress={() => change.mutate({ roles: user.roles, disabled: !user.disabled })}
            >
              {user.disabled ? 'Enable' : 'Disable'}
            </Button>
          </div>
        </>
      )}
      {change.error === null ? null : <Refusal error={change.error} title="Not changed" />}
    </li>
  )
}
