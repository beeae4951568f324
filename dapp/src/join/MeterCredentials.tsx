import type { Credential } from '../credentials/decode.ts'
import { ImportCredential } from '../credentials/ImportCredential.tsx'
import type { Holder } from '../presentation/present.ts'
import type { Meter } from './membership.ts'

type Props = {
  holder: Holder | undefined
  meters: readonly Meter[]
  /** The credential of each meter, in order. */
  sources: readonly (Credential | undefined)[]
}

/** Says for each meter whether its credential goes along: without it nobody may use the meter's readings. */
export function MeterCredentials({ holder, meters, sources }: Props) {
  const missing = meters.some(({ meter }, i) => meter !== '' && sources[i] === undefined)
  return (
    <section className="proof" aria-label="Credentials of the meters">
      <p>
        The grid or meter operator says in a Data-source credential that a meter is yours. It goes to the marketplace
        with your consent: without it nobody may use the meter’s readings, and you can withdraw it at any time.
      </p>
      <ul className="plain" aria-live="polite">
        {meters.map(({ meter }, i) =>
          meter === '' ? null : (
            // biome-ignore lint/suspicious/noArrayIndexKey: a meter being typed has no other name than its place
            <li key={i}>
              <span className="mono">{meter}</span>{' '}
              {sources[i] === undefined ? (
                <span className="badge warn">its credential is missing</span>
              ) : (
                <span className="badge good">credential attached</span>
              )}
            </li>
          ),
        )}
      </ul>
      {holder === undefined || !missing ? null : (
        <details>
          <summary>Import the credential of a meter</summary>
          <ImportCredential holder={holder} />
        </details>
      )}
    </section>
  )
}
