import type { Submission, Workbench } from '../../api/services.ts'
import { LineShown } from '../../credentials/LineShown.tsx'
import { dateClock } from '../../format/time.ts'

const WORDS: Record<Submission['state'], string> = {
  waiting: 'waits for the operator',
  rejected: 'was sent back',
  approved: 'was approved',
  withdrawn: 'was withdrawn',
  published: 'was published',
}

/** Applications and their answers, the newest first. */
export function HistorySection({ service: { submissions, credential } }: { service: Workbench }) {
  if (submissions.length === 0) return null
  return (
    <section className="panel" aria-labelledby="history">
      <h2 id="history">What happened</h2>
      <ul>
        {submissions.map(({ id, version, state, submittedAt, decidedAt }) => (
          <li key={id}>
            Version {version}, submitted {dateClock(submittedAt, 'UTC')}, {WORDS[state]}
            {decidedAt === null ? '' : ` ${dateClock(decidedAt, 'UTC')}`}
          </li>
        ))}
      </ul>
      {credential === null || credential.credential !== null ? null : <LineShown line={credential} of="listing" />}
    </section>
  )
}
