import { type Composable, type CompositionPair, composableOf, type Hex, type ListingDocument } from '@opem/domain'
import { Refusal } from '../../unified-api/problem.ts'
import type { Rows } from '../follower/reaction.ts'

export type CompositionStage = 'draft' | 'requested' | 'approved' | 'rejected' | 'withdrawn'

/** What is behind `content` on chain. */
export interface CompositionDocument {
  readonly schema: 'opem/composition/1'
  readonly title: string
  readonly description: string
  readonly steps: readonly { readonly listing: Hex; readonly version: number; readonly title: string }[]
}

/** A composition as the store knows it. Instants are seconds since 1970. */
export interface StoredComposition {
  readonly id: Hex
  readonly account: Hex
  readonly address: Hex
  readonly content: Hex
  readonly document: CompositionDocument | null
  readonly listings: readonly Hex[]
  readonly state: CompositionStage
  /** Under which it was drafted for others. */
  readonly listing: Hex | null
  readonly createdAt: number
}

type Found = StoredComposition & Record<string, unknown>

const COLUMNS = `c.id, c.account, c.address, c.content, c.document, c.listings, c.state, c.listing,
  c.created_at::float8 AS "createdAt"`

// Whose it is, and once it is on the chain the providers of its services.
const SEEN = `c.document IS NOT NULL AND (c.account = $1 OR ($2 AND c.state <> 'draft' AND EXISTS (
  SELECT 1 FROM market_listings l WHERE l.listing = ANY(c.listings) AND l.account = $1)))`

export const readComposition = async (rows: Rows, id: string): Promise<StoredComposition | undefined> =>
  (await rows<Found>(`SELECT ${COLUMNS} FROM market_compositions c WHERE c.id = $1`, [id]))[0]

/** @param provides whether what others compose of the account's services is shown */
export async function seenComposition(
  rows: Rows,
  id: string,
  { account, provides }: { account: string; provides: boolean },
): Promise<StoredComposition> {
  const [found] = await rows<Found>(`SELECT ${COLUMNS} FROM market_compositions c WHERE c.id = $3 AND ${SEEN}`, [
    account,
    provides,
    id,
  ])
  if (found) return found
  throw unknownComposition(id)
}

export const unknownComposition = (id: string) =>
  new Refusal(
    404,
    'ERR_COMPOSITION_UNKNOWN',
    `there is no composition ${id} that you may see; list them with GET /v1/compositions`,
  )

export const listCompositions = (
  rows: Rows,
  { account, provides }: { account: string; provides: boolean },
  { after, limit }: { after: readonly [number, string] | undefined; limit: number },
): Promise<StoredComposition[]> =>
  rows<Found>(
    `SELECT ${COLUMNS} FROM market_compositions c
     WHERE ${SEEN} AND ($3::bigint IS NULL OR (c.created_at, c.id) < ($3::bigint, $4))
     ORDER BY c.created_at DESC, c.id DESC LIMIT $5`,
    [account, provides, after?.[0] ?? null, after?.[1] ?? '', limit],
  )

export const storeComposition = (
  rows: Rows,
  it: Pick<StoredComposition, 'id' | 'account' | 'address' | 'content' | 'listings'> & {
    document: CompositionDocument
    now: number
  },
) =>
  rows(
    `INSERT INTO market_compositions (id, account, address, content, document, listings, state, created_at, changed_at)
     VALUES ($1, $2, $3, $4, $5, $6, 'draft', $7, $7)`,
    [it.id, it.account, it.address, it.content, JSON.stringify(it.document), it.listings, it.now],
  )

/** A service that can be chained, and the account's agreement under it. */
export interface Chainable extends Composable {
  readonly version: number
  readonly title: string
  readonly provider: string
  readonly providerAccount: Hex
  readonly state: string
  readonly path: string
  /** In force at the time asked about; null: it is to be contracted first. */
  readonly agreement: Hex | null
}

/**
 * Published services that an account may see, with its own agreement under each: of those in force one whose service runs, then the
 * one concluded last. A composed service that the marketplace runs is no part of another chain: chains would run in circles.
 * @param only of these listings, in whatever state they are
 */
export async function chainables(
  rows: Rows,
  { account, now, only }: { account: string; now: number; only?: readonly string[] },
): Promise<Chainable[]> {
  const found = await rows<Omit<Chainable, keyof Composable> & { listing: Hex; document: ListingDocument }>(
    `SELECT l.listing, l.version, l.document, l.state, l.account AS "providerAccount", coalesce(p.name, '') AS provider,
       (SELECT a.id FROM market_agreements a LEFT JOIN market_instances i ON i.agreement = a.id
          WHERE a.listing = l.listing AND a.consumer_account = $1
          AND (a.terms ->> 'start')::bigint <= $2 AND (a.ends_at = 0 OR $2 < a.ends_at)
          ORDER BY coalesce(i.state = 'running', false) DESC, a.concluded_at DESC, a.id LIMIT 1) AS agreement
     FROM market_listings l LEFT JOIN accounts p USING (account)
     WHERE l.document IS NOT NULL AND l.kind <> 'data'
       AND ($3::text[] IS NOT NULL OR l.document -> 'chain' IS NULL)
       AND CASE WHEN $3::text[] IS NULL THEN l.state = 'published' ELSE l.listing = ANY($3) END
       AND (l.account = $1 OR NOT EXISTS (SELECT 1 FROM market_listing_policies q WHERE q.listing = l.listing AND q.restricted)
         OR EXISTS (SELECT 1 FROM market_listing_access x WHERE x.listing = l.listing AND x.account = $1)
         OR $3::text[] IS NOT NULL)
     ORDER BY l.listing LIMIT 2000`,
    [account, now, only ?? null],
  )
  return found.map(({ document, ...one }) => ({
    ...one,
    ...composableOf(one.listing, document),
    ...{ title: document.title, path: document.composition.path ?? '/' },
  }))
}

export const compositionPairs = (rows: Rows): Promise<CompositionPair[]> =>
  rows<CompositionPair & Record<string, unknown>>('SELECT before, after, rule FROM market_composition_pairs')

/** The services of a chain in its order. @throws Refusal ERR_LISTING_UNKNOWN */
export function inOrder<T extends { listing: string }>(chain: readonly string[], known: readonly T[]): T[] {
  return chain.map((listing) => {
    const found = known.find((one) => one.listing === listing)
    if (found) return found
    throw new Refusal(
      404,
      'ERR_LISTING_UNKNOWN',
      `there is no service ${listing} on this marketplace that can be chained`,
    )
  })
}

export interface Decision {
  readonly place: number
  readonly approved: boolean
  readonly reason: string | null
  readonly decidedAt: number
}

export const decisionsOf = (rows: Rows, id: string): Promise<Decision[]> =>
  rows<Decision & Record<string, unknown>>(
    `SELECT d.place, d.approved, d.decided_at::float8 AS "decidedAt", r.words AS reason
     FROM market_composition_decisions d
       LEFT JOIN market_composition_reasons r ON r.composition = d.composition AND r.digest = d.reason
     WHERE d.composition = $1 ORDER BY d.place`,
    [id],
  )
