import { formatInstant, localDay } from '@opem/domain'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useSearchParams } from 'react-router'
import type { Community } from '../api/communities.ts'
import { communitiesQuery } from '../api/communities.ts'
import { dayByDate, dayOf } from '../app/day.ts'
import { useChain, useSettings } from '../app/settings.ts'
import { chainStateQuery } from '../chain/queries.ts'
import { Choice } from '../parts/Choice.tsx'
import { Copy } from '../parts/Copy.tsx'
import { ReadProblem, Waiting } from '../parts/Notice.tsx'
import { TextInput } from '../parts/TextInput.tsx'
import { useTitle } from '../parts/title.ts'
import { AuditRun } from './AuditRun.tsx'
import { AuditTabs } from './AuditTabs.tsx'

/** Anybody may be the auditor: pick a community and days, and everything is recomputed here. */
export function AuditPage() {
  useTitle('Audit')
  const [search, setSearch] = useSearchParams()
  const communities = useQuery(communitiesQuery)
  const community = communities.data?.find((one) => one.id === search.get('community')) ?? communities.data?.[0]
  return (
    <>
      <header className="page-head">
        <h1>Audit</h1>
        <p className="soft">
          Your browser reads the chain’s own events, recovers who signed, recomputes every root, every sum, every share
          and the money, and compares. You need to trust nobody, not even this marketplace.
        </p>
        <AuditTabs />
      </header>
      {communities.error ? <ReadProblem error={communities.error} retry={() => communities.refetch()} /> : null}
      {communities.isPending ? <Waiting what="communities" /> : null}
      {communities.data?.length === 0 ? <p className="empty soft">There is no community to audit yet.</p> : null}
      {community === undefined ? null : (
        <div className="sections">
          <Choice
            label="Community"
            value={community.id}
            options={communities.data!.map(({ id, name }) => ({ id, name, hint: id }))}
            onChange={(id) => setSearch({ community: id }, { replace: true })}
          />
          <Range key={community.id} community={community} />
        </div>
      )}
    </>
  )
}

function Range({ community }: { community: Community }) {
  const chain = useQuery(chainStateQuery(useChain(), useSettings(), community.id))
  const [search] = useSearchParams()
  const [fromText, setFrom] = useState(search.get('from') ?? '')
  const [toText, setTo] = useState(search.get('to') ?? '')
  if (chain.error) return <ReadProblem error={chain.error} retry={() => chain.refetch()} />
  if (chain.data === undefined) return <Waiting what="the contract" />
  const { timeZone } = community
  const last = dayOf(chain.data.nextPeriod - 1, timeZone).date
  const fromDate = fromText === '' ? last : fromText
  const toDate = toText === '' ? last : toText
  const from = dayByDate(fromDate, timeZone)
  const to = dayByDate(toDate, timeZone)
  const problem =
    from === undefined || to === undefined
      ? 'Choose a day.'
      : from.start > to.start
        ? 'The last day is before the first.'
        : undefined
  return (
    <>
      <div className="form-grid">
        <TextInput label="First day" type="date" value={fromDate} onChange={setFrom} hint={`In ${timeZone}`} />
        <TextInput label="Last day" type="date" value={toDate} onChange={setTo} problem={problem} />
      </div>
      {problem !== undefined || from === undefined || to === undefined ? null : (
        <>
          <AuditRun
            key={`${from.start}/${to.end}`}
            community={community}
            range={{ from: localDay(fromDate, timeZone).start, to: to.end }}
          />
          <section className="stack" aria-labelledby="command">
            <h2 id="command">The same on the command line</h2>
            <Copy
              label="audit command"
              text={`npx opem audit --community ${community.id} --from ${formatInstant(from.start)} --to ${formatInstant(to.end)}`}
            />
          </section>
        </>
      )}
    </>
  )
}
