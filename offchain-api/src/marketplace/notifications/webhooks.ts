import { createHmac, randomUUID } from 'node:crypto'
import type { Hex, NotificationKind } from '@opem/domain'
import type { OperationalStore } from '../../operational/store.ts'
import { notify } from './notify.ts'
import type { DeriveSecret } from './own-key.ts'

export interface Webhook {
  readonly id: string
  readonly account: string
  readonly url: string
  /** Empty: every kind. */
  readonly kinds: readonly NotificationKind[]
  readonly secretVersion: number
  readonly createdAt: number
  readonly pausedAt: number | null
  readonly pausedBecause: string | null
}

type Rows = OperationalStore['rows']

const COLUMNS = `id, account, url, kinds, secret_version AS "secretVersion", created_at::float8 AS "createdAt",
  paused_at::float8 AS "pausedAt", paused_because AS "pausedBecause"`
export const MOST_WEBHOOKS = 10

export const webhooksOf = (rows: Rows, account: string): Promise<Webhook[]> =>
  rows<Webhook & Record<string, unknown>>(
    `SELECT ${COLUMNS} FROM market_webhooks WHERE account = $1 ORDER BY market_webhooks.created_at, id`,
    [account],
  )

export const readWebhook = async (rows: Rows, id: string): Promise<Webhook | undefined> =>
  (await rows<Webhook & Record<string, unknown>>(`SELECT ${COLUMNS} FROM market_webhooks WHERE id = $1`, [id]))[0]

/** @returns undefined when the account has as many as it may */
export async function addWebhook(
  { transaction }: Pick<OperationalStore, 'transaction'>,
  { account, url, kinds, now }: { account: string; url: string; kinds: readonly NotificationKind[]; now: number },
): Promise<string | undefined> {
  return transaction(async (rows) => {
    await rows('SELECT 1 FROM accounts WHERE account = $1 FOR UPDATE', [account])
    if ((await webhooksOf(rows, account)).length >= MOST_WEBHOOKS) return undefined
    const id = randomUUID()
    await rows('INSERT INTO market_webhooks (id, account, url, kinds, created_at) VALUES ($1, $2, $3, $4, $5)', [
      ...[id, account, url, kinds, now],
    ])
    return id
  })
}

export const removeWebhook = async (rows: Rows, account: string, id: string): Promise<boolean> =>
  (await rows('DELETE FROM market_webhooks WHERE id = $1 AND account = $2 RETURNING id', [id, account])).length > 0

export const renewSecret = async (rows: Rows, account: string, id: string): Promise<boolean> =>
  (
    await rows(
      'UPDATE market_webhooks SET secret_version = secret_version + 1 WHERE id = $1 AND account = $2 RETURNING id',
      [id, account],
    )
  ).length > 0

export const resumeWebhook = async (rows: Rows, account: string, id: string): Promise<boolean> =>
  (
    await rows(
      `UPDATE market_webhooks SET paused_at = NULL, paused_because = NULL WHERE id = $1 AND account = $2 RETURNING id`,
      [id, account],
    )
  ).length > 0

/** Nothing more goes there, and whose it is hears of it on the page and by e-mail. Pass `rows` of a transaction. */
export async function pauseWebhook(rows: Rows, id: string, because: string, now: number): Promise<void> {
  const [paused] = await rows<{ account: Hex }>(
    'UPDATE market_webhooks SET paused_at = $3, paused_because = $2 WHERE id = $1 AND paused_at IS NULL RETURNING account',
    [id, because, now],
  )
  if (!paused) return
  const { account } = paused
  await notify(rows, {
    ...{ account, kind: 'account-changed', about: { account }, link: '/notifications' },
    words: { title: 'A webhook of yours was paused', text: `Nothing more is posted there: ${because}.` },
  })
}

const secretBytes = (derive: DeriveSecret, { id, secretVersion }: Pick<Webhook, 'id' | 'secretVersion'>) =>
  derive(`webhook ${id} ${secretVersion}`)

/** The secret as a receiver configures it (Standard Webhooks: `whsec_` and base64). */
export const secretOf = async (derive: DeriveSecret, webhook: Pick<Webhook, 'id' | 'secretVersion'>) =>
  `whsec_${(await secretBytes(derive, webhook)).toString('base64')}`

/**
 * Headers of a signed call: HMAC-SHA-256 of `id.timestamp.body`, as Standard Webhooks 1.0.0 says. The id is the
 * message's: a receiver that sees it twice has it already.
 * @param at seconds since 1970; a receiver refuses what is older than five minutes
 */
export async function signedHeaders(
  derive: DeriveSecret,
  webhook: Webhook,
  { message, at, body }: { message: string; at: number; body: string },
): Promise<Record<string, string>> {
  const mac = createHmac('sha256', await secretBytes(derive, webhook))
    .update(`${message}.${at}.${body}`)
    .digest('base64')
  return {
    'content-type': 'application/json',
    'user-agent': 'OPEM webhooks',
    ...{ 'webhook-id': message, 'webhook-timestamp': String(at), 'webhook-signature': `v1,${mac}` },
  }
}
