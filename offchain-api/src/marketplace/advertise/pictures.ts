import { type Hex, MOST_PICTURE_BYTES } from '@opem/domain'
import { sha256 } from 'viem'
import type { OperationalStore } from '../../operational/store.ts'
import { Refusal } from '../../unified-api/problem.ts'
import { type PictureType, pictureType } from './picture-type.ts'

type Rows = OperationalStore['rows']

export interface Picture extends PictureType {
  readonly digest: Hex
}

const MOST_PICTURES = 60
/** Of a landing page: as many as its provider can take up again. */
export const KEPT_REVISIONS = 50

/** Adds a picture to a listing; the same bytes are the same picture. @throws Refusal ERR_PICTURE, ERR_PICTURE_TOO_LARGE, ERR_TOO_MANY_PICTURES */
export async function addPicture(
  rows: Rows,
  { listing, bytes, now }: { listing: string; bytes: Uint8Array; now: number },
): Promise<Picture> {
  if (bytes.length > MOST_PICTURE_BYTES)
    throw new Refusal(
      413,
      'ERR_PICTURE_TOO_LARGE',
      `the picture has ${bytes.length} bytes; at most ${MOST_PICTURE_BYTES} are kept: make it smaller`,
    )
  const type = pictureType(bytes)
  if (type === undefined)
    throw new Refusal(
      415,
      'ERR_PICTURE',
      'the bytes are no PNG, JPEG or WebP of at most 40 million pixels; other kinds of pictures are not taken',
    )
  const digest = sha256(bytes)
  const [known] = await picturesOf(rows, listing, [digest])
  if (known !== undefined) return known
  if ((await countOf(rows, listing)) >= MOST_PICTURES) await dropUnused(rows, listing, now)
  const kept = await countOf(rows, listing)
  if (kept >= MOST_PICTURES)
    throw new Refusal(
      409,
      'ERR_TOO_MANY_PICTURES',
      `the listing has ${kept} pictures, and may have ${MOST_PICTURES}; take one of them, or take some off the page: what it does not show makes room in a day`,
    )
  await rows(
    `INSERT INTO market_pictures (listing, digest, type, width, height, bytes, added_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING`,
    [listing, digest, type.type, type.width, type.height, Buffer.from(bytes), now],
  )
  return { ...type, digest }
}

const countOf = async (rows: Rows, listing: string): Promise<number> =>
  (await rows<{ kept: number }>('SELECT count(*)::int AS kept FROM market_pictures WHERE listing = $1', [listing]))[0]!
    .kept

const DAY = 86_400

/** Takes away what was added more than a day ago and stands on neither the page nor a revision that can be taken up. */
const dropUnused = (rows: Rows, listing: string, now: number) =>
  rows(
    `DELETE FROM market_pictures p WHERE p.listing = $1 AND p.added_at < $2 AND NOT EXISTS (
       SELECT 1 FROM (SELECT blocks FROM market_landing_revisions WHERE listing = $1 ORDER BY revision DESC LIMIT ${KEPT_REVISIONS}) r
       WHERE r.blocks @> jsonb_build_array(jsonb_build_object('kind', 'picture', 'digest', p.digest)))`,
    [listing, now - DAY],
  )

/** The pictures of a listing that are named, or all. */
export const picturesOf = (rows: Rows, listing: string, digests?: readonly string[]): Promise<Picture[]> =>
  rows<Picture & Record<string, unknown>>(
    `SELECT digest, type, width, height FROM market_pictures
     WHERE listing = $1 AND ($2::text[] IS NULL OR digest = ANY($2)) ORDER BY added_at, digest`,
    [listing, digests ?? null],
  )

/**
 * The bytes of a picture, for whoever asks: only while a landing page that everybody sees names it. `account` sees those of
 * its own listings besides.
 */
export async function pictureBytes(
  rows: Rows,
  digest: string,
  account: string | undefined,
): Promise<{ type: string; bytes: Buffer; shown: boolean } | undefined> {
  const [found] = await rows<{ type: string; bytes: Buffer; shown: boolean }>(
    `SELECT p.type, p.bytes, s.shown FROM market_pictures p
       JOIN market_drafts d USING (listing) LEFT JOIN market_listings l USING (listing)
       LEFT JOIN market_landing_pages g USING (listing),
       LATERAL (SELECT coalesce(l.state = 'published' AND g.taken_down_at IS NULL
         AND NOT EXISTS (SELECT 1 FROM market_listing_policies WHERE listing = p.listing AND restricted)
         AND g.blocks @> jsonb_build_array(jsonb_build_object('kind', 'picture', 'digest', p.digest)), false) AS shown) s
     WHERE p.digest = $1 AND (s.shown OR coalesce(l.account, d.account) = $2)
     ORDER BY s.shown DESC LIMIT 1`,
    [digest, account ?? null],
  )
  return found
}
