import {
  type Adjustment,
  type AdjustmentVerdict,
  type AuditedFund,
  auditAdjustments,
  auditBatch,
  auditFunds,
  auditSequence,
  type ChainBatch,
  type CheckedPrices,
  type Finding,
  formatInstant,
  type PriceSeries,
  type RulesDocument,
  type TradingBatch,
  type Verdict,
} from '@opem/domain'
import { keccak256, recoverTypedDataAddress } from 'viem'
import type { CommunityOnChain } from '../chain/read-community.ts'
import type { Piece } from '../evidence/source.ts'

/** What is wrong with the evidence itself, before any batch can be held against it. */
export interface Stray {
  readonly from: string
  readonly reason: string
}

export interface Audit {
  readonly periods: readonly Verdict[]
  /** Gaps and overlaps of the batches on chain. */
  readonly sequence: readonly Finding[]
  /** Pieces of evidence that belong to no batch on chain, or are none. */
  readonly strays: readonly Stray[]
  /** What became known after finality about periods of the range. */
  readonly adjustments: readonly AdjustmentVerdict[]
  /** What the community's fund holds of each local month, out of the range's periods; none without tariffs. */
  readonly funds: readonly AuditedFund[]
  readonly ok: boolean
  /** Seconds in which a settled batch may be corrected, and when this was asked: what is final by then. */
  readonly correctionWindow: number
  readonly asOf: number
}

const keccak = (bytes: Uint8Array) => keccak256(bytes, 'bytes')

/**
 * Audits the batches that overlap `[from, to)`, one piece of evidence after another: memory does not grow with the
 * evidence. Only the verdicts on periods inside the range are kept.
 */
export async function audit(given: {
  readonly chain: CommunityOnChain
  readonly evidence: AsyncIterable<Piece>
  readonly rulesDocs: readonly RulesDocument[]
  readonly prices: readonly PriceSeries[]
  readonly committedPrices?: readonly CheckedPrices[]
  readonly from: number
  readonly to: number
  /** Seconds since 1970. */
  readonly now: number
  /** Of the community: months are local. Without it no fund is added up. */
  readonly timeZone?: string | undefined
}): Promise<Audit> {
  const { chain, rulesDocs, prices, committedPrices = [], from, to, now, timeZone } = given
  const { view, batches } = chain
  const end = ({ start, periods }: ChainBatch) => start + periods * view.periodSeconds
  const wanted = new Map(
    batches.filter((batch) => batch.start < to && end(batch) > from).map((batch) => [batch.start, batch]),
  )
  const verdicts = new Map<number, Verdict[]>()
  const exact = new Set<number>()
  const strays: Stray[] = []
  const adjustments: Adjustment[] = []

  const judge = async (batch: ChainBatch, evidence: TradingBatch | undefined) => {
    const recoverSigner: Parameters<typeof auditBatch>[0]['recoverSigner'] = (data, signature) =>
      recoverTypedDataAddress({ ...data, signature } as Parameters<typeof recoverTypedDataAddress>[0])
    const judged = await auditBatch({
      keccak,
      recoverSigner,
      chain: view,
      batch,
      evidence,
      rulesDocs,
      prices,
      committedPrices,
    })
    verdicts.set(batch.start, judged)
  }

  /** Of the range, and not against a revision that was superseded: there the newer one holds the better readings. */
  const counts = ({ start, batch, revision, batchRoot }: Adjustment): boolean => {
    const current = batches.find((one) => one.start === batch)
    const superseded = current !== undefined && revision < current.revision && batchRoot !== current.root
    return start >= from && start < to && !superseded
  }

  for await (const piece of given.evidence) {
    if ('broken' in piece) {
      strays.push({ from: piece.from, reason: piece.broken })
      continue
    }
    if ('adjustment' in piece) {
      if (counts(piece.adjustment)) adjustments.push(piece.adjustment)
      continue
    }
    const { batch: evidence } = piece
    const batch = wanted.get(evidence.start)
    if (batch === undefined) {
      const known = batches.some(({ start }) => start === evidence.start)
      if (!known)
        strays.push({
          from: piece.from,
          reason: `start ${formatInstant(evidence.start)}: no batch on chain starts there`,
        })
      continue
    }
    // Evidence of an earlier revision may stand beside the current one: the current one decides.
    if (exact.has(batch.start) && evidence.revision !== batch.revision) continue
    if (evidence.revision === batch.revision) exact.add(batch.start)
    await judge(batch, evidence)
  }
  for (const batch of wanted.values()) if (!verdicts.has(batch.start)) await judge(batch, undefined)

  const periods = [...verdicts.values()]
    .flat()
    .filter(({ start }) => start >= from && start < to)
    .sort((a, b) => a.start - b.start)
  const sequence = auditSequence(view, batches)
  const recoverSigner: Parameters<typeof auditAdjustments>[0]['recoverSigner'] = (data, signature) =>
    recoverTypedDataAddress({ ...data, signature })
  const { correctionWindow } = chain
  const judged = await auditAdjustments(
    { keccak, recoverSigner, chain: view, batches, rulesDocs, correctionWindow },
    adjustments,
  )
  const sound = adjustments.filter((one) =>
    judged.some(({ ok, start, number }) => ok && start === one.start && number === one.number),
  )
  const funds =
    timeZone === undefined
      ? []
      : auditFunds({ verdicts: periods, adjustments: sound, rules: rulesDocs, prices, timeZone })
  return {
    periods,
    sequence,
    strays,
    adjustments: judged,
    funds,
    correctionWindow,
    asOf: now,
    ok: [...periods, ...judged, ...funds].every(({ ok }) => ok) && sequence.length === 0 && strays.length === 0,
  }
}
