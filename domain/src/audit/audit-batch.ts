import { unpackTotals } from '../commitment/totals.ts'
import { formatInstant } from '../periods/instant.ts'
import { billed } from '../statement/ledger.ts'
import { countFlags } from '../substitution/flags.ts'
import { checkBooks } from './check-books.ts'
import { checkCommitment } from './check-commitment.ts'
import { checkMoney } from './check-money.ts'
import { checkPricesAt } from './check-prices.ts'
import { checkRules, documentOf } from './check-rules.ts'
import { checkSignatures } from './check-signatures.ts'
import { createNotes } from './notes.ts'
import type { AuditInput, ChainBatch, ChainView, Finding, Verdict } from './types.ts'

/**
 * Recomputes a settled batch from the chain's events and the evidence: roots, signatures, rules, members, sums, the split by the
 * key in force, money. One verdict per period, in time order; each finding names the exact place. Pure but for the promise that
 * signature recovery may need. Nothing is thrown for wrong evidence: every lie is a finding.
 */
export async function auditBatch(input: AuditInput): Promise<Verdict[]> {
  const { keccak, chain, batch, evidence, rulesDocs, prices, committedPrices = [] } = input
  const notes = createNotes(batch)
  const starts = startsOf(batch, chain)
  if (batch.fallen)
    notes.batch('AUDIT_BATCH_FALLEN', 'fallen', 'a batch that stands', 'brought down by a challenge, not yet corrected')
  const books = evidence ? checkCommitment(keccak, chain, batch, evidence, notes) : undefined
  if (!books) notes.batch('AUDIT_EVIDENCE_MISSING', 'evidence', 'the books of the batch', 'nothing')
  await checkSignatures(input, notes)
  checkRules(keccak, chain, batch, rulesDocs, notes)
  const rules = documentOf(keccak, chain, batch, rulesDocs)
  const settled = books ? checkBooks({ chain, batch, books, allocation: rules?.allocation, notes }) : []
  const money = checkMoney({ settled, rules, prices, notes })
  for (const start of settled.map((period) => period.start)) checkPricesAt(start, rules, committedPrices, notes)
  return starts.map((start, i) => {
    const findings = notes.of(start)
    const totals = unpackTotals(batch.totals[i] ?? 0n)
    const amounts = money.get(start)
    const flags = countFlags(books?.find((book) => book.start === start)?.balances ?? [])
    return {
      start,
      ok: findings.length === 0,
      findings,
      revision: batch.revision,
      settledAt: batch.settledAt,
      members: totals.members,
      sharedWh: totals.shared,
      ...(Object.keys(flags).length > 0 ? { flags } : {}),
      ...(amounts && {
        exact: amounts,
        money: new Map([...amounts].map(([member, exact]) => [member, billed(exact)])),
      }),
    }
  })
}

/** Whether current batches follow each other without gap or overlap from the community's first period on; in any order. */
export function auditSequence(
  chain: Pick<ChainView, 'startsAt' | 'periodSeconds'>,
  batches: readonly Pick<ChainBatch, 'start' | 'periods'>[],
): Finding[] {
  let expected = chain.startsAt
  return [...batches]
    .sort((a, b) => a.start - b.start)
    .flatMap(({ start, periods }) => {
      const due = expected
      expected = Math.max(expected, start + periods * chain.periodSeconds)
      if (start === due) return []
      const place = { batch: formatInstant(start), field: 'start' }
      const code = start > due ? 'AUDIT_GAP' : 'AUDIT_OVERLAP'
      return [{ code, place, expected: formatInstant(due), found: formatInstant(start) } as const]
    })
}

const startsOf = ({ start, periods }: ChainBatch, { periodSeconds }: ChainView): number[] =>
  Array.from({ length: periods }, (_, i) => start + i * periodSeconds)
