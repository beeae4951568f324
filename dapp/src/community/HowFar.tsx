import { useQuery } from '@tanstack/react-query'
import type { Community } from '../api/communities.ts'
import { newestTradingQuery } from '../api/trading.ts'
import type { ChainState } from '../chain/queries.ts'
import { dateClock } from '../format/time.ts'
import { Notice } from '../parts/Notice.tsx'
import { memberOf, useSight } from '../session/sight.ts'
import { indexStateQuery } from '../subgraph/community.ts'

const until = (epoch: number | undefined, timeZone: string) =>
  epoch === undefined ? 'nothing yet' : `up to ${dateClock(epoch, timeZone)}`

/** Sent, confirmed, indexed: three truths that are usually equal, and are shown apart because they need not be. */
export function HowFar({ community, chain }: { community: Community; chain: ChainState | undefined }) {
  const sight = useSight(community)
  const newest = newestTradingQuery(community.id, chain?.nextPeriod, memberOf(sight))
  const sent = useQuery({ ...newest, enabled: chain !== undefined && sight.of !== 'nobody' })
  const index = useQuery(indexStateQuery(community.id))
  const { timeZone } = community
  const confirmed = chain === undefined || sent.data === null ? undefined : chain.nextPeriod
  const indexed = index.data?.settledTo
  return (
    <section className="panel" aria-labelledby="how-far">
      <h2 id="how-far">How far it is</h2>
      <div className="journey" aria-live="polite">
        <ol>
          <li className={sent.data ? 'reached' : ''}>
            <b>Sent</b>
            {sight.of === 'nobody'
              ? 'shown to members'
              : sent.isPending
                ? '…'
                : until(sent.data ?? undefined, timeZone)}
          </li>
          <li className={confirmed !== undefined && sent.data ? 'reached' : ''}>
            <b>Confirmed</b>
            {chain === undefined ? '…' : until(confirmed, timeZone)}
          </li>
          <li className={indexed !== undefined ? 'reached' : ''}>
            <b>Indexed</b>
            {index.isPending ? '…' : index.error ? 'the index does not answer' : until(indexed, timeZone)}
          </li>
        </ol>
      </div>
      <p className="soft small">
        <em>Sent</em> is what the oracle nodes agreed on and kept as evidence, <em>confirmed</em> what the contract
        holds, <em>indexed</em> what searches find.
      </p>
      {index.data?.missing ? (
        <Notice tone="warn" title="The index does not know this community yet">
          <p>It follows the chain; a new community appears within seconds.</p>
        </Notice>
      ) : null}
    </section>
  )
}
