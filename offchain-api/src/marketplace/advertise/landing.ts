import type { LandingBlock, ListingDocument } from '@opem/domain'
import type { OperationalStore } from '../../operational/store.ts'
import { Refusal } from '../../unified-api/problem.ts'
import { picturesIn } from './blocks.ts'
import { KEPT_REVISIONS, type Picture, picturesOf } from './pictures.ts'

type Rows = OperationalStore['rows']

/** A landing page as its provider works on it. Instants are seconds since 1970. */
export interface LandingPage {
  /** 0: there is none yet. */
  readonly revision: number
  readonly blocks: readonly LandingBlock[]
  readonly changedAt: number | null
  /** Why the operator took it down; null while it may be shown. */
  readonly takenDown: { readonly at: number; readonly reason: string } | null
}

const NONE: LandingPage = { revision: 0, blocks: [], changedAt: null, takenDown: null }

export async function landingPage(rows: Rows, listing: string): Promise<LandingPage> {
  const [found] = await rows<LandingPage & Record<string, unknown>>(
    `SELECT revision, blocks, changed_at::float8 AS "changedAt", CASE WHEN taken_down_at IS NULL THEN NULL
       ELSE json_build_object('at', taken_down_at, 'reason', reason) END AS "takenDown"
     FROM market_landing_pages WHERE listing = $1`,
    [listing],
  )
  return found ?? NONE
}

/**
 * Saves the next revision; it is shown at once where the page is shown.
 * @throws Refusal ERR_PAGE_CHANGED, ERR_PICTURE_UNKNOWN
 */
export async function saveLanding(
  rows: Rows,
  it: { listing: string; revision: number; blocks: readonly LandingBlock[]; by: string; now: number },
): Promise<LandingPage> {
  const known = new Set((await picturesOf(rows, it.listing)).map(({ digest }) => digest as string))
  const missing = picturesIn(it.blocks).find((digest) => !known.has(digest))
  if (missing !== undefined)
    throw new Refusal(409, 'ERR_PICTURE_UNKNOWN', `the picture ${missing} was not added to this listing; add it first`)
  await rows('SELECT 1 FROM market_drafts WHERE listing = $1 FOR UPDATE', [it.listing])
  const { revision } = await landingPage(rows, it.listing)
  if (revision !== it.revision)
    throw new Refusal(
      409,
      'ERR_PAGE_CHANGED',
      `revision ${it.revision} was changed, but ${revision} is the newest: somebody saved meanwhile; read it again`,
    )
  const blocks = JSON.stringify(it.blocks)
  await rows(
    `INSERT INTO market_landing_pages (listing, revision, blocks, changed_at) VALUES ($1, $2, $3, $4)
     ON CONFLICT (listing) DO UPDATE SET revision = excluded.revision, blocks = excluded.blocks,
       changed_at = excluded.changed_at`,
    [it.listing, revision + 1, blocks, it.now],
  )
  await rows(
    `INSERT INTO market_landing_revisions (listing, revision, blocks, saved_at, saved_by) VALUES ($1, $2, $3, $4, $5)`,
    [it.listing, revision + 1, blocks, it.now, it.by],
  )
  return landingPage(rows, it.listing)
}

/** What was shown before, the newest first. */
export const landingRevisions = (rows: Rows, listing: string) =>
  rows<{ revision: number; savedAt: number; blocks: LandingBlock[] }>(
    `SELECT revision, saved_at::float8 AS "savedAt", blocks FROM market_landing_revisions WHERE listing = $1
     ORDER BY market_landing_revisions.revision DESC LIMIT ${KEPT_REVISIONS}`,
    [listing],
  )

/** The operator takes a page down, or lets it be shown again. @returns false when there is no such page */
export const takeDown = async (
  rows: Rows,
  it: { listing: string; reason: string | null; by: string; now: number },
): Promise<boolean> =>
  (
    await rows(
      `UPDATE market_landing_pages SET taken_down_at = $2, taken_down_by = $3, reason = $4 WHERE listing = $1
       RETURNING listing`,
      it.reason === null ? [it.listing, null, null, null] : [it.listing, it.now, it.by, it.reason],
    )
  ).length > 0

/** What everybody may see of a listing. */
export interface ShownLanding {
  readonly document: ListingDocument
  readonly provider: string
  readonly blocks: readonly LandingBlock[]
  readonly pictures: readonly Picture[]
}

/** A page that everybody sees: of a published listing that is not restricted, not taken down, with something on it. */
export async function shownLanding(rows: Rows, listing: string): Promise<ShownLanding | undefined> {
  const [found] = await rows<{ document: ListingDocument; provider: string; blocks: LandingBlock[] }>(
    `SELECT l.document, a.name AS provider, g.blocks FROM market_listings l
       JOIN market_landing_pages g USING (listing) JOIN accounts a ON a.account = l.account
       LEFT JOIN market_listing_policies y USING (listing)
     WHERE l.listing = $1 AND l.state = 'published' AND l.document IS NOT NULL AND a.status = 'active'
       AND g.taken_down_at IS NULL AND jsonb_array_length(g.blocks) > 0 AND NOT coalesce(y.restricted, false)`,
    [listing],
  )
  return found && { ...found, pictures: await picturesOf(rows, listing, picturesIn(found.blocks)) }
}
