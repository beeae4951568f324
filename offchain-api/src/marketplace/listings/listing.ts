import type { Hex, ListingDocument } from '@opem/domain'
import type { Rows } from '../follower/reaction.ts'
import type { ListingState } from './states.ts'

export interface ListingVersion {
  readonly version: number
  readonly content: Hex
  readonly approver: Hex
  readonly publishedAt: number
  readonly transaction: Hex
  /** null while the content store has not given it. */
  readonly document: ListingDocument | null
}

/** A listing with everything that a buyer wants to know. Seconds since 1970. */
export interface StoredListing {
  readonly listing: Hex
  readonly state: ListingState
  /** The provider's or operator's words; null when none were given. */
  readonly reason: string | null
  readonly version: number
  readonly content: Hex
  readonly providerContract: Hex
  readonly document: ListingDocument | null
  readonly provider: { readonly account: Hex; readonly address: Hex; readonly name: string }
  readonly publishedAt: number
  readonly updatedAt: number
  readonly restricted: boolean
  /** Whether there is a landing page to read. */
  readonly landing: boolean
}

/**
 * One listing as far as somebody may see it: what is published by an active account to all who are not kept out by its access list, everything
 * to its provider, the operator, and whoever has an agreement under it. undefined: there is none, or not for them.
 * @param address of their account, where it has one
 */
export async function seenListing(
  rows: Rows,
  listing: string,
  { account, address, operator }: { account: string; address: string | undefined; operator: boolean },
): Promise<StoredListing | undefined> {
  const [found] = await rows<StoredListing & { listed: boolean; uses: boolean } & Record<string, unknown>>(
    `SELECT l.listing, l.state, l.version, l.content, l.provider_contract AS "providerContract", l.document,
       jsonb_build_object('account', l.account, 'address', l.provider, 'name', coalesce(a.name, '')) AS provider,
       l.published_at::float8 AS "publishedAt", l.updated_at::float8 AS "updatedAt", r.words AS reason,
       coalesce(p.restricted, false) AS restricted,
       coalesce(a.status NOT IN ('suspended', 'revoked'), true) AND (NOT coalesce(p.restricted, false) OR EXISTS (
         SELECT 1 FROM market_listing_access x WHERE x.listing = l.listing AND x.account = $2)) AS listed,
       EXISTS (SELECT 1 FROM market_events e WHERE e.name = 'AgreementConcluded' AND e.applied
         AND e.args->>'listing' = l.listing AND e.args->>'consumer' = $3) AS uses,
       EXISTS (SELECT 1 FROM market_landing_pages g WHERE g.listing = l.listing AND g.taken_down_at IS NULL
         AND jsonb_array_length(g.blocks) > 0) AS landing
     FROM market_listings l
       LEFT JOIN accounts a ON a.account = l.account
       LEFT JOIN market_listing_policies p ON p.listing = l.listing
       LEFT JOIN market_listing_reasons r ON r.listing = l.listing AND r.digest = l.state_reason
     WHERE l.listing = $1`,
    [listing, account, address ?? null],
  )
  if (!found) return undefined
  const { listed, uses, ...it } = found
  const own = operator || uses || it.provider.account === account
  return own || (it.state === 'published' && listed) ? it : undefined
}

/** Every version, the newest first. */
export const versionsOf = (rows: Rows, listing: string): Promise<ListingVersion[]> =>
  rows<ListingVersion & Record<string, unknown>>(
    `SELECT version, content, approver, published_at::float8 AS "publishedAt", transaction, document
     FROM market_listing_versions WHERE listing = $1 ORDER BY version DESC LIMIT 100`,
    [listing],
  )
