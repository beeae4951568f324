import type { Hex } from '@opem/domain'
import { Refusal } from '../../unified-api/problem.ts'
import type { Rows } from '../contracting/offers.ts'
import { notify } from '../notifications/notify.ts'

/** Two days before a copy is to be gone its user is reminded, once. */
const AHEAD = 2 * 86_400

/** Reminds of copies that are to be deleted soon. Pass `rows` of a transaction. @returns how many */
export async function remindDeletions(rows: Rows, now: number): Promise<number> {
  const due = await rows<{ account: Hex; agreement: Hex; listing: Hex; day: number; passedTo: Hex | null }>(
    `UPDATE market_data_downloads SET reminded_at = $1
     WHERE id IN (SELECT id FROM market_data_downloads WHERE deleted_at IS NULL AND reminded_at IS NULL AND state = 'given'
       AND delete_by <= $2 ORDER BY delete_by LIMIT 200 FOR UPDATE SKIP LOCKED)
     RETURNING account, agreement, listing, delete_by::float8 AS day, passed_to AS "passedTo"`,
    [now, now + AHEAD],
  )
  for (const { account, agreement, listing, day, passedTo } of due)
    await notify(rows, {
      ...{
        account,
        kind: 'data-access-changed',
        about: { agreement, listing },
        link: `/data/mine?agreement=${agreement}`,
      },
      words: {
        title: 'A copy of data is to be deleted',
        text:
          passedTo === null
            ? `The policy wants your copy gone by ${dayOf(day)}. Delete it, then confirm it on the page.`
            : `The policy wants the copy gone by ${dayOf(day)} that the provider of a service got from you. See to it, then confirm it on the page.`,
      },
    })
  return due.length
}

const dayOf = (instant: number): string => new Date(instant * 1000).toISOString().slice(0, 10)

/** The user says that a copy is gone. @throws Refusal ERR_DOWNLOAD_UNKNOWN */
export async function confirmDeletion(
  rows: Rows,
  it: { download: string; agreement: string; account: string; now: number },
): Promise<void> {
  const done = await rows(
    `UPDATE market_data_downloads SET deleted_at = $4 WHERE id = $1 AND agreement = $2 AND account = $3 AND deleted_at IS NULL RETURNING id`,
    [it.download, it.agreement, it.account, it.now],
  )
  if (done.length === 0) throw new Refusal(404, 'ERR_DOWNLOAD_UNKNOWN', 'no such download of yours waits to be deleted')
}

export interface DownloadShown {
  readonly id: string
  readonly at: number
  readonly purpose: string
  readonly country: string
  readonly format: string
  readonly rows: number
  readonly state: 'given' | 'failed'
  readonly deleteBy: number | null
  readonly deletedAt: number | null
  /** The agreement about a service to whose provider the copy went; null: the user's own. */
  readonly passedTo: string | null
}

/** What was downloaded under an agreement, the newest first. */
export const downloadsOf = (rows: Rows, agreement: string): Promise<DownloadShown[]> =>
  rows<DownloadShown & Record<string, unknown>>(
    `SELECT id::text AS id, at::float8 AS at, purpose, country, format, readings::float8 AS rows, state,
       delete_by::float8 AS "deleteBy", deleted_at::float8 AS "deletedAt", passed_to AS "passedTo"
     FROM market_data_downloads WHERE agreement = $1 ORDER BY market_data_downloads.id DESC LIMIT 100`,
    [agreement],
  )
