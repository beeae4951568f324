import type { NotificationKind } from '@opem/domain'
import { notificationKinds } from '@opem/domain'
import { queryOptions } from '@tanstack/react-query'
import { z } from 'zod'
import { exchange } from './http.ts'
import { Instant } from './shapes.ts'

const Kind = z.enum(notificationKinds as [NotificationKind, ...NotificationKind[]])

export const Webhook = z.strictObject({
  id: z.string(),
  url: z.string(),
  kinds: z.array(Kind),
  createdAt: Instant,
  pausedAt: Instant.nullable(),
  pausedBecause: z.string().nullable(),
  deliveries: z.array(
    z.strictObject({
      kind: Kind,
      state: z.enum(['waiting', 'sent', 'failed', 'dropped']),
      tries: z.number().int(),
      why: z.string().nullable(),
      at: Instant,
    }),
  ),
})
export type Webhook = z.infer<typeof Webhook>

export const Webhooks = z.strictObject({ webhooks: z.array(Webhook) })
export const WithSecret = z.strictObject({ webhook: Webhook, secret: z.string() })

export const webhooksQuery = queryOptions({
  queryKey: ['notifications', 'webhooks'],
  queryFn: async ({ signal }) => (await exchange('/v1/notifications/webhooks', Webhooks, { signal })).webhooks,
})

export const addWebhook = (url: string) =>
  exchange('/v1/notifications/webhooks', WithSecret, { body: { url, kinds: [] } })

export const renewSecret = (id: string) =>
  exchange(`/v1/notifications/webhooks/${id}/secret`, WithSecret, { method: 'POST' })

export const resumeWebhook = (id: string) =>
  exchange(`/v1/notifications/webhooks/${id}/resume`, Webhook, { method: 'POST' })

export const removeWebhook = (id: string) =>
  exchange(`/v1/notifications/webhooks/${id}`, z.unknown(), { method: 'DELETE' })
