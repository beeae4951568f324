import { type NotificationKind, notificationKinds } from '@opem/domain'
import type { OperationalStore } from '../../operational/store.ts'
import type { Reader } from './links.ts'

export const CHANNELS = ['page', 'email'] as const
export type Channel = (typeof CHANNELS)[number]

/** Whether somebody wants a kind of notification, by channel. */
export type Preferences = Readonly<Record<NotificationKind, Readonly<Record<Channel, boolean>>>>

/** Unless somebody says otherwise: everything on the page, nothing by e-mail. */
export const DEFAULT: Readonly<Record<Channel, boolean>> = { page: true, email: false }

type Rows = OperationalStore['rows']

export async function readPreferences(rows: Rows, { account, did }: Reader): Promise<Preferences> {
  const found = await rows<{ kind: string; channel: Channel; wanted: boolean }>(
    'SELECT kind, channel, wanted FROM market_notification_preferences WHERE account = $1 AND did = $2',
    [account, did],
  )
  const said = new Map(found.map(({ kind, channel, wanted }) => [`${kind} ${channel}`, wanted]))
  const of = (kind: string, channel: Channel) => said.get(`${kind} ${channel}`) ?? DEFAULT[channel]
  return Object.fromEntries(
    notificationKinds.map((kind) => [kind, { page: of(kind, 'page'), email: of(kind, 'email') }]),
  ) as Preferences
}

export const storePreference = (
  rows: Rows,
  { account, did }: Reader,
  { kind, channel, wanted }: { kind: NotificationKind; channel: Channel; wanted: boolean },
) =>
  rows(
    `INSERT INTO market_notification_preferences (account, did, kind, channel, wanted) VALUES ($1, $2, $3, $4, $5)
     ON CONFLICT (account, did, kind, channel) DO UPDATE SET wanted = excluded.wanted`,
    [account, did, kind, channel, wanted],
  )

/** Ends letters of one kind, or of all. */
export async function stopLetters(rows: Rows, reader: Reader, kind: string): Promise<void> {
  for (const one of notificationKinds)
    if (kind === 'all' || kind === one)
      await storePreference(rows, reader, { kind: one, channel: 'email', wanted: false })
}
