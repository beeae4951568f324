import type { Hex, ListingDocument, ListingKind } from '@opem/domain'
import type { OperationalStore } from '../../operational/store.ts'

export type Rows = OperationalStore['rows']

export const DRAFT_STATES = ['draft', 'submitted', 'rejected', 'approved', 'published'] as const
export type DraftState = (typeof DRAFT_STATES)[number]

/** What may be in a draft: any of the fields of a document, whatever stands in them. */
export type DraftDocument = Partial<Record<keyof ListingDocument, unknown>>

/** The working copy of a listing. Instants are seconds since 1970. */
export interface Draft {
  readonly listing: Hex
  /** Whose it is now: of a published listing, as the chain says. */
  readonly account: Hex
  readonly provider: Hex
  readonly state: DraftState
  /** On chain, when it is published. */
  readonly version: number
  readonly document: DraftDocument
  /** Counts what was saved. */
  readonly revision: number
  readonly createdAt: number
  readonly changedAt: number
  /** As the chain says; null before it is published the first time. */
  readonly chain: { readonly state: ListingState; readonly version: number; readonly reason: string | null } | null
  /** The kind on chain, which no update changes; null before it is published the first time. */
  readonly publishedKind: ListingKind | null
}

export type ListingState = 'published' | 'stopped' | 'suspended' | 'removed'

const MOST_REVISIONS = 30

const SELECT = `SELECT d.listing, coalesce(l.account, d.account) AS account, coalesce(l.provider, d.provider) AS provider,
    d.state, d.version, d.document, d.revision, d.created_at::float8 AS "createdAt", d.changed_at::float8 AS "changedAt",
    l.kind AS "publishedKind",
    CASE WHEN l.listing IS NULL THEN NULL
      ELSE json_build_object('state', l.state, 'version', l.version, 'reason', nullif(l.state_reason, '0x' || repeat('0', 64))) END AS chain
  FROM market_drafts d LEFT JOIN market_listings l USING (listing)`

type Found = Draft & Record<string, unknown>

export const readDraft = async (rows: Rows, listing: string): Promise<Draft | undefined> =>
  (await rows<Found>(`${SELECT} WHERE d.listing = $1`, [listing]))[0]

/** Holds the draft against others until the transaction ends. */
export const lockDraft = async (rows: Rows, listing: string): Promise<Draft | undefined> => {
  await rows('SELECT 1 FROM market_drafts WHERE listing = $1 FOR UPDATE', [listing])
  return readDraft(rows, listing)
}

/** An account's listings, those changed last first. */
export const draftsOf = (
  rows: Rows,
  it: { account: string; after: readonly [number, string] | undefined; limit: number },
): Promise<Draft[]> =>
  rows<Found>(
    `${SELECT} WHERE coalesce(l.account, d.account) = $1
       AND ($2::bigint IS NULL OR (d.changed_at, d.listing) < ($2::bigint, $3))
     ORDER BY d.changed_at DESC, d.listing DESC LIMIT $4`,
    [it.account, it.after?.[0] ?? null, it.after?.[1] ?? '', it.limit + 1],
  )

export async function addDraft(
  rows: Rows,
  it: Pick<Draft, 'listing' | 'account' | 'provider' | 'document'> & { by: string; now: number },
): Promise<void> {
  await rows(
    `INSERT INTO market_drafts (listing, account, provider, state, version, document, revision, created_at, changed_at)
     VALUES ($1, $2, $3, 'draft', 1, $4, 1, $5, $5)`,
    [it.listing, it.account, it.provider, JSON.stringify(it.document), it.now],
  )
  await keepRevision(rows, { ...it, revision: 1, version: 1 })
}

/** Saves the next revision of what is drafted. */
export async function saveDraft(
  rows: Rows,
  it: Pick<Draft, 'listing' | 'state' | 'version' | 'document' | 'revision'> & { by: string; now: number },
): Promise<void> {
  await rows(
    `UPDATE market_drafts SET document = $2, revision = $3, state = $4, version = $5, changed_at = $6 WHERE listing = $1`,
    [it.listing, JSON.stringify(it.document), it.revision, it.state, it.version, it.now],
  )
  await keepRevision(rows, it)
}

export const changeState = (rows: Rows, listing: string, state: DraftState, now: number) =>
  rows('UPDATE market_drafts SET state = $2, changed_at = $3 WHERE listing = $1', [listing, state, now])

export const dropDraft = (rows: Rows, listing: string) =>
  rows('DELETE FROM market_drafts WHERE listing = $1', [listing])

/** What was saved before, the newest first. */
export const revisionsOf = (rows: Rows, listing: string) =>
  rows<{ revision: number; version: number; savedAt: number; document: DraftDocument }>(
    `SELECT revision, version, saved_at::float8 AS "savedAt", document FROM market_draft_revisions
     WHERE listing = $1 ORDER BY market_draft_revisions.revision DESC`,
    [listing],
  )

async function keepRevision(
  rows: Rows,
  it: Pick<Draft, 'listing' | 'revision' | 'version' | 'document'> & { by: string; now: number },
) {
  await rows(
    `INSERT INTO market_draft_revisions (listing, revision, version, document, saved_at, saved_by)
     VALUES ($1, $2, $3, $4, $5, $6)`,
    [it.listing, it.revision, it.version, JSON.stringify(it.document), it.now, it.by],
  )
  await rows('DELETE FROM market_draft_revisions WHERE listing = $1 AND revision <= $2', [
    it.listing,
    it.revision - MOST_REVISIONS,
  ])
}
