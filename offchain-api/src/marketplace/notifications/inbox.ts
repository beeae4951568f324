import type { NotificationKind } from '@opem/domain'
import type { OperationalStore } from '../../operational/store.ts'
import type { Reader } from './links.ts'
import type { About } from './notify.ts'

/** Who reads: for their account, and for the operator's notices when they operate the marketplace. */
export interface InboxReader extends Reader {
  readonly operator: boolean
}

export interface InboxItem {
  readonly id: number
  readonly kind: NotificationKind
  readonly about: About
  readonly title: string
  readonly text: string
  readonly link: string
  readonly writtenAt: number
  readonly read: boolean
}

type Rows = OperationalStore['rows']

// Who operates the marketplace reads its notices too; for others the second place says the same account once more.
const placesOf = ({ account, operator }: InboxReader) => [account, operator ? 'operator' : account]

// Each place is read on its own, along its index from the newest: of all accounts' notifications together Postgres would
// read from the newest until enough are this reader's, which is the whole table for one who has few.
const PLACES = `(SELECT $1 AS account UNION SELECT $2) place CROSS JOIN LATERAL`

// What somebody does not want on the page is neither shown nor counted.
const WANTED = `n.account = place.account AND NOT EXISTS (
  SELECT 1 FROM market_notification_preferences p WHERE p.account = $1 AND p.did = $3 AND p.kind = n.kind
    AND p.channel = 'page' AND NOT p.wanted)`

const MOST_COUNTED = 1000

const UNREAD = `SELECT count(*)::int AS unread FROM (
  SELECT 1 FROM ${PLACES} (
    SELECT 1 FROM market_notifications n WHERE ${WANTED} AND NOT EXISTS (
      SELECT 1 FROM market_notification_reads r WHERE r.notification = n.id AND r.did = $3)) u LIMIT ${MOST_COUNTED}) u`

const LIST = `SELECT l.* FROM ${PLACES} (
    SELECT n.id, n.kind, n.about, n.title, n.body AS text, n.link, n.written_at AS "writtenAt", r.read_at IS NOT NULL AS read
    FROM market_notifications n LEFT JOIN market_notification_reads r ON r.notification = n.id AND r.did = $3
    WHERE ${WANTED} AND n.id < coalesce($4::bigint, ${Number.MAX_SAFE_INTEGER}) AND (NOT $5 OR r.read_at IS NULL)
    ORDER BY n.id DESC LIMIT $6) l
  ORDER BY l.id DESC LIMIT $6`

/**
 * Notifications, the newest first, asked for with one more than a page shows; and how many were not read, of which no more
 * than a thousand are counted. One statement: every page of the dApp asks this.
 */
export async function readInbox(
  rows: Rows,
  reader: InboxReader,
  { before, limit, unread }: { before: number | undefined; limit: number; unread: boolean },
): Promise<{ items: InboxItem[]; unread: number }> {
  const [found] = await rows<{ items: InboxItem[]; unread: number }>(
    `SELECT (${UNREAD}) AS unread, (SELECT coalesce(json_agg(l ORDER BY l.id DESC), '[]') FROM (${LIST}) l) AS items`,
    [...placesOf(reader), reader.did, before ?? null, unread, limit],
  )
  return found ?? { items: [], unread: 0 }
}

/** How many were not read; no more than a thousand are counted. */
export async function countUnread(rows: Rows, reader: InboxReader): Promise<number> {
  const [found] = await rows<{ unread: number }>(UNREAD, [...placesOf(reader), reader.did])
  return found?.unread ?? 0
}

/** Marks some as read, or all up to one; others' notifications are left alone whatever is asked. */
export const markRead = (
  rows: Rows,
  reader: InboxReader,
  { ids, upTo, now }: { ids: readonly number[]; upTo: number | undefined; now: number },
) =>
  rows(
    `INSERT INTO market_notification_reads (notification, did, read_at)
     SELECT id, $3, $6 FROM market_notifications WHERE account IN ($1, $2) AND (id = ANY($4) OR id <= $5)
     ON CONFLICT DO NOTHING`,
    [...placesOf(reader), reader.did, ids, upTo ?? 0, now],
  )
