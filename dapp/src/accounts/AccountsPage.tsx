import { useInfiniteQuery } from '@tanstack/react-query'
import { useDeferredValue, useState } from 'react'
import { Link } from 'react-router'
import type { AccountStatus } from '../api/accounts.ts'
import { ACCOUNT_STATUSES, accountsQuery } from '../api/accounts.ts'
import { roleList } from '../credentials/claims.ts'
import { Button } from '../parts/Button.tsx'
import { Choice } from '../parts/Choice.tsx'
import { ReadProblem, Waiting } from '../parts/Notice.tsx'
import { TextInput } from '../parts/TextInput.tsx'
import { useTitle } from '../parts/title.ts'
import { For } from '../session/For.tsx'
import { STATUS_LOOK } from './words.ts'

/** The operator's company management: find an account. */
export const AccountsPage = () => (
  <For need={{ kind: 'operator' }} title="Accounts">
    <Page />
  </For>
)

function Page() {
  useTitle('Accounts')
  const [search, setSearch] = useState('')
  const [status, setStatus] = useState<AccountStatus | 'all'>('all')
  const asked = useDeferredValue(search.trim())
  const accounts = useInfiniteQuery(accountsQuery(asked, status === 'all' ? undefined : status))
  const found = accounts.data?.pages.flatMap((page) => page.accounts)
  return (
    <>
      <header className="page-head">
        <h1>Accounts</h1>
        <p className="soft">
          Companies, people and machines that have an account. Decisions are kept with their reason.
        </p>
      </header>
      <div className="sections">
        <div className="form-grid">
          <TextInput label="Search" type="search" value={search} onChange={setSearch} hint="Name or DID" />
          <Choice
            label="Status"
            value={status}
            options={[{ id: 'all', name: 'Every status' }, ...ACCOUNT_STATUSES.map((one) => ({ id: one, name: one }))]}
            onChange={setStatus}
          />
        </div>
        {accounts.error ? (
          <ReadProblem error={accounts.error} retry={() => accounts.refetch()} />
        ) : found === undefined ? (
          <Waiting what="accounts" />
        ) : found.length === 0 ? (
          <p className="empty soft" role="status">
            No account is like that.
          </p>
        ) : (
          <>
            <section className="table-wrap" aria-label="Accounts found">
              <table>
                <thead>
                  <tr>
                    <th scope="col">Name</th>
                    <th scope="col">Status</th>
                    <th scope="col">Kind</th>
                    <th scope="col">Roles</th>
                    <th scope="col" className="n">
                      Version
                    </th>
                  </tr>
                </thead>
                <tbody>
                  {found.map((account) => (
                    <tr key={account.account}>
                      <th scope="row">
                        <Link to={`/accounts/${account.account}`}>{account.name}</Link>
                      </th>
                      <td>
                        <span className={`badge ${STATUS_LOOK[account.status]}`}>{account.status}</span>
                      </td>
                      <td>{account.kind}</td>
                      <td>{roleList(account.roles)}</td>
                      <td className="n">{account.version}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </section>
            {accounts.hasNextPage ? (
              <p>
                <Button isDisabled={accounts.isFetchingNextPage} onPress={() => accounts.fetchNextPage()}>
                  Show more
                </Button>
              </p>
            ) : null}
          </>
        )}
      </div>
    </>
  )
}
