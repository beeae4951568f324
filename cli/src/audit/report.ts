import {
  type AdjustmentVerdict,
  type AuditedFund,
  describeState,
  type Finding,
  FLAG_SENTENCES,
  type FlagName,
  formatEur,
  formatInstant,
  periodState,
  type Verdict,
} from '@opem/domain'
import type { Audit } from './audit.ts'

const placeOf = ({ place: { batch, revision, period, adjustment, member, field } }: Finding): string =>
  [
    period ? `period ${period}` : `batch ${batch}`,
    revision === undefined ? '' : `revision ${revision}`,
    adjustment === undefined ? '' : `adjustment ${adjustment}`,
    member ? `member ${member}` : '',
    field ? `field ${field}` : '',
  ]
    .filter((word) => word !== '')
    .join(', ')

const findingLine = (finding: Finding): string =>
  `${finding.code} at ${placeOf(finding)}: expected ${finding.expected}, found ${finding.found}`

const stateOf = (verdict: Verdict, { correctionWindow, asOf }: Audit) => periodState(verdict, correctionWindow, asOf)

function verdictLines(verdict: Verdict, audit: Audit): string[] {
  const { start, ok, findings, members, sharedWh, flags = {} } = verdict
  const at = formatInstant(start)
  const flagged = Object.entries(flags).map(([name, count]) => `, ${count} ${name}`)
  return ok
    ? [
        `${at}  sound  ${members} members, ${sharedWh} Wh shared${flagged.join('')}, ${describeState(stateOf(verdict, audit))}`,
      ]
    : [`${at}  WRONG`, ...findings.map((finding) => `    ${findingLine(finding)}`)]
}

function adjustmentLines({ start, number, knownAt, ok, findings }: AdjustmentVerdict): string[] {
  const name = `${formatInstant(start)}  adjustment ${number}, known ${formatInstant(knownAt)}`
  return ok ? [`${name}: sound`] : [`${name}: WRONG`, ...findings.map((finding) => `    ${findingLine(finding)}`)]
}

const fundLine = ({ month, balance, settled, adjustments, members, unexplained, ok }: AuditedFund): string =>
  `fund of ${month}  ${ok ? 'sound' : 'WRONG'}  ${formatEur(balance)} EUR held: ${formatEur(settled.balance)} of the month, ${formatEur(adjustments.balance)} of adjustments; ${members} members and the fund leave ${unexplained} µEUR`

/** The first thing that is wrong, in one line: where exactly, what was expected, what was found. */
function firstWrong(audit: Audit): string | undefined {
  const { periods, sequence, strays, adjustments } = audit
  const finding = [...periods, ...adjustments].find(({ ok }) => !ok)?.findings[0] ?? sequence[0]
  const stray = strays[0]
  // Evidence that cannot be used leaves its batch without any: the cause is the place to look at.
  if (stray && (finding === undefined || finding.code === 'AUDIT_EVIDENCE_MISSING')) {
    return `AUDIT_EVIDENCE at ${stray.from}: ${stray.reason}`
  }
  if (finding) return findingLine(finding)
  const fund = audit.funds.find(({ ok }) => !ok)
  return fund && fundLine(fund)
}

/** What each flag that stands on a balance means, once, with how many balances carry it. */
function flagLines({ periods }: Audit): string[] {
  return (Object.keys(FLAG_SENTENCES) as FlagName[]).flatMap((name) => {
    const count = periods.reduce((sum, { flags }) => sum + (flags?.[name] ?? 0), 0)
    return count === 0 ? [] : [`${name}: ${count} ${count === 1 ? 'balance' : 'balances'}: ${FLAG_SENTENCES[name]}`]
  })
}

/** A verdict per period, what its flags mean, then one line. */
export function auditLines(community: string, audit: Audit): string[] {
  const { periods, sequence, strays, adjustments, ok } = audit
  const wrong = periods.filter((verdict) => !verdict.ok).length
  const adjusted = adjustments.length === 0 ? '' : `, and ${adjustments.length} adjustments`
  const wronglyAdjusted = adjustments.filter((verdict) => !verdict.ok).length
  const last = ok
    ? periods.length === 0
      ? `nothing of ${community} is settled in this range`
      : `${periods.length} periods of ${community} are sound${adjusted}`
    : `NOT SOUND: ${wrong} of ${periods.length} periods${wronglyAdjusted === 0 ? '' : ` and ${wronglyAdjusted} of ${adjustments.length} adjustments`} of ${community} are wrong; first: ${firstWrong(audit)}`
  return [
    ...periods.flatMap((verdict) => verdictLines(verdict, audit)),
    ...flagLines(audit),
    ...adjustments.flatMap(adjustmentLines),
    ...audit.funds.map(fundLine),
    ...sequence.map((finding) => `WRONG ${findingLine(finding)}`),
    ...strays.map(({ from, reason }) => `WRONG evidence ${from}: ${reason}`),
    last,
  ]
}

/** The same for machines. */
export const auditJson = (community: string, audit: Audit) => ({
  community,
  ok: audit.ok && audit.periods.length > 0,
  sound: audit.periods.filter(({ ok }) => ok).length,
  wrong: audit.periods.filter(({ ok }) => !ok).length,
  ...(audit.ok ? {} : { first: firstWrong(audit) }),
  asOf: formatInstant(audit.asOf),
  periods: audit.periods
    .map((verdict) => ({ verdict, life: stateOf(verdict, audit) }))
    .map(({ verdict: { start, ok, findings, members, sharedWh, flags, money }, life }) => ({
      periodStart: formatInstant(start),
      ok,
      state: life.state,
      finalAfter: formatInstant(life.until),
      revision: life.revision,
      corrected: life.corrected,
      members,
      sharedWh: Number(sharedWh),
      ...(flags && { flags }),
      ...(findings.length > 0 && { findings }),
      ...(money && { money: Object.fromEntries(money) }),
    })),
  adjustments: audit.adjustments.map(({ start, number, knownAt, ok, findings }) => ({
    periodStart: formatInstant(start),
    number,
    knownAt: formatInstant(knownAt),
    ok,
    ...(findings.length > 0 && { findings }),
  })),
  funds: audit.funds.map(({ month, balance, settled, adjustments, members, unexplained, ok }) => ({
    month,
    ok,
    members,
    balanceEur: formatEur(balance),
    settledEur: formatEur(settled.balance),
    adjustmentsEur: formatEur(adjustments.balance),
    marginNanoEur: String(settled.margin + adjustments.margin),
    residualNanoEur: String(settled.residual + adjustments.residual),
    unexplainedMicroEur: String(unexplained),
  })),
  sequence: audit.sequence,
  strays: audit.strays,
})
