import { OpemError } from '@opem/domain'
import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from 'react-router'
import type { Account } from '../api/accounts.ts'
import { accountQuery } from '../api/accounts.ts'
import { NotFound } from '../app/NotFound.tsx'
import { roleList } from '../credentials/claims.ts'
import { hexOf } from '../format/hex.ts'
import { dateClock } from '../format/time.ts'
import { Facts } from '../parts/Facts.tsx'
import { ReadProblem, Waiting } from '../parts/Notice.tsx'
import { useTitle } from '../parts/title.ts'
import { For } from '../session/For.tsx'
import { DecisionSection } from './DecisionSection.tsx'
import { RolesSection } from './RolesSection.tsx'
import { UsageSection } from './UsageSection.tsx'
import { STATUS_LOOK } from './words.ts'

const zone = Intl.DateTimeFormat().resolvedOptions().timeZone

/** One account as the operator sees it. */
export function AccountPage() {
  const id = hexOf(useParams().account, 32)
  return (
    <For need={{ kind: 'operator' }} title="Account">
      {id === undefined ? <NotFound what="account" /> : <Read key={id} id={id} />}
    </For>
  )
}

function Read({ id }: { id: string }) {
  const account = useQuery(accountQuery(id))
  if (account.data !== undefined) return <Page account={account.data} />
  if (account.error === null) return <Waiting what="the account" />
  if (account.error instanceof OpemError && account.error.details?.status === 404) return <NotFound what="account" />
  return <ReadProblem error={account.error} retry={() => account.refetch()} />
}

function Page({ account }: { account: Account }) {
  useTitle(account.name)
  return (
    <>
      <header className="page-head">
        <p className="eyebrow">
          <Link to="/accounts">Accounts</Link>
        </p>
        <h1>{account.name}</h1>
        <p>
          <span className={`badge ${STATUS_LOOK[account.status]}`}>{account.status}</span>
        </p>
      </header>
      <div className="sections">
        <section className="panel" aria-labelledby="account">
          <h2 id="account">Account</h2>
          <Facts
            of={[
              ['Kind', account.kind],
              ['Roles', roleList(account.roles)],
              ['DID', <code key="did">{account.did}</code>],
              ['Account on chain', <code key="id">{account.account}</code>],
              ['Credential version', String(account.version)],
              ['Since', dateClock(account.createdAt, zone)],
              ...(account.reason ? ([['Last reason', account.reason]] as const) : []),
            ]}
          />
        </section>
        <UsageSection account={account.account} />
        <RolesSection key={account.roles.join()} account={account} />
        <DecisionSection key={account.status} account={account} />
      </div>
    </>
  )
}
