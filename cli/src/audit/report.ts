import { type Finding, FLAG_SENTENCES, type FlagName, formatInstant, type Verdict } from '@opem/domain'
import type { Audit } from './audit.ts'

const placeOf = ({ place: { batch, revision, period, member, field } }: Finding): string =>
  [
    period ? `period ${period}` : `batch ${batch}`,
    revision === undefined ? '' : `revision ${revision}`,
    member ? `member ${member}` : '',
    field ? `field ${field}` : '',
  ]
    .filter((word) => word !== '')
    .join(', ')

const findingLine = (finding: Finding): string =>
  `${finding.code} at ${placeOf(finding)}: expected ${finding.expected}, found ${finding.found}`

function verdictLines({ start, ok, findings, members, sharedWh, flags = {} }: Verdict): string[] {
  const at = formatInstant(start)
  const flagged = Object.entries(flags).map(([name, count]) => `, ${count} ${name}`)
  return ok
    ? [`${at}  sound  ${members} members, ${sharedWh} Wh shared${flagged.join('')}`]
    : [`${at}  WRONG`, ...findings.map((finding) => `    ${findingLine(finding)}`)]
}

/** The first thing that is wrong, in one line: where exactly, what was expected, what was found. */
function firstWrong({ periods, sequence, strays }: Audit): string | undefined {
  const finding = periods.find(({ ok }) => !ok)?.findings[0] ?? sequence[0]
  const stray = strays[0]
  // Evidence that cannot be used leaves its batch without any: the cause is the place to look at.
  if (stray && (finding === undefined || finding.code === 'AUDIT_EVIDENCE_MISSING')) {
    return `AUDIT_EVIDENCE at ${stray.from}: ${stray.reason}`
  }
  return finding && findingLine(finding)
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
  const { periods, sequence, strays, ok } = audit
  const wrong = periods.filter((verdict) => !verdict.ok).length
  const last = ok
    ? periods.length === 0
      ? `nothing of ${community} is settled in this range`
      : `${periods.length} periods of ${community} are sound`
    : `NOT SOUND: ${wrong} of ${periods.length} periods of ${community} are wrong; first: ${firstWrong(audit)}`
  return [
    ...periods.flatMap(verdictLines),
    ...flagLines(audit),
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
  periods: audit.periods.map(({ start, ok, findings, members, sharedWh, flags, money }) => ({
    periodStart: formatInstant(start),
    ok,
    members,
    sharedWh: Number(sharedWh),
    ...(flags && { flags }),
    ...(findings.length > 0 && { findings }),
    ...(money && { money: Object.fromEntries(money) }),
  })),
  sequence: audit.sequence,
  strays: audit.strays,
})
