import type { MarketCheck, MarketFinding } from '@opem/domain'
import { placeOfFinding } from '@opem/domain'
import { dateAndTime } from '../../format/time.ts'
import { Button } from '../../parts/Button.tsx'
import { download } from '../../parts/download.ts'
import { EscrowFigure } from './EscrowFigure.tsx'
import { ContractsTable, PartiesTable } from './MarketTables.tsx'
import type { MarketAuditOutcome } from './run-market-audit.ts'
import { CHECK_WORDS, verdictOf } from './words.ts'

const SHOWN = 50

/** What was checked and found, by check, contract and party, and the line that sums it up. */
export function MarketVerdicts({ outcome: { audit, at }, seconds }: { outcome: MarketAuditOutcome; seconds: number }) {
  const findings = audit.checks.flatMap((check) => check.findings)
  const save = () =>
    download(
      `market-audit-${audit.block}.json`,
      'application/json',
      JSON.stringify({ at, ...audit }, (_, value: unknown) => (typeof value === 'bigint' ? `${value}` : value), 1),
    )
  return (
    <>
      <p className={`verdict ${audit.ok ? 'right' : 'failed'}`} role="status">
        {verdictOf(audit)}
      </p>
      <p className="soft small">
        Recomputed in this browser in {seconds.toFixed(1)} s, as everything stood on {dateAndTime(at)} (block{' '}
        {audit.block}); {audit.events} events in the range.
      </p>
      <ol className="steps" aria-label="What was checked">
        {audit.checks.map((check) => (
          <CheckItem key={check.name} check={check} />
        ))}
      </ol>
      {findings.length === 0 ? null : <Findings of={findings} />}
      <EscrowFigure escrow={audit.escrow} />
      <ContractsTable of={audit.contracts} />
      <PartiesTable of={audit.parties} />
      <div className="row">
        <Button onPress={save}>Save the report (JSON)</Button>
      </div>
    </>
  )
}

function CheckItem({ check: { name, what, skipped, findings } }: { check: MarketCheck }) {
  const state = skipped !== undefined ? 'skipped' : findings.length > 0 ? 'failed' : 'right'
  const [mark, said] = { right: ['✓', 'right'], failed: ['✕', 'wrong'], skipped: ['–', 'not compared'] }[state]!
  return (
    <li className={state}>
      <span className="mark" aria-hidden="true">
        {mark}
      </span>
      <div className="body">
        <strong>
          {CHECK_WORDS[name].name}: {said}
        </strong>
        <span className="soft small">
          {state === 'right' ? what : state === 'failed' ? `${findings.length} found, below` : skipped}
        </span>
      </div>
    </li>
  )
}

const Findings = ({ of }: { of: readonly MarketFinding[] }) => (
  <section className="stack" aria-label="Findings">
    <h3>Findings</h3>
    <ol className="steps">
      {of.slice(0, SHOWN).map((finding) => (
        <li key={`${finding.check} ${finding.words}`} className="failed">
          <span className="mark" aria-hidden="true">
            ✕
          </span>
          <div className="body">
            <strong className="anywhere">{finding.words}</strong>
            <span className="mono small anywhere">{placeOfFinding(finding)}</span>
          </div>
        </li>
      ))}
    </ol>
    {of.length > SHOWN ? <p className="soft">… and {of.length - SHOWN} more: the report has them all.</p> : null}
  </section>
)
