import { randomBytes } from 'node:crypto'
import type { Hex } from '@opem/domain'
import { sha256, toBytes, toHex } from 'viem'
import type { OperationalStore } from '../../operational/store.ts'
import { Refusal } from '../../unified-api/problem.ts'

type Rows = OperationalStore['rows']
export type DisputeSide = 'consumer' | 'provider' | 'operator'

export interface DisputeText {
  readonly kind: 'reason' | 'evidence' | 'decision'
  readonly side: DisputeSide
  readonly words: string
  /** 32 random bytes, which the digest covers. */
  readonly blind: Hex
  readonly digest: Hex
  readonly at: number
}

/** What stands on chain for words: sha2-256 of the UTF-8 of `blind`, a line feed and the words. */
export const wordsDigest = (blind: Hex, words: string): Hex => sha256(toBytes(`${blind}\n${words}`))

/** Of each side: who writes much keeps nobody else from writing. */
const MOST_TEXTS = 20

/**
 * Keeps what a side says about a payment. Who begins writes a reason and gives its digest to the contract; the operator the same
 * with the decision. @throws Refusal ERR_DISPUTE_STATE, ERR_DISPUTE_FULL
 */
export async function keepDisputeText(
  rows: Rows,
  {
    payment,
    state,
    side,
    words,
    now,
  }: { payment: string; state: string; side: DisputeSide; words: string; now: number },
): Promise<DisputeText> {
  const kind = side === 'operator' ? 'decision' : state === 'held' ? 'reason' : 'evidence'
  if (kind === 'reason' && side !== 'consumer')
    throw new Refusal(
      409,
      'ERR_DISPUTE_STATE',
      'nothing is disputed: the consumer disputes a held payment, with a reason',
    )
  if (kind !== 'reason' && state !== 'disputed')
    throw new Refusal(409, 'ERR_DISPUTE_STATE', `the payment is ${state}; words are added while it is disputed`)
  await rows('SELECT 1 FROM market_payments WHERE payment = $1 FOR UPDATE', [payment])
  const [{ count }] = (await rows<{ count: number }>(
    'SELECT count(*)::integer AS count FROM market_dispute_texts WHERE payment = $1 AND side = $2',
    [payment, side],
  )) as [{ count: number }]
  if (count >= MOST_TEXTS)
    throw new Refusal(
      409,
      'ERR_DISPUTE_FULL',
      `${MOST_TEXTS} texts of one side are kept for one dispute; the operator has enough to read`,
    )
  const blind = toHex(randomBytes(32))
  const digest = wordsDigest(blind, words)
  await rows(
    'INSERT INTO market_dispute_texts (payment, kind, side, words, blind, digest, at) VALUES ($1, $2, $3, $4, $5, $6, $7)',
    [payment, kind, side, words, blind, digest, now],
  )
  return { kind, side, words, blind, digest, at: now }
}

export const disputeTexts = async (rows: Rows, payment: string): Promise<DisputeText[]> =>
  (
    await rows<Omit<DisputeText, 'at'> & { at: string }>(
      'SELECT kind, side, words, blind, digest, at::text FROM market_dispute_texts WHERE payment = $1 ORDER BY id',
      [payment],
    )
  ).map((it) => ({ ...it, at: Number(it.at) }))
