import type { NotificationKind } from '@opem/domain'
import { formatInstant, NOTIFICATION_KINDS } from '@opem/domain'
import type { About } from './notify.ts'

/** A notification as its letters are made of it. */
export interface StoredNotice {
  readonly message: string
  readonly kind: NotificationKind
  readonly about: About
  readonly title: string
  readonly text: string
  readonly link: string
  readonly writtenAt: number
}

export interface Letter {
  readonly subject: string
  readonly text: string
  readonly headers: Readonly<Record<string, string>>
}

/** A notification as an e-mail in plain text: what, where to see more, and how to get no more of these. */
export function letterOf(notice: StoredNotice, { page, stop, stopAll, stopPost }: LetterLinks): Letter {
  return {
    subject: `OPEM: ${notice.title}`,
    text: [
      notice.text,
      '',
      `See more: ${page}${notice.link}`,
      '',
      '--',
      `You get this letter because you asked for “${NOTIFICATION_KINDS[notice.kind]}” by e-mail.`,
      `No more of these: ${stop}`,
      `No more letters at all: ${stopAll}`,
      '',
    ].join('\n'),
    // RFC 8058: a mail program's own button.
    headers: { 'List-Unsubscribe': `<${stopPost}>`, 'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click' },
  }
}

export interface LetterLinks {
  /** Where the marketplace's page is reached. */
  readonly page: string
  readonly stop: string
  readonly stopAll: string
  readonly stopPost: string
}

export const confirmationOf = (page: string, token: string): Pick<Letter, 'subject' | 'text'> => ({
  subject: 'OPEM: confirm your e-mail address',
  text: [
    'Somebody who is signed in to the OPEM marketplace asked for letters to this address.',
    'If that was you, open this link within 24 hours:',
    '',
    `${page}/notifications/confirm#${token}`,
    '',
    'If it was not you, do nothing: no further letter comes.',
    '',
  ].join('\n'),
})

/** A notification as a webhook's body. */
export const webhookBody = (notice: StoredNotice, account: string): string =>
  JSON.stringify({
    type: notice.kind,
    timestamp: formatInstant(notice.writtenAt),
    data: { account, title: notice.title, text: notice.text, link: notice.link, about: notice.about },
  })
