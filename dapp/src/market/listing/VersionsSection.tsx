import { differences } from '@opem/domain'
import type { ListingVersion } from '../../api/listings.ts'
import { dateClock } from '../../format/time.ts'
import { fieldName } from '../words.ts'

const shown = (value: unknown): string =>
  value === undefined ? 'nothing' : typeof value === 'string' ? value : JSON.stringify(value)

/** Every version that was published, with what changed from the one before. */
export function VersionsSection({ versions }: { versions: readonly ListingVersion[] }) {
  return (
    <section className="panel" aria-labelledby="versions">
      <h2 id="versions">Versions</h2>
      <ol className="versions" reversed>
        {versions.map((it, place) => (
          <li key={it.version}>
            <strong>Version {it.version}</strong> <span className="soft">{dateClock(it.publishedAt, 'UTC')} UTC</span>
            <Changes of={it} from={versions[place + 1]} />
          </li>
        ))}
      </ol>
    </section>
  )
}

function Changes({ of, from }: { of: ListingVersion; from: ListingVersion | undefined }) {
  if (from === undefined) return <p className="small soft">The first one.</p>
  if (of.document === null || from.document === null)
    return <p className="small soft">What changed cannot be said: the content store has not given a document yet.</p>
  const changed = differences(from.document, of.document)
  return (
    <details>
      <summary>What changed: {changed.map(({ path }) => fieldName(path)).join('; ')}</summary>
      <dl className="changes">
        {changed.map(({ path, before, after }) => (
          <div key={path}>
            <dt>{fieldName(path)}</dt>
            <dd>
              <del>{shown(before)}</del> <ins>{shown(after)}</ins>
            </dd>
          </div>
        ))}
      </dl>
    </details>
  )
}
