import { OpemError } from '@opem/domain'
import type { GuardedFetch } from '@opem/ssi/guarded-fetch'
import type { OperationalStore } from '../../operational/store.ts'
import { readAddress } from './addresses.ts'
import { letterOf, type StoredNotice, webhookBody } from './letters.ts'
import type { Links } from './links.ts'
import { isFinal, type SendMail } from './mailer.ts'
import type { DeriveSecret } from './own-key.ts'
import { pauseWebhook, readWebhook, signedHeaders } from './webhooks.ts'

export interface DeliverParts {
  readonly store: OperationalStore
  readonly links: Links
  readonly derive: DeriveSecret
  /** undefined: this marketplace sends no e-mail. */
  readonly send: SendMail | undefined
  readonly fetch: GuardedFetch
  /** Where the page is reached. */
  readonly page: string
  /** Seconds since 1970. */
  readonly now: () => number
}

/** How one try went: `again` is tried anew, `dropped` is not worth it. `why` is a code, never an address or a URL. */
export type Outcome = { readonly state: 'sent' } | { readonly state: 'dropped' | 'again'; readonly why: string }

interface Row extends StoredNotice {
  readonly account: string
  readonly channel: 'email' | 'webhook'
  readonly target: string
  readonly state: string
}

/**
 * Sends one letter, unless it was sent already. Between sending and noting it a kill may fall: then the letter goes twice,
 * under the same message id.
 * @param last no further try comes after this one
 * @returns undefined when there is nothing to do
 */
export async function deliver(parts: DeliverParts, id: string, last: boolean): Promise<Outcome | undefined> {
  const { store, now } = parts
  const [row] = await store.rows<Row & Record<string, unknown>>(
    `SELECT d.account, d.channel, d.target, d.state, n.message, n.kind, n.about, n.title, n.body AS text, n.link,
       n.written_at::float8 AS "writtenAt"
     FROM market_deliveries d JOIN market_notifications n ON n.id = d.notification WHERE d.id = $1`,
    [id],
  )
  if (row?.state !== 'waiting') return undefined
  const outcome = row.channel === 'email' ? await byMail(parts, row) : await byWebhook(parts, row)
  const state = outcome.state === 'again' ? (last ? 'failed' : 'waiting') : outcome.state
  await store.rows(
    'UPDATE market_deliveries SET state = $2, tries = tries + 1, why = $3, changed_at = $4 WHERE id = $1',
    [id, state, outcome.state === 'sent' ? null : outcome.why, now()],
  )
  if (state === 'failed' && row.channel === 'webhook')
    await store.transaction((rows) =>
      pauseWebhook(rows, row.target, 'it did not answer for long; mend it and resume', now()),
    )
  return outcome
}

async function byMail({ store, links, send, page }: DeliverParts, row: Row): Promise<Outcome> {
  if (!send) return { state: 'dropped', why: 'ERR_NO_MAIL' }
  const reader = { account: row.account, did: row.target }
  const to = await readAddress(store.rows, reader)
  if (!to?.confirmedAt) return { state: 'dropped', why: 'ERR_NO_ADDRESS' }
  const [one, all] = [await links.stop(reader, row.kind), await links.stop(reader, 'all')]
  const letter = letterOf(row, {
    ...{ page, stop: `${page}/notifications/stop#${one}`, stopAll: `${page}/notifications/stop#${all}` },
    stopPost: `${page}/v1/notifications/unsubscriptions/${one}`,
  })
  try {
    await send({ ...letter, to: to.address, id: row.message })
    return { state: 'sent' }
  } catch (cause) {
    return { state: isFinal(cause) ? 'dropped' : 'again', why: isFinal(cause) ? 'ERR_MAIL_REFUSED' : 'ERR_MAIL_AWAY' }
  }
}

async function byWebhook({ store, derive, fetch, now }: DeliverParts, row: Row): Promise<Outcome> {
  const webhook = await readWebhook(store.rows, row.target)
  if (!webhook || webhook.pausedAt !== null) return { state: 'dropped', why: 'ERR_WEBHOOK_PAUSED' }
  const body = webhookBody(row, row.account)
  try {
    const headers = await signedHeaders(derive, webhook, { message: row.message, at: now(), body })
    const { status, ok } = await fetch(webhook.url, { method: 'POST', headers, body })
    if (ok) return { state: 'sent' }
    if (status === 410) {
      await store.transaction((rows) => pauseWebhook(rows, webhook.id, 'it answered 410 Gone', now()))
      return { state: 'dropped', why: 'ERR_WEBHOOK_GONE' }
    }
    return { state: 'again', why: `ERR_WEBHOOK_STATUS_${status}` }
  } catch (cause) {
    // A name that means an inside address now may mean a public one later, and the other way round: tried again, never let in.
    return { state: 'again', why: cause instanceof OpemError ? cause.code : 'ERR_WEBHOOK' }
  }
}
