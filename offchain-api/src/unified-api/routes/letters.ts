import { formatInstant } from '@opem/domain'
import { z } from 'zod'
import {
  askAddress,
  confirmAddress,
  noLink,
  readAddress,
  removeAddress,
} from '../../marketplace/notifications/addresses.ts'
import { stopLetters } from '../../marketplace/notifications/preferences.ts'
import { Refusal } from '../problem.ts'
import { defineRoute } from '../route.ts'
import { instantText } from '../shapes.ts'
import { readerOf } from './notifications.ts'

const address = z
  .object({
    sendsMail: z.boolean().meta({ description: 'whether this marketplace sends e-mail at all' }),
    address: z.string().nullable(),
    confirmedAt: instantText.nullable().meta({ description: 'null: its reader has not confirmed it' }),
  })
  .meta({ id: 'EmailAddress' })

const format = (sendsMail: boolean, it: Awaited<ReturnType<typeof readAddress>>) => ({
  sendsMail,
  address: it?.address ?? null,
  confirmedAt: it?.confirmedAt ? formatInstant(it.confirmedAt) : null,
})

export const getEmailAddress = defineRoute({
  method: 'get',
  path: '/v1/notifications/email',
  summary: "Where the caller's letters go.",
  access: 'own-session',
  answers: address,
  handle: async (_input, { store, notifications }, access) =>
    format(notifications.sendsMail, await readAddress(store.rows, readerOf(access))),
})

export const putEmailAddress = defineRoute({
  method: 'put',
  path: '/v1/notifications/email',
  summary: 'Names an address: a letter goes there with a link, and nothing else until its reader opens it.',
  access: 'own-session',
  body: z.strictObject({ address: z.email().max(254) }),
  answers: address,
  async handle({ body }, { store, notifications, access: { now } }, access) {
    const reader = readerOf(access)
    if (!notifications.sendsMail)
      throw new Refusal(409, 'ERR_NO_MAIL', 'this marketplace sends no e-mail; its operator sets OPEM_SMTP_URL')
    await store.transaction(async (rows) => {
      await askAddress(rows, reader, body.address, now())
      await notifications.askToConfirm(rows, reader)
    })
    return format(true, await readAddress(store.rows, reader))
  },
})

export const deleteEmailAddress = defineRoute({
  method: 'delete',
  path: '/v1/notifications/email',
  summary: 'Forgets the address: no letter goes there any more.',
  access: 'own-session',
  answers: address,
  async handle(_input, { store, notifications }, access) {
    await removeAddress(store.rows, readerOf(access))
    return format(notifications.sendsMail, undefined)
  },
})

const token = z.string().regex(/^[A-Za-z0-9_-]{1,1000}\.[A-Za-z0-9_-]{43}$/, 'open the link of the letter as it is')

export const postEmailConfirmation = defineRoute({
  method: 'post',
  path: '/v1/notifications/email/confirmations',
  summary: 'Confirms an address by the link that was sent there.',
  access: 'public',
  limited: {},
  body: z.strictObject({ token }),
  answers: z.object({ confirmed: z.literal(true) }),
  async handle({ body }, { store, notifications, access: { now } }) {
    await confirmAddress(store, notifications.links, body.token, now())
    return { confirmed: true }
  },
})

export const postUnsubscription = defineRoute({
  method: 'post',
  path: '/v1/notifications/unsubscriptions/{token}',
  summary:
    "Ends letters of one kind, or all, by the link of a letter: a mail program's own button (RFC 8058) asks here.",
  access: 'public',
  limited: {},
  params: z.strictObject({ token }),
  form: true,
  answers: z.object({ stopped: z.string().meta({ description: 'the kind, or "all"' }) }),
  async handle({ params }, { store, notifications }) {
    const link = await notifications.links.readStop(params.token)
    if (!link) throw noLink()
    await stopLetters(store.rows, link, link.kind)
    return { stopped: link.kind }
  },
})
