import type { Hex } from '../commitment/bytes.ts'
import type { Result } from '../errors/result.ts'
import { formatInstant } from '../periods/instant.ts'
import type { PeriodSeconds } from '../periods/period.ts'
import { array, hex, instant, integer, object, oneOf, parseWith, type Read } from '../shape/shape.ts'
import { type EvidenceBook, evidenceBook, formatEvidenceBook } from '../wire/trading-batch.ts'

/**
 * A period computed again after its batch was final, because a better reading came too late for a correction
 * (docs/settlement.md, "Life of a period"). The chain keeps the settled revision; a quorum of nodes signs this beside it,
 * and the difference is money of the next statement.
 */
export interface Adjustment {
  readonly community: Hex
  readonly chainId: number
  /** Start of the settled batch that it stands against, with that batch's revision and root. */
  readonly batch: number
  readonly revision: number
  readonly batchRoot: Hex
  /** Number of the rule version in force in the period. */
  readonly rules: number
  /** Start of the period. */
  readonly start: number
  readonly periodSeconds: PeriodSeconds
  /** 1 for a period's first adjustment; each one replaces the one before. */
  readonly number: number
  /** When the nodes knew it: the month of this instant is the month that it is billed in. */
  readonly knownAt: number
  /** Every balance of the period, recomputed; leaves as those of the settled revision. */
  readonly book: EvidenceBook
  /** Of a quorum of the committee over `adjustmentReport`, ascending by signer. */
  readonly signatures: readonly Hex[]
}

const shape: Read<Adjustment> = object({
  community: hex(20),
  chainId: integer(1),
  batch: instant,
  revision: integer(0, 0xffffffff),
  batchRoot: hex(32),
  rules: integer(1, 0xffffffff),
  start: instant,
  periodSeconds: oneOf(900, 3600),
  number: integer(1, 0xffffffff),
  knownAt: instant,
  book: evidenceBook,
  signatures: array(hex(65), { least: 1, most: 256 }),
})

/** An adjustment from the wire. Only its shape is checked here: whether it is true is the audit's question. */
export const parseAdjustment = (raw: unknown): Result<Adjustment, 'ERR_ADJUSTMENT'> =>
  parseWith(shape, raw, 'adjustment', 'ERR_ADJUSTMENT')

/** An adjustment for the wire and for evidence files. */
export const formatAdjustment = ({ batch, start, knownAt, book, signatures, ...frame }: Adjustment) => ({
  community: frame.community,
  chainId: frame.chainId,
  batch: formatInstant(batch),
  revision: frame.revision,
  batchRoot: frame.batchRoot,
  rules: frame.rules,
  start: formatInstant(start),
  periodSeconds: frame.periodSeconds,
  number: frame.number,
  knownAt: formatInstant(knownAt),
  book: formatEvidenceBook(book),
  signatures: [...signatures],
})
