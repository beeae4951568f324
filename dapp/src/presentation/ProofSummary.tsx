import type { Operation } from '@opem/domain'
import type { Credential } from '../credentials/decode.ts'
import { Facts } from '../parts/Facts.tsx'
import { whatIsProved } from './what-is-proved.ts'

/** What will be shown to whom, claim by claim, before the wallet is asked. */
export function ProofSummary({ operation, credentials }: { operation: Operation; credentials: readonly Credential[] }) {
  const proved = whatIsProved(operation, credentials, `the marketplace at ${window.location.host}`)
  return (
    <section className="proof" aria-label="What you prove">
      <p>{proved.sentence}</p>
      {proved.credentials.map((one) => (
        <div key={one.title} className="proof-credential">
          <strong>{one.title}</strong>
          <Facts of={[...one.claims, ['Issued by', <code key="issuer">{one.issuer}</code>]]} />
        </div>
      ))}
    </section>
  )
}
