import type { Adjustment } from '../adjustment/adjustment.ts'
import type { AdjustmentValues } from '../adjustment/adjustment-report.ts'
import { type Keccak256, toBytes, toHex } from '../commitment/bytes.ts'
import { periodLeaf } from '../commitment/commit-batch.ts'
import { merkleLevels, merkleRoot } from '../commitment/merkle.ts'
import { formatInstant } from '../periods/instant.ts'
import type { RulesDocument } from '../rules/rules-document.ts'
import { checkBooks } from './check-books.ts'
import { checkCommitment } from './check-commitment.ts'
import { documentOf } from './check-rules.ts'
import { quorumAt } from './check-signatures.ts'
import { createNotes, type Notes } from './notes.ts'
import { signedAdjustment } from './signed-adjustment.ts'
import type { ChainBatch, ChainView, Finding, RecoverAdjustmentSigner } from './types.ts'

export interface AdjustmentAudit {
  readonly keccak: Keccak256
  readonly recoverSigner: RecoverAdjustmentSigner
  readonly chain: ChainView
  /** Current revisions, those of the adjusted periods among them. */
  readonly batches: readonly ChainBatch[]
  readonly rulesDocs: readonly RulesDocument[]
  /** Seconds in which a batch may be corrected: an adjustment is known only after. */
  readonly correctionWindow: number
}

/** The verdict on one adjustment. */
export interface AdjustmentVerdict {
  readonly start: number
  readonly number: number
  readonly knownAt: number
  readonly ok: boolean
  readonly findings: readonly Finding[]
}

/** Audits all adjustments of a community: in each period they are numbered from 1, each is sound by itself. In period order. */
export async function auditAdjustments(
  given: AdjustmentAudit,
  adjustments: readonly Adjustment[],
): Promise<AdjustmentVerdict[]> {
  const verdicts: AdjustmentVerdict[] = []
  const place = new Map<string, number>()
  for (const one of [...adjustments].sort((a, b) => a.start - b.start || a.number - b.number)) {
    const period = `${one.batch} ${one.book.start}`
    const number = (place.get(period) ?? 0) + 1
    place.set(period, number)
    const findings = await auditAdjustment(given, one, number)
    const { start, knownAt } = one
    verdicts.push({ start, number: one.number, knownAt, ok: findings.length === 0, findings })
  }
  return verdicts
}

/**
 * Holds one adjustment against the chain: a quorum signed exactly this, it stands against the revision on chain, it was known after
 * the correction window, its balances hash to what was signed, and members, sums and split are what the rules give.
 * @param number its place among the adjustments of its period
 */
export async function auditAdjustment(
  given: AdjustmentAudit,
  adjustment: Adjustment,
  number: number,
): Promise<Finding[]> {
  const { keccak, chain, batches, rulesDocs } = given
  const batch =
    batches.find(({ start }) => start === adjustment.batch) ??
    batches.find(({ root }) => root.toLowerCase() === adjustment.batchRoot)
  const named = (findings: readonly Finding[]) =>
    findings.map((finding) => ({ ...finding, place: { ...finding.place, adjustment: adjustment.number } }))
  if (batch === undefined) {
    const place = { batch: formatInstant(adjustment.batch), period: formatInstant(adjustment.start), field: 'batch' }
    return named([
      { code: 'AUDIT_ADJUSTMENT', place, expected: 'a batch on chain', found: formatInstant(adjustment.batch) },
    ])
  }
  const notes = createNotes(batch)
  const { values, signers, nodes } = await signedAdjustment({ ...given, batch }, adjustment, number)
  checkFrame(chain, batch, adjustment, values, notes)
  checkTime(given, batch, values, notes)
  checkSigners(chain, values, signers, nodes, notes)
  const { start, membersRoot, totals } = values
  // A batch of one period whose root is what was signed: its balances are held against it like any batch's.
  const root = toHex(merkleRoot(merkleLevels(keccak, [periodLeaf(keccak, start, totals, toBytes(membersRoot))])))
  const signed: ChainBatch = { ...batch, start, periods: 1, root, totals: [totals] }
  const { book, community, chainId, periodSeconds } = adjustment
  const evidence = { community, chainId, start, periodSeconds, periods: 1, books: [book], root }
  const books = checkCommitment(
    keccak,
    chain,
    signed,
    { ...evidence, revision: batch.revision, rules: batch.rules },
    notes,
  )
  const allocation = documentOf(keccak, chain, batch, rulesDocs)?.allocation
  checkBooks({ chain, batch: signed, books, allocation, notes })
  return named(notes.of(start))
}

function checkFrame(
  chain: ChainView,
  batch: ChainBatch,
  adjustment: Adjustment,
  { start, number }: AdjustmentValues,
  notes: Notes,
): void {
  const frame: readonly (readonly [string, string | number, string | number])[] = [
    ['batch', formatInstant(batch.start), formatInstant(adjustment.batch)],
    ['revision', batch.revision, adjustment.revision],
    ['batchRoot', batch.root.toLowerCase(), adjustment.batchRoot],
    ['rules', batch.rules, adjustment.rules],
    ['start', formatInstant(start), formatInstant(adjustment.start)],
    ['number', number, adjustment.number],
  ]
  for (const [field, expected, found] of frame)
    if (expected !== found) notes.period(start, 'AUDIT_ADJUSTMENT', field, String(expected), String(found))
  const end = batch.start + batch.periods * chain.periodSeconds
  if (start < batch.start || start >= end)
    notes.period(start, 'AUDIT_ADJUSTMENT', 'start', 'a period of its batch', formatInstant(start))
}

function checkTime(
  { correctionWindow }: AdjustmentAudit,
  batch: ChainBatch,
  { start, knownAt }: AdjustmentValues,
  notes: Notes,
) {
  const end = batch.settledAt + correctionWindow
  if (knownAt <= end)
    notes.period(
      start,
      'AUDIT_ADJUSTMENT',
      'knownAt',
      `after the window, ${formatInstant(end)}`,
      formatInstant(knownAt),
    )
}

/** A quorum of different nodes; with none at all, what was signed is of another time, or by others. */
function checkSigners(
  { committee }: ChainView,
  { start, knownAt }: AdjustmentValues,
  signers: readonly string[],
  nodes: ReadonlySet<string>,
  notes: Notes,
): void {
  const quorum = quorumAt(committee, knownAt)
  if (nodes.size === 0)
    notes.period(
      start,
      'AUDIT_SIGNATURE',
      'knownAt, signatures',
      'signatures of the committee over this adjustment and this time',
      formatInstant(knownAt),
    )
  else
    for (const [i, signer] of signers.entries())
      if (!nodes.has(signer))
        notes.period(
          start,
          'AUDIT_SIGNATURE',
          `signatures[${i}]`,
          'the signature of a node over this adjustment',
          signer,
        )
  if (quorum === 0 || nodes.size < quorum)
    notes.period(start, 'AUDIT_QUORUM', 'signatures', `at least ${Math.max(1, quorum)} nodes`, `${nodes.size} nodes`)
}
