import { formatInstant } from '@opem/domain'
import { parseTarget } from '@opem/ssi/guarded-fetch'
import { z } from 'zod'
import {
  addWebhook,
  MOST_WEBHOOKS,
  readWebhook,
  removeWebhook,
  renewSecret,
  resumeWebhook,
  secretOf,
  type Webhook,
  webhooksOf,
} from '../../marketplace/notifications/webhooks.ts'
import { Refusal } from '../problem.ts'
import { type Access, defineRoute } from '../route.ts'
import type { Services } from '../services.ts'
import { count, instantText } from '../shapes.ts'
import { kind } from './notifications.ts'

const delivery = z.object({
  kind,
  state: z.enum(['waiting', 'sent', 'failed', 'dropped']),
  tries: count,
  why: z.string().nullable(),
  at: instantText,
})

const webhook = z
  .object({
    id: z.uuid(),
    url: z.string(),
    kinds: z.array(kind).meta({ description: 'empty: every kind' }),
    createdAt: instantText,
    pausedAt: instantText.nullable(),
    pausedBecause: z.string().nullable(),
    deliveries: z.array(delivery).meta({ description: 'the last ten' }),
  })
  .meta({ id: 'Webhook' })

const withSecret = z.object({
  webhook,
  secret: z.string().meta({ description: 'shown this once: whsec_ and base64, as Standard Webhooks says' }),
})

/** Webhooks are the account's: its holder's, and in a company its administrators'. */
function accountOf({ caller, refuse }: Access): string {
  const own = caller.kind === 'person' && (caller.accountKind !== 'company' || caller.companyAdministrator)
  return own ? caller.account : refuse("the account's holder, or its company's administrator")
}

async function format({ store }: Services, it: Webhook) {
  const deliveries = await store.rows<{ kind: string; state: string; tries: number; why: string | null; at: number }>(
    `SELECT n.kind, d.state, d.tries, d.why, d.changed_at::float8 AS at FROM market_deliveries d
     JOIN market_notifications n ON n.id = d.notification WHERE d.target = $1 ORDER BY d.changed_at DESC, n.id DESC LIMIT 10`,
    [it.id],
  )
  return {
    ...{ id: it.id, url: it.url, kinds: it.kinds, createdAt: formatInstant(it.createdAt) },
    pausedAt: it.pausedAt === null ? null : formatInstant(it.pausedAt),
    pausedBecause: it.pausedBecause,
    deliveries: deliveries.map(({ at, ...one }) => ({ ...one, at: formatInstant(at) })),
  }
}

async function known(services: Services, account: string, id: string): Promise<Webhook> {
  const found = await readWebhook(services.store.rows, id)
  if (found?.account === account) return found
  throw new Refusal(404, 'ERR_WEBHOOK_UNKNOWN', 'the account has no such webhook; GET /v1/notifications/webhooks')
}

const params = z.strictObject({ id: z.uuid().toLowerCase() })

export const getWebhooks = defineRoute({
  method: 'get',
  path: '/v1/notifications/webhooks',
  summary: "The account's webhooks, with how their last calls went.",
  access: 'own-session',
  answers: z.object({ webhooks: z.array(webhook) }),
  async handle(_input, services, access) {
    const found = await webhooksOf(services.store.rows, accountOf(access))
    return { webhooks: await Promise.all(found.map((one) => format(services, one))) }
  },
})

export const postWebhook = defineRoute({
  method: 'post',
  path: '/v1/notifications/webhooks',
  summary: 'Adds a webhook: notifications are posted there, signed with the secret that this answer shows.',
  access: 'own-session',
  unrepeatable: true,
  body: z.strictObject({ url: z.string().max(2000), kinds: z.array(kind).max(100).default([]) }),
  answers: withSecret,
  async handle({ body }, services, access) {
    const account = accountOf(access)
    const { store, notifications } = services
    const url = targetOf(body.url, notifications.allowLoopback)
    const id = await addWebhook(store, { account, url, kinds: body.kinds, now: services.access.now() })
    if (id === undefined)
      throw new Refusal(409, 'ERR_WEBHOOKS_MANY', `an account has at most ${MOST_WEBHOOKS} webhooks; remove one first`)
    return shown(services, account, id)
  },
})

export const postWebhookSecret = defineRoute({
  method: 'post',
  path: '/v1/notifications/webhooks/{id}/secret',
  summary: 'A new secret: the one before signs nothing from now on.',
  access: 'own-session',
  unrepeatable: true,
  params,
  answers: withSecret,
  async handle({ params: { id } }, services, access) {
    const account = accountOf(access)
    await known(services, account, id)
    await renewSecret(services.store.rows, account, id)
    return shown(services, account, id)
  },
})

export const postWebhookResume = defineRoute({
  method: 'post',
  path: '/v1/notifications/webhooks/{id}/resume',
  summary: 'Calls a paused webhook again, from the next notification on.',
  access: 'own-session',
  params,
  answers: webhook,
  async handle({ params: { id } }, services, access) {
    const account = accountOf(access)
    await known(services, account, id)
    await resumeWebhook(services.store.rows, account, id)
    return format(services, await known(services, account, id))
  },
})

export const deleteWebhook = defineRoute({
  method: 'delete',
  path: '/v1/notifications/webhooks/{id}',
  summary: 'Removes a webhook.',
  access: 'own-session',
  params,
  answers: z.object({ id: z.uuid() }),
  async handle({ params: { id } }, services, access) {
    const account = accountOf(access)
    await known(services, account, id)
    await removeWebhook(services.store.rows, account, id)
    return { id }
  },
})

async function shown(services: Services, account: string, id: string) {
  const it = await known(services, account, id)
  return { webhook: await format(services, it), secret: await secretOf(services.notifications.derive, it) }
}

/** What its text tells; where the name leads is judged at every call. */
function targetOf(url: string, allowLoopback: boolean): string {
  try {
    return parseTarget(url, { allowLoopback }).href
  } catch (cause) {
    throw new Refusal(400, 'ERR_WEBHOOK_URL', (cause as { shortMessage?: string }).shortMessage ?? 'this is no URL')
  }
}
