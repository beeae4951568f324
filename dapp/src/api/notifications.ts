import type { NotificationKind } from '@opem/domain'
import { notificationKinds } from '@opem/domain'
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'
import { z } from 'zod'
import { exchange, query } from './http.ts'
import { Instant } from './shapes.ts'

const Kind = z.enum(notificationKinds as [NotificationKind, ...NotificationKind[]])

export const Notification = z.strictObject({
  id: z.number().int().positive(),
  kind: Kind,
  about: z.record(z.string(), z.string()),
  title: z.string(),
  text: z.string(),
  link: z.string(),
  writtenAt: Instant,
  read: z.boolean(),
})
export type Notification = z.infer<typeof Notification>

export const Inbox = z.strictObject({
  items: z.array(Notification),
  next: z.string().nullable(),
  unread: z.number().int().nonnegative(),
})

const PAGE = 20

export const inboxQuery = (unread: boolean) =>
  infiniteQueryOptions({
    queryKey: ['notifications', 'list', unread],
    queryFn: ({ pageParam, signal }) =>
      exchange(`/v1/notifications${query({ limit: PAGE, unread: String(unread), after: pageParam })}`, Inbox, {
        signal,
      }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
  })

/** How many wait: asked with a page of one, whose other half is the count. */
export const unreadQuery = queryOptions({
  queryKey: ['notifications', 'unread'],
  queryFn: async ({ signal }) => (await exchange('/v1/notifications?limit=1', Inbox, { signal })).unread,
})

export const Left = z.strictObject({ unread: z.number().int().nonnegative() })

export const markRead = (what: { ids?: readonly number[]; upTo?: number }) =>
  exchange('/v1/notifications/read', Left, { body: what })

const Preference = z.strictObject({ kind: Kind, page: z.boolean(), email: z.boolean() })
export type Preference = z.infer<typeof Preference>
export const Preferences = z.strictObject({ preferences: z.array(Preference) })

export const preferencesQuery = queryOptions({
  queryKey: ['notifications', 'preferences'],
  queryFn: async ({ signal }) => (await exchange('/v1/notifications/preferences', Preferences, { signal })).preferences,
})

export type PreferenceChange = { kind: NotificationKind; channel: 'page' | 'email'; wanted: boolean }

export const changePreferences = async (changes: readonly PreferenceChange[]) =>
  (await exchange('/v1/notifications/preferences', Preferences, { method: 'PUT', body: { changes } })).preferences

export const Email = z.strictObject({
  sendsMail: z.boolean(),
  address: z.string().nullable(),
  confirmedAt: Instant.nullable(),
})

export const emailQuery = queryOptions({
  queryKey: ['notifications', 'email'],
  queryFn: ({ signal }) => exchange('/v1/notifications/email', Email, { signal }),
})

export const nameEmail = (address: string) =>
  exchange('/v1/notifications/email', Email, { method: 'PUT', body: { address } })

export const forgetEmail = () => exchange('/v1/notifications/email', Email, { method: 'DELETE' })

export const confirmEmail = (token: string) =>
  exchange('/v1/notifications/email/confirmations', z.unknown(), { body: { token } })

export const Stopped = z.strictObject({ stopped: z.string() })

export const stopLetters = (token: string) =>
  exchange(`/v1/notifications/unsubscriptions/${encodeURIComponent(token)}`, Stopped, { method: 'POST' })
