import type { OperationalStore } from '../../operational/store.ts'
import { Refusal } from '../../unified-api/problem.ts'
import type { Links, Reader } from './links.ts'

/** Where somebody's letters go, and since when its reader has confirmed that. */
export interface EmailAddress {
  readonly address: string
  readonly askedAt: number
  readonly confirmedAt: number | null
}

type Rows = OperationalStore['rows']

export const CONFIRM_SECONDS = 86_400
const AGAIN_SECONDS = 60

export const readAddress = async (rows: Rows, { account, did }: Reader): Promise<EmailAddress | undefined> =>
  (
    await rows<EmailAddress & Record<string, unknown>>(
      `SELECT address, asked_at::float8 AS "askedAt", confirmed_at::float8 AS "confirmedAt" FROM market_email_addresses
       WHERE account = $1 AND did = $2`,
      [account, did],
    )
  )[0]

/**
 * Keeps an address until its reader confirms it. @throws Refusal 429 ERR_TOO_MANY: a letter went there a moment ago
 */
export async function askAddress(rows: Rows, { account, did }: Reader, address: string, now: number): Promise<void> {
  const stored = await rows(
    `INSERT INTO market_email_addresses (account, did, address, asked_at) VALUES ($1, $2, $3, $4)
     ON CONFLICT (account, did) DO UPDATE SET address = excluded.address, asked_at = excluded.asked_at,
       confirmed_at = NULL WHERE market_email_addresses.asked_at <= $5 RETURNING did`,
    [account, did, address, now, now - AGAIN_SECONDS],
  )
  if (stored.length === 0)
    throw new Refusal(429, 'ERR_TOO_MANY', 'a letter was sent less than a minute ago; wait for it first', AGAIN_SECONDS)
}

/** By the link of the letter. @throws Refusal 404 ERR_LINK: used up, too old, or of another address */
export async function confirmAddress(store: Pick<OperationalStore, 'rows'>, links: Links, token: string, now: number) {
  const link = await links.readConfirm(token)
  const asked = link && (await readAddress(store.rows, link))
  if (!link || !asked || asked.askedAt !== link.askedAt || !link.matches(asked.address)) throw noLink()
  if (asked.askedAt < now - CONFIRM_SECONDS) throw noLink()
  await store.rows(
    `UPDATE market_email_addresses SET confirmed_at = coalesce(confirmed_at, $3) WHERE account = $1 AND did = $2`,
    [link.account, link.did, now],
  )
}

export const noLink = () =>
  new Refusal(
    404,
    'ERR_LINK',
    'this link is none of ours or is used up; ask for a new letter on the notifications page',
  )

export const removeAddress = (rows: Rows, { account, did }: Reader) =>
  rows('DELETE FROM market_email_addresses WHERE account = $1 AND did = $2', [account, did])
