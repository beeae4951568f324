import { useQuery } from '@tanstack/react-query'
import { Link } from 'react-router'
import type { Waiting } from '../api/governance.ts'
import { waitingQuery } from '../api/governance.ts'
import { Waiting as Reading, ReadProblem } from '../parts/Notice.tsx'

const LINES: readonly (readonly [of: keyof Waiting, words: string, to: string | undefined, urgent: boolean])[] = [
  ['reviews', 'listings wait for review', '/review', true],
  ['disputes', 'payments wait for a decision', '/billing', true],
  ['pendingAccounts', 'accounts are on their way', '/accounts', false],
  ['suspendedAccounts', 'accounts are suspended', '/accounts', false],
  ['suspendedListings', 'listings are suspended', '/market', false],
  ['lostLetters', 'letters or webhook calls of this week never arrived', undefined, false],
  ['listings', 'listings are published', '/market', false],
  ['agreements', 'agreements are in force', undefined, false],
]

/** What needs somebody, and how big the marketplace is. */
export function WaitingSection() {
  const waiting = useQuery(waitingQuery)
  const { data } = waiting
  return (
    <section className="panel" aria-labelledby="waiting">
      <h2 id="waiting">What waits</h2>
      {waiting.error ? (
        <ReadProblem error={waiting.error} retry={() => waiting.refetch()} />
      ) : data === undefined ? (
        <Reading what="what waits" />
      ) : (
        <ul className="plain">
          {LINES.map(([of, words, to, urgent]) => (
            <li key={of}>
              <span className={`badge ${urgent && data[of] > 0 ? 'warn' : ''}`}>{data[of]}</span>{' '}
              {to === undefined ? words : <Link to={to}>{words}</Link>}
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}
