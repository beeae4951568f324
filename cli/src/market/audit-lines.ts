import { type MarketAudit, placeOfFinding, shortEur } from '@opem/domain'

/** What an audit of the market found, for people at a terminal: by check, contract and party, and one line at the end. */
export function auditLines(audit: MarketAudit): string[] {
  const { checks, contracts, parties, escrow } = audit
  const verdict = (found: number) => (found === 0 ? 'right ' : 'WRONG ')
  return [
    ...checks.flatMap(({ name, what, skipped, findings: found }) => [
      ...(skipped !== undefined ? [`not    ${name}: not compared, ${skipped}`] : []),
      ...(skipped === undefined && found.length === 0 ? [`ok     ${name}: ${what}`] : []),
      ...found.flatMap((one) => [`WRONG  ${name}: ${one.words}`, `       at ${placeOfFinding(one)}`]),
    ]),
    '',
    ...contracts.map(
      (it) =>
        `${verdict(it.findings)} ${it.contract}: ${it.events} events, ${it.compared} states and balances compared`,
    ),
    `       the escrow owes ${shortEur(escrow.owed)} EUR: ${shortEur(escrow.available)} in purses, ${shortEur(escrow.held)} held in payments, ${shortEur(escrow.reserved)} set aside for use, ${shortEur(escrow.fees)} fees; it holds ${shortEur(escrow.tokens)} EUR`,
    '',
    ...parties.map(
      (it) =>
        `${verdict(it.findings)} ${it.party}: ${shortEur(it.available)} EUR in the purse, ${shortEur(it.held)} held, ${shortEur(it.reserved)} set aside; ${it.listings} listings, ${it.agreements} agreements`,
    ),
    '',
    endOf(audit),
  ]
}

function endOf({ ok, block, checks }: MarketAudit): string {
  const found = (of: typeof checks) => of.reduce((sum, { findings }) => sum + findings.length, 0)
  if (found(checks.filter(({ name }) => name !== 'index')) > 0)
    return `The market is NOT sound up to block ${block}: ${found(checks)} findings.`
  if (!ok) return `The market is sound up to block ${block}, but the index says OTHERWISE: ${found(checks)} findings.`
  const skipped = checks.some((check) => check.skipped !== undefined)
  return `The market is sound up to block ${block}${skipped ? '; the index was not compared' : ''}.`
}
