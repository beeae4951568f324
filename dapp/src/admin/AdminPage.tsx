import { useQuery } from '@tanstack/react-query'
import { Link, useSearchParams } from 'react-router'
import { useConnection } from 'wagmi'
import type { Community } from '../api/communities.ts'
import { communitiesQuery } from '../api/communities.ts'
import { useChain, useSettings } from '../app/settings.ts'
import { chainStateQuery } from '../chain/queries.ts'
import { shortHex } from '../format/hex.ts'
import { Choice } from '../parts/Choice.tsx'
import { Notice, ReadProblem, Waiting } from '../parts/Notice.tsx'
import { useTitle } from '../parts/title.ts'
import { AuditorsSection } from './AuditorsSection.tsx'
import { FoundSection } from './FoundSection.tsx'
import { MembershipSection } from './MembershipSection.tsx'
import { NextRulesSection } from './NextRulesSection.tsx'
import { RunSection } from './RunSection.tsx'

const NEW = 'new'

/** What an administrator does: found, start, add members, change rules, stop. */
export function AdminPage() {
  useTitle('Administration')
  const [search, setSearch] = useSearchParams()
  const communities = useQuery(communitiesQuery)
  const asked = search.get('community')
  const community = communities.data?.find((one) => one.id === asked)
  return (
    <>
      <header className="page-head">
        <h1>Administration</h1>
        <p className="soft">
          Every change is a transaction signed by your own wallet. The contract is asked before you sign.
        </p>
      </header>
      {communities.error ? <ReadProblem error={communities.error} retry={() => communities.refetch()} /> : null}
      {communities.isPending ? <Waiting what="communities" /> : null}
      <div className="sections">
        {communities.data === undefined || communities.data.length === 0 ? null : (
          <Choice
            label="Community"
            value={community?.id ?? NEW}
            options={[
              ...communities.data.map(({ id, name }) => ({ id: id as string, name, hint: id })),
              { id: NEW, name: 'A new community' },
            ]}
            onChange={(id) => setSearch(id === NEW ? {} : { community: id }, { replace: true })}
          />
        )}
        {communities.data === undefined ? null : community === undefined ? (
          <FoundSection />
        ) : (
          <Sections key={community.id} community={community} />
        )}
      </div>
    </>
  )
}

function Sections({ community }: { community: Community }) {
  const chain = useQuery(chainStateQuery(useChain(), useSettings(), community.id))
  const { address } = useConnection()
  if (chain.error) return <ReadProblem error={chain.error} retry={() => chain.refetch()} />
  if (chain.data === undefined) return <Waiting what="the contract" />
  const { administrator } = chain.data
  return (
    <>
      {address === undefined ? (
        <Notice title="No wallet is connected">
          <p>Connect the administrator’s wallet ({shortHex(administrator)}) at the top of the page to sign.</p>
        </Notice>
      ) : address.toLowerCase() !== administrator.toLowerCase() ? (
        <Notice tone="warn" title="This account is not the administrator">
          <p>
            The administrator is <span className="mono">{administrator}</span>. The contract will refuse other accounts.
          </p>
        </Notice>
      ) : null}
      <RunSection community={community} chain={chain.data} />
      <MembershipSection community={community} />
      <AuditorsSection community={community} />
      <NextRulesSection community={community} chain={chain.data} />
      <p>
        <Link className="button" to={`/c/${community.id}`}>
          See the community
        </Link>
      </p>
    </>
  )
}
