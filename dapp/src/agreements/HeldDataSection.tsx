import { Link } from 'react-router'
import type { ShownAgreement } from '../api/agreements.ts'
import type { Instance } from '../api/instances.ts'
import { StartStop } from './ProvideSection.tsx'

/** Data that the marketplace itself hands out: there is nothing to prepare, and the user goes to them. */
export function HeldDataSection({ it, instance }: { it: ShownAgreement; instance: Instance }) {
  const stopped = instance.state === 'stopped'
  return (
    <section className="panel stack" aria-labelledby="held-data">
      <h2 id="held-data">
        The data <span className="badge">{stopped ? 'stopped' : 'can be used'}</span>
      </h2>
      {it.side === 'consumer' ? (
        <>
          <p>The marketplace hands them out: look at them, ask, and download, as the policy says.</p>
          <p>
            <Link className="button main" to={`/data/mine?agreement=${it.id}`}>
              Look at the data
            </Link>
          </p>
        </>
      ) : (
        <p>
          The marketplace hands them out to the user, as your policy says; nothing is left for you to do.{' '}
          <Link to="/data/share">Your data sets</Link> say how many consent and how often they were downloaded.
        </p>
      )}
      <StartStop id={it.id} instance={instance} side={it.side} of="data" />
    </section>
  )
}
