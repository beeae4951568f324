import { useInfiniteQuery, useMutation } from '@tanstack/react-query'
import type { AuditEntry } from '../api/governance.ts'
import { auditLogQuery, verifyAuditLog } from '../api/governance.ts'
import { dateAndTime } from '../format/time.ts'
import { Button } from '../parts/Button.tsx'
import { Copy } from '../parts/Copy.tsx'
import { Notice, ReadProblem, Waiting } from '../parts/Notice.tsx'
import { firstBroken } from './check-entries.ts'

/** Who did what, in a chain of hashes that this page recomputes for what it shows, and the API for the whole. */
export function AuditLogSection() {
  const log = useInfiniteQuery(auditLogQuery(undefined))
  const verify = useMutation({ mutationFn: verifyAuditLog })
  const entries = log.data?.pages.flatMap(({ items }) => items) ?? []
  const broken = firstBroken(entries)
  return (
    <section className="panel" aria-labelledby="audit-log">
      <div className="row apart">
        <h2 id="audit-log">Audit log</h2>
        <Button isDisabled={verify.isPending} onPress={() => verify.mutate()}>
          {verify.isPending ? 'Reading all of it …' : 'Check the whole log'}
        </Button>
      </div>
      {verify.error === null ? null : <ReadProblem error={verify.error} retry={() => verify.mutate()} />}
      {verify.data === undefined ? null : verify.data.whole ? (
        <Notice title={`The log is whole: ${verify.data.entries} entries`}>
          <p>Keep the hash of the last one elsewhere, and nobody can shorten the log unseen.</p>
          <Copy text={verify.data.head ?? ''} label="hash of the last entry" />
        </Notice>
      ) : (
        <Notice tone="wrong" title="The log was changed">
          <p>
            {verify.data.why}; {verify.data.entries} entries before it are as they were written.
          </p>
        </Notice>
      )}
      {broken === undefined ? null : (
        <Notice tone="wrong" title={`Entry ${broken} is not what was written, or does not follow the one before it`} />
      )}
      {log.error ? (
        <ReadProblem error={log.error} retry={() => log.refetch()} />
      ) : log.data === undefined ? (
        <Waiting what="the audit log" />
      ) : entries.length === 0 ? (
        <p className="soft">Nothing was done yet.</p>
      ) : (
        <ol className="people" reversed>
          {entries.map((entry) => (
            <One key={entry.number} entry={entry} />
          ))}
        </ol>
      )}
      {log.hasNextPage ? (
        <p>
          <Button isDisabled={log.isFetchingNextPage} onPress={() => log.fetchNextPage()}>
            Show older ones
          </Button>
        </p>
      ) : null}
    </section>
  )
}

function One({ entry }: { entry: AuditEntry }) {
  return (
    <li aria-label={`${entry.number}: ${entry.action}`}>
      <div className="row apart">
        <h3>
          {entry.number} · {entry.action}
        </h3>
        <time className="small soft" dateTime={new Date(entry.at * 1000).toISOString()}>
          {dateAndTime(entry.at)}
        </time>
      </div>
      <details>
        <summary className="small">by {entry.by}</summary>
        <pre className="entry">{JSON.stringify({ about: entry.about, detail: entry.detail }, null, 2)}</pre>
        <p className="small soft">
          Hash <code>{entry.hash}</code>
        </p>
      </details>
    </li>
  )
}
