import { formatInstant, notificationKinds } from '@opem/domain'
import { z } from 'zod'
import { countUnread, type InboxItem, markRead, readInbox } from '../../marketplace/notifications/inbox.ts'
import { CHANNELS, readPreferences, storePreference } from '../../marketplace/notifications/preferences.ts'
import { fromCursor, pageFrom, pageOf, paging } from '../paging.ts'
import { type Access, defineRoute } from '../route.ts'
import { count, instantText, whole } from '../shapes.ts'

export const kind = z.enum(notificationKinds as [string, ...string[]]).meta({
  id: 'NotificationKind',
  description: 'what a notification is about',
}) as unknown as z.ZodType<(typeof notificationKinds)[number]>

const about = z
  .record(z.string(), z.string())
  .meta({ description: 'ids of what it is about: listing, agreement, payment, …' })

const notification = z
  .object({
    ...{ id: count, kind, about, title: z.string(), text: z.string() },
    link: z.string().meta({ description: 'path of the page that shows more' }),
    writtenAt: instantText,
    read: z.boolean().meta({ description: 'by the person who asks' }),
  })
  .meta({ id: 'Notification' })

const format = ({ writtenAt, ...it }: InboxItem) => ({ ...it, writtenAt: formatInstant(writtenAt) })

/** Who reads: everybody who signed in, for the account they act for. */
export function readerOf({ caller, refuse }: Access) {
  if (caller.kind !== 'person') return refuse('somebody who signed in')
  const { account, did, operator } = caller
  return { account, did, operator }
}

const key = z.tuple([z.number().int().positive()])

export const getNotifications = defineRoute({
  method: 'get',
  path: '/v1/notifications',
  summary: 'What the marketplace told the account, the newest first, and how much of it the caller has not read.',
  access: 'own-session',
  query: z.strictObject({ ...paging, unread: z.enum(['true', 'false']).default('false') }),
  answers: pageOf(notification).extend({ unread: count.meta({ description: 'counted up to 1,000' }) }),
  async handle({ query: { after, limit, unread } }, { store }, access) {
    const reader = readerOf(access)
    const [before] = fromCursor(after, key) ?? []
    const { items, unread: left } = await readInbox(store.rows, reader, {
      ...{ before, limit: limit + 1, unread: unread === 'true' },
    })
    const page = pageFrom(items, limit, ({ id }) => [id])
    return { items: page.items.map(format), next: page.next, unread: left }
  },
})

export const postNotificationsRead = defineRoute({
  method: 'post',
  path: '/v1/notifications/read',
  summary: 'Marks notifications as read: some by their ids, or all up to one.',
  access: 'own-session',
  body: z.strictObject({
    ids: z.array(whole(1, Number.MAX_SAFE_INTEGER)).max(100).default([]),
    upTo: whole(1, Number.MAX_SAFE_INTEGER).optional(),
  }),
  answers: z.object({ unread: count }),
  async handle({ body }, { store, access: { now } }, access) {
    const reader = readerOf(access)
    await markRead(store.rows, reader, { ids: body.ids, upTo: body.upTo, now: now() })
    return { unread: await countUnread(store.rows, reader) }
  },
})

const preferences = z
  .array(z.object({ kind, page: z.boolean(), email: z.boolean() }))
  .meta({ id: 'NotificationPreferences' })

const formatPreferences = (read: Awaited<ReturnType<typeof readPreferences>>) =>
  notificationKinds.map((one) => ({ kind: one, ...read[one] }))

export const getNotificationPreferences = defineRoute({
  method: 'get',
  path: '/v1/notifications/preferences',
  summary: 'Which kinds the caller wants on the page and by e-mail.',
  access: 'own-session',
  answers: z.object({ preferences }),
  handle: async (_input, { store }, access) => ({
    preferences: formatPreferences(await readPreferences(store.rows, readerOf(access))),
  }),
})

export const putNotificationPreferences = defineRoute({
  method: 'put',
  path: '/v1/notifications/preferences',
  summary: 'Changes some of them; the others stay.',
  access: 'own-session',
  body: z.strictObject({
    changes: z
      .array(z.strictObject({ kind, channel: z.enum(CHANNELS), wanted: z.boolean() }))
      .min(1)
      .max(100),
  }),
  answers: z.object({ preferences }),
  async handle({ body: { changes } }, { store }, access) {
    const reader = readerOf(access)
    await store.transaction(async (rows) => {
      for (const change of changes) await storePreference(rows, reader, change)
    })
    return { preferences: formatPreferences(await readPreferences(store.rows, reader)) }
  },
})
