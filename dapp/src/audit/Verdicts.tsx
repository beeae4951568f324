import type { Finding } from '@opem/domain'
import { describeState, periodState } from '@opem/domain'
import { useState } from 'react'
import { sum } from '../app/day.ts'
import { kwh, kwhUnit } from '../format/energy.ts'
import { eur } from '../format/money.ts'
import { dateClock, monthName } from '../format/time.ts'
import { plural } from '../format/words.ts'
import { Button } from '../parts/Button.tsx'
import { meanings, placeOf } from './findings.ts'
import type { AuditOutcome } from './run-audit.ts'

const SHOWN = 200

/** The final line, the findings with their places, and a verdict for each period. */
export function Verdicts({ outcome, seconds, timeZone }: { outcome: AuditOutcome; seconds: number; timeZone: string }) {
  const { verdicts, adjustments, funds, sequence, batches, correctionWindow, asOf } = outcome
  const [limit, setLimit] = useState(SHOWN)
  const wrong = verdicts.filter((verdict) => !verdict.ok)
  const wronglyAdjusted = adjustments.filter((verdict) => !verdict.ok)
  const right =
    wrong.length === 0 && wronglyAdjusted.length === 0 && sequence.length === 0 && funds.every(({ ok }) => ok)
  const shared = sum(verdicts.map((verdict) => verdict.sharedWh))
  const findings = distinct([...sequence, ...[...wrong, ...wronglyAdjusted].flatMap((verdict) => verdict.findings)])
  return (
    <>
      <p className={`verdict ${right ? 'right' : 'failed'}`} role="status">
        {verdicts.length === 0
          ? 'Nothing is settled in this range: there is nothing to audit.'
          : right
            ? `All right: ${plural(verdicts.length, 'period')} in ${plural(batches, 'batch', 'batches')}, ${kwhUnit(shared)} shared${adjustments.length === 0 ? '' : `, ${plural(adjustments.length, 'adjustment')}`}, every value recomputed.`
            : `Not right: ${plural(wrong.length, 'period')} of ${verdicts.length}${wronglyAdjusted.length === 0 ? '' : `, ${plural(wronglyAdjusted.length, 'adjustment')}`}${sequence.length === 0 ? '' : `, ${plural(sequence.length, 'place')} between batches`}.`}
      </p>
      <p className="soft small">Recomputed in this browser in {seconds.toFixed(1)} s.</p>
      {funds.map(({ month, ok, balance, unexplained }) => (
        <p key={month} className="soft small">
          Community fund of {monthName(month)}: {eur(balance)} held; members’ statements and the fund leave{' '}
          {eur(unexplained)}
          {ok ? '' : ', which is wrong'}.
        </p>
      ))}
      {findings.length === 0 ? null : (
        <section className="stack" aria-label="Findings">
          <h3>Findings</h3>
          <ol className="steps">
            {findings.slice(0, 50).map((finding) => (
              <li key={`${finding.code} ${placeOf(finding)} ${finding.found}`} className="failed">
                <span className="mark" aria-hidden="true">
                  ✕
                </span>
                <div className="body">
                  <strong>{meanings[finding.code]}</strong>
                  <span className="mono">{placeOf(finding)}</span>
                  <span className="soft small">
                    expected <span className="mono">{finding.expected}</span>, found{' '}
                    <span className="mono">{finding.found}</span> ({finding.code})
                  </span>
                </div>
              </li>
            ))}
          </ol>
          {findings.length > 50 ? (
            <p className="soft">… and {findings.length - 50} more. The command prints them all.</p>
          ) : null}
        </section>
      )}
      {verdicts.length === 0 ? null : (
        <div className="table-wrap">
          <table>
            <caption>A verdict for each period</caption>
            <thead>
              <tr>
                <th scope="col">Period</th>
                <th scope="col">Verdict</th>
                <th scope="col">State</th>
                <th scope="col" className="n">
                  Members
                </th>
                <th scope="col" className="n">
                  Shared, kWh
                </th>
              </tr>
            </thead>
            <tbody>
              {verdicts.slice(0, limit).map((verdict) => (
                <tr key={verdict.start}>
                  <th scope="row">{dateClock(verdict.start, timeZone)}</th>
                  <td>
                    <span className={`badge ${verdict.ok ? 'good' : 'wrong'}`}>{verdict.ok ? 'right' : 'wrong'}</span>
                  </td>
                  <td>
                    {describeState(periodState(verdict, correctionWindow, asOf), (at) => dateClock(at, timeZone))}
                  </td>
                  <td className="n">{verdict.members}</td>
                  <td className="n">{kwh(verdict.sharedWh, 3)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {verdicts.length > limit ? <Button onPress={() => setLimit(limit + 1000)}>Show more periods</Button> : null}
    </>
  )
}

/** A finding about a whole batch stands in each of its periods: it is said once. */
function distinct(findings: readonly Finding[]): Finding[] {
  const seen = new Set<string>()
  return findings.filter((finding) => {
    const key = `${finding.code} ${placeOf(finding)} ${finding.found}`
    if (seen.has(key)) return false
    seen.add(key)
    return true
  })
}
