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

const accountsOf = ({ account, operator }: InboxReader) => (operator ? [account, 'operator'] : [account])

// What somebody does not want on the page is neither shown nor counted.
const WANTED = `n.account = ANY($1) AND NOT EXISTS (
  SELECT 1 FROM market_notification_preferences p WHERE p.account = $2 AND p.did = $3 AND p.kind = n.kind
    AND p.channel = 'page' AND NOT p.wanted)`

const MOST_COUNTED = 1000

const UNREAD = `SELECT count(*)::int AS unread FROM (
  SELECT 1 FROM market_notifications n WHERE ${WANTED} AND NOT EXISTS (
    SELECT 1 FROM market_notification_reads r WHERE r.notification = n.id AND r.did = $3) LIMIT ${MOST_COUNTED}) u`

const LIST = `SELECT n.id, n.kind, n.about, n.title, n.body AS text, n.link, n.written_at AS "writtenAt",
    r.read_at IS NOT NULL AS read
  FROM market_notifications n LEFT JOIN market_notification_reads r ON r.notification = n.id AND r.did = $3
  WHERE ${WANTED} AND ($4::bigint IS NULL OR n.id < $4) AND (NOT $5 OR r.read_at IS NULL)
  ORDER BY n.id DESC LIMIT $6`

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
    [accountsOf(reader), reader.account, reader.did, before ?? null, unread, limit],
  )
  return found ?? { items: [], unread: 0 }
}

/** How many were not read; no more than a thousand are counted. */
export async function countUnread(rows: Rows, reader: InboxReader): Promise<number> {
  const [found] = await rows<{ unread: number }>(UNREAD, [accountsOf(reader), reader.account, reader.did])
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
     SELECT id, $2, $5 FROM market_notifications WHERE account = ANY($1) AND (id = ANY($3) OR id <= $4)
     ON CONFLICT DO NOTHING`,
    [accountsOf(reader), reader.did, ids, upTo ?? 0, now],
  )
