import { Link } from 'react-router'
import type { Submission, Workbench } from '../../api/services.ts'
import { dateClock } from '../../format/time.ts'

const WORDS: Record<Submission['state'], string> = {
  waiting: 'waits for the operator',
  rejected: 'was sent back',
  approved: 'was approved',
  withdrawn: 'was withdrawn',
  published: 'was published',
}
const CREDENTIAL = {
  wanted: 'will add a line to your Account credential: another version waits for its receipt first.',
  pending: 'added a line to your Account credential: present the receipt to put it in force.',
  active: 'is a line of your Account credential.',
} as const

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
      {credential === null ? null : (
        <p className="soft">
          The contract with the marketplace {CREDENTIAL[credential.state]}{' '}
          {credential.version === null ? null : `Version ${credential.version} has it. `}
          <Link to="/credentials">My credentials</Link>
        </p>
      )}
    </section>
  )
}
