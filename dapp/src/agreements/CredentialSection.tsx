import type { ShownAgreement } from '../api/agreements.ts'
import { LineShown } from '../credentials/LineShown.tsx'

/** The line of the agreement in one's own Account credential. */
export function CredentialSection({ it: { credential } }: { it: ShownAgreement }) {
  if (credential === null) return null
  return (
    <section className="panel stack" aria-labelledby="credential">
      <h2 id="credential">Your Account credential</h2>
      <LineShown line={credential} of="agreement" />
    </section>
  )
}
