import type { Hex } from '@opem/domain'
import type { Rows } from '../follower/reaction.ts'
import { indexListings } from '../search/index-listings.ts'

/** A rating as everybody may read and verify it. */
export interface StoredRating {
  readonly agreement: Hex
  readonly listing: Hex
  readonly consumer: Hex
  readonly account: Hex
  /** What the account is called. */
  readonly name: string
  readonly stars: number
  readonly words: string
  /** Epoch seconds. */
  readonly ratedAt: number
  readonly signer: Hex
  readonly signature: Hex
  /** How often it was given, changes included. */
  readonly revision: number
  readonly answer: string | null
  readonly answeredAt: number | null
}

const FIELDS = `r.agreement, r.listing, r.consumer, r.account, coalesce(a.name, '') AS name, r.stars, r.words,
  r.rated_at::float8 AS "ratedAt", r.signer, r.signature, r.revision, r.answer, r.answered_at::float8 AS "answeredAt"
  FROM market_ratings r LEFT JOIN accounts a ON a.account = r.account`

type Row = StoredRating & Record<string, unknown>

/** The newest first, after a place. */
export const ratingsOf = (
  rows: Rows,
  listing: string,
  { after, limit }: { after: readonly [number, string] | undefined; limit: number },
): Promise<StoredRating[]> =>
  rows<Row>(
    `SELECT ${FIELDS} WHERE r.listing = $1 AND ($2::bigint IS NULL OR (r.rated_at, r.agreement) < ($2, $3))
     ORDER BY r.rated_at DESC, r.agreement DESC LIMIT $4`,
    [listing, after?.[0] ?? null, after?.[1] ?? null, limit],
  )

export const ratingOf = async (rows: Rows, agreement: string): Promise<StoredRating | undefined> =>
  (await rows<Row>(`SELECT ${FIELDS} WHERE r.agreement = $1`, [agreement]))[0]

/** How many gave how many stars, one star first. */
export async function starsOf(rows: Rows, listing: string): Promise<number[]> {
  const found = await rows<{ stars: number; count: number }>(
    'SELECT stars, count(*)::int AS count FROM market_ratings WHERE listing = $1 GROUP BY stars',
    [listing],
  )
  return [1, 2, 3, 4, 5].map((stars) => found.find((one) => one.stars === stars)?.count ?? 0)
}

/**
 * Keeps a rating, or puts a later one in its place; an answer to other words than those is gone with them.
 * @returns false when a later one is here already
 */
export async function keepRating(
  rows: Rows,
  it: Omit<StoredRating, 'name' | 'revision' | 'answer' | 'answeredAt'>,
): Promise<boolean> {
  const kept = await rows(
    `INSERT INTO market_ratings AS before
       (agreement, listing, consumer, account, stars, words, rated_at, signer, signature)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
     ON CONFLICT (agreement) DO UPDATE SET stars = excluded.stars, words = excluded.words, rated_at = excluded.rated_at,
       signer = excluded.signer, signature = excluded.signature, revision = before.revision + 1,
       answer = CASE WHEN before.words = excluded.words THEN before.answer END,
       answered_at = CASE WHEN before.words = excluded.words THEN before.answered_at END
       WHERE excluded.rated_at > before.rated_at
     RETURNING agreement`,
    [it.agreement, it.listing, it.consumer, it.account, it.stars, it.words, it.ratedAt, it.signer, it.signature],
  )
  if (kept.length === 0) return false
  await indexListings(rows, [it.listing])
  return true
}

/** @returns false when there is no such rating */
export const keepAnswer = async (
  rows: Rows,
  { agreement, answer, at }: { agreement: string; answer: string | null; at: number },
): Promise<boolean> =>
  (
    await rows(
      `UPDATE market_ratings SET answer = $2, answered_at = CASE WHEN $2::text IS NULL THEN NULL ELSE $3::bigint END
       WHERE agreement = $1 RETURNING agreement`,
      [agreement, answer, at],
    )
  ).length > 0
