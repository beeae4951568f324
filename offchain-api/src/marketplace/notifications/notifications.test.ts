import { createHmac } from 'node:crypto'
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Hex } from '@opem/domain'
import { SMTPServer } from 'smtp-server'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createOperationalStore, type OperationalStore } from '../../operational/store.ts'
import { type AccessWorld, type Company, openAccessWorld } from '../../testing/access-world.ts'
import type { Browser } from '../../testing/browser.ts'
import { freePort, until } from '../../testing/harness.ts'
import { type Notice, notify } from './notify.ts'

// A real SMTP server and a real receiver of webhooks; both can be told to refuse.
const mails: { to: string[]; text: string }[] = []
let mailsAnswer: 'take' | 'refuse for now' | 'refuse' = 'take'
let smtp: SMTPServer
const calls: { path: string; headers: IncomingHttpHeaders; body: string }[] = []
let status = 200
let receiver: Server
let hook: string

let world: AccessWorld
let store: OperationalStore
let zoe: { browser: Browser; account: Hex; credential: string }
let company: Company
let clerk: Browser

beforeAll(async () => {
  const smtpPort = await freePort()
  smtp = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onData(stream, session, done) {
      let text = ''
      stream.on('data', (bytes: Buffer) => (text += bytes))
      stream.on('end', () => {
        if (mailsAnswer !== 'take')
          return done(Object.assign(new Error('no'), { responseCode: mailsAnswer === 'refuse' ? 550 : 451 }))
        mails.push({ to: session.envelope.rcptTo.map(({ address }) => address), text: text.replaceAll('=\r\n', '') })
        done()
      })
    },
  })
  await new Promise<void>((resolve) => smtp.listen(smtpPort, '127.0.0.1', resolve))
  receiver = createServer(async (request, response) => {
    let body = ''
    for await (const bytes of request) body += bytes
    calls.push({ path: request.url ?? '', headers: request.headers, body })
    response.writeHead(status).end()
  })
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve))
  hook = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`
  world = await openAccessWorld([], {
    environment: {
      ...{ OPEM_SMTP_URL: `smtp://127.0.0.1:${smtpPort}`, OPEM_MAIL_FROM: 'OPEM <opem@market.example>' },
      OPEM_NOTIFICATION_RETRY_SECONDS: '1',
    },
  })
  store = createOperationalStore({ url: world.postgres.url })
  zoe = await world.registerCitizen('Zoë')
  await zoe.browser.signIn([zoe.credential])
  company = await world.registerCompany('Acme Wind', ['service-provider'])
  clerk = world.browser('Clerk')
  await clerk.signIn([await company.employ('Clerk', ['service-provider'])])
})
afterAll(async () => {
  await store?.close()
  await company?.close()
  await world?.close()
  receiver?.close()
  await new Promise<void>((resolve) => smtp.close(resolve))
})

const notice = (over: Partial<Notice> = {}): Notice => ({
  ...{ account: zoe.account, kind: 'agreement-concluded', about: { agreement: '0xa1' } },
  ...{ words: { title: 'An agreement was concluded', text: 'It is in force from today.' }, link: '/agreements/0xa1' },
  ...over,
})
const tell = (over: Partial<Notice> = {}) => store.transaction((rows) => notify(rows, notice(over)))
const inbox = async (browser: Browser, query = '') => (await browser.call('GET', `/v1/notifications${query}`)).body
const wantsMail = (browser: Browser, kind = 'agreement-concluded', wanted = true) =>
  browser.call('PUT', '/v1/notifications/preferences', { changes: [{ kind, channel: 'email', wanted }] })
const settled = () =>
  until(async () => {
    const waiting = await store.rows(
      `SELECT 1 FROM market_notifications WHERE NOT queued UNION ALL SELECT 1 FROM market_deliveries WHERE state = 'waiting'`,
    )
    return waiting.length === 0
  }, 60)

test('who is told something finds it on the page, unread; nobody else does', async () => {
  await tell()
  const { items, unread } = await inbox(zoe.browser)
  expect(unread).toBe(1)
  expect(items).toMatchObject([
    { kind: 'agreement-concluded', title: 'An agreement was concluded', link: '/agreements/0xa1', read: false },
  ])
  expect(await inbox(clerk)).toMatchObject({ items: [], unread: 0 })
})

test('nothing is told by a transaction that fails', async () => {
  const failing = store.transaction(async (rows) => {
    await notify(rows, notice())
    throw new Error('the caller failed')
  })
  await expect(failing).rejects.toThrow('the caller failed')
  expect((await inbox(zoe.browser)).items).toHaveLength(1)
})

test('read is read for the person who read it, and for no colleague', async () => {
  await tell({ account: company.account })
  const administrator = world.browser('Acme Wind administrator')
  await administrator.signIn([await company.employ('Acme Wind administrator', ['administrator'])])
  const [item] = (await inbox(clerk)).items
  expect((await clerk.call('POST', '/v1/notifications/read', { ids: [item.id] })).body).toEqual({ unread: 0 })
  expect((await inbox(clerk)).items[0].read).toBe(true)
  expect((await inbox(administrator)).unread).toBe(1)
  expect((await administrator.call('POST', '/v1/notifications/read', { upTo: item.id })).body).toEqual({ unread: 0 })
})

test('nobody marks what is another account’s', async () => {
  const [item] = (await inbox(zoe.browser)).items
  await clerk.call('POST', '/v1/notifications/read', { ids: [item.id], upTo: 1_000_000 })
  expect((await inbox(zoe.browser)).unread).toBe(1)
})

test('the list comes in pages, the newest first', async () => {
  for (const number of [2, 3, 4]) await tell({ words: { title: `Number ${number}`, text: 'x' } })
  const first = await inbox(zoe.browser, '?limit=2')
  expect(first.items.map(({ title }: { title: string }) => title)).toEqual(['Number 4', 'Number 3'])
  const second = await inbox(zoe.browser, `?limit=2&after=${first.next}`)
  expect(second.items.map(({ title }: { title: string }) => title)).toEqual(['Number 2', 'An agreement was concluded'])
  expect(second.next).toBeNull()
  await zoe.browser.call('POST', '/v1/notifications/read', { upTo: first.items[0].id })
  expect(await inbox(zoe.browser, '?unread=true')).toMatchObject({ items: [], unread: 0 })
})

test('a kind that somebody does not want on the page is neither shown nor counted', async () => {
  const change = (wanted: boolean) =>
    zoe.browser.call('PUT', '/v1/notifications/preferences', {
      changes: [{ kind: 'rating-received', channel: 'page', wanted }],
    })
  await change(false)
  await tell({ kind: 'rating-received', words: { title: 'Five stars', text: 'x' } })
  expect(await inbox(zoe.browser)).toMatchObject({ unread: 0 })
  await change(true)
  expect(await inbox(zoe.browser)).toMatchObject({ unread: 1 })
})

test('an address gets nothing before its reader has opened the link that was sent there', async () => {
  const asked = await zoe.browser.call('PUT', '/v1/notifications/email', { address: 'zoe@people.example' })
  expect(asked.body).toEqual({ sendsMail: true, address: 'zoe@people.example', confirmedAt: null })
  await until(async () => mails.length === 1)
  await wantsMail(zoe.browser)
  await tell()
  await settled()
  expect(mails).toHaveLength(1)
  expect(mails[0]?.to).toEqual(['zoe@people.example'])
  const token = /\/notifications\/confirm#(\S+)/.exec(mails[0]?.text ?? '')?.[1]
  const forged = `${token?.split('.')[0]}.${'A'.repeat(43)}`
  const confirm = (token: string | undefined) =>
    world.browser('anybody').call('POST', '/v1/notifications/email/confirmations', { token })
  expect((await confirm(forged)).body.code).toBe('ERR_LINK')
  expect((await confirm(token)).body).toEqual({ confirmed: true })
})

test('another letter to confirm is not sent within a minute', async () => {
  const { body } = await zoe.browser.call('PUT', '/v1/notifications/email', { address: 'other@people.example' })
  expect([body.status, body.code]).toEqual([429, 'ERR_TOO_MANY'])
})

test('a letter says what happened, where to see more, and how to get no more of them', async () => {
  mails.length = 0
  await tell()
  await settled()
  const [mail] = mails
  expect(mails).toHaveLength(1)
  expect(mail?.text).toMatch(/^Subject: OPEM: An agreement was concluded/m)
  expect(mail?.text).toMatch(/^Message-ID: <[0-9a-f-]{36}@market\.example>/m)
  expect(mail?.text).toContain('/agreements/0xa1')
  expect(mail?.text).toMatch(/^List-Unsubscribe-Post: List-Unsubscribe=One-Click/m)
})

test('what was not asked for by e-mail does not come by e-mail', async () => {
  mails.length = 0
  await tell({ kind: 'payment-held' })
  await settled()
  expect(mails).toEqual([])
})

test('a server that is away for a while gets the letter later, once', async () => {
  mails.length = 0
  mailsAnswer = 'refuse for now'
  await tell()
  await until(async () => {
    const [row] = await store.rows<{ tries: number }>('SELECT max(tries) AS tries FROM market_deliveries')
    return (row?.tries ?? 0) >= 2
  }, 60)
  mailsAnswer = 'take'
  await settled()
  expect(mails).toHaveLength(1)
})

test('an address that is refused for ever is not tried again', async () => {
  mails.length = 0
  mailsAnswer = 'refuse'
  await tell()
  await settled()
  mailsAnswer = 'take'
  const [last] = await store.rows(
    'SELECT state, why, tries FROM market_deliveries ORDER BY changed_at DESC, notification DESC',
  )
  expect(last).toEqual({ state: 'dropped', why: 'ERR_MAIL_REFUSED', tries: 1 })
})

test('the mail program’s own button ends letters of that kind, without a session', async () => {
  mails.length = 0
  await tell()
  await settled()
  const url = /<(http[^>]+unsubscriptions[^>]+)>/.exec(mails[0]?.text.replaceAll(/\r\n\s+/g, '') ?? '')?.[1] ?? ''
  const answer = await fetch(url, { method: 'POST', body: new URLSearchParams({ 'List-Unsubscribe': 'One-Click' }) })
  expect([answer.status, await answer.json()]).toEqual([200, { stopped: 'agreement-concluded' }])
  mails.length = 0
  await tell()
  await settled()
  expect(mails).toEqual([])
  await wantsMail(zoe.browser)
})

let secret: string
let webhook: string

test('a webhook is signed with a secret that is shown once, and that the store does not hold', async () => {
  const made = await zoe.browser.call('POST', '/v1/notifications/webhooks', {
    url: `${hook}/opem`,
    kinds: ['payment-held'],
  })
  secret = made.body.secret
  webhook = made.body.webhook.id
  expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/)
  expect(JSON.stringify((await zoe.browser.call('GET', '/v1/notifications/webhooks')).body)).not.toContain(secret)
  expect(JSON.stringify(await store.rows('SELECT * FROM market_webhooks'))).not.toContain(secret.slice(6))
  await tell({ kind: 'payment-held', about: { payment: '0xp' }, words: { title: 'Held', text: 'Held for you.' } })
  await settled()
  const [call] = calls
  const { 'webhook-id': id, 'webhook-timestamp': at, 'webhook-signature': signature } = call!.headers
  const key = Buffer.from(secret.slice(6), 'base64')
  const mac = createHmac('sha256', key).update(`${id}.${at}.${call!.body}`).digest('base64')
  expect(signature).toBe(`v1,${mac}`)
  expect(JSON.parse(call!.body)).toMatchObject({
    type: 'payment-held',
    data: { account: zoe.account, title: 'Held', text: 'Held for you.', about: { payment: '0xp' } },
  })
})

test('a webhook gets only the kinds that it asked for', async () => {
  calls.length = 0
  await tell({ kind: 'payment-refunded' })
  await settled()
  expect(calls).toEqual([])
})

test('a new secret replaces the one before', async () => {
  const { body } = await zoe.browser.call('POST', `/v1/notifications/webhooks/${webhook}/secret`)
  expect(body.secret).not.toBe(secret)
  secret = body.secret
})

test('a webhook that answers 410 is paused, and says so', async () => {
  status = 410
  await tell({ kind: 'payment-held' })
  await settled()
  status = 200
  const [found] = (await zoe.browser.call('GET', '/v1/notifications/webhooks')).body.webhooks
  expect(found.pausedBecause).toBe('it answered 410 Gone')
  const [told] = (await zoe.browser.call('GET', '/v1/notifications')).body.items
  expect(told).toMatchObject({
    ...{ kind: 'account-changed', title: 'A webhook of yours was paused' },
    text: 'Nothing more is posted there: it answered 410 Gone.',
  })
  expect(found.deliveries[0]).toMatchObject({ kind: 'payment-held', state: 'dropped', why: 'ERR_WEBHOOK_GONE' })
  const resumed = await zoe.browser.call('POST', `/v1/notifications/webhooks/${webhook}/resume`)
  expect(resumed.body.pausedAt).toBeNull()
})

test.each([
  ['http://10.0.0.1/hook', 'ERR_WEBHOOK_URL'],
  ['https://user:password@example.org/', 'ERR_WEBHOOK_URL'],
  ['ftp://example.org/', 'ERR_WEBHOOK_URL'],
])('the webhook %s is refused or never reached', async (url, code) => {
  const made = await zoe.browser.call('POST', '/v1/notifications/webhooks', { url, kinds: ['payment-lapsed'] })
  if (made.status === 400) return expect(made.body.code).toBe(code)
  await tell({ kind: 'payment-lapsed' })
  const id = made.body.webhook.id
  const last = async () =>
    (await store.rows<{ why: string }>('SELECT why FROM market_deliveries WHERE target = $1 AND tries > 0', [id]))[0]
  await until(async () => (await last()) !== undefined)
  expect((await last())?.why).toBe('ERR_FETCH_ADDRESS')
  await zoe.browser.call('DELETE', `/v1/notifications/webhooks/${id}`)
  await store.rows('DELETE FROM market_deliveries WHERE target = $1', [id])
})

test('webhooks are the administrator’s: another representative neither sees nor makes them', async () => {
  expect((await clerk.call('GET', '/v1/notifications/webhooks')).status).toBe(403)
  expect((await clerk.call('POST', '/v1/notifications/webhooks', { url: hook })).status).toBe(403)
  const { status } = await world
    .browser('Acme Wind administrator')
    .call('DELETE', `/v1/notifications/webhooks/${webhook}`)
  expect([401, 404]).toContain(status)
})

test('what was told before kill -9 is sent after the restart, and nothing is sent twice', async () => {
  mails.length = 0
  calls.length = 0
  mailsAnswer = 'refuse for now'
  for (let number = 0; number < 10; number++)
    await tell({ words: { title: `Agreement ${number}`, text: 'x' } }).then(() => tell({ kind: 'payment-held' }))
  await until(async () => (await store.rows('SELECT 1 FROM market_deliveries WHERE tries > 0')).length > 0)
  await world.api().kill()
  mailsAnswer = 'take'
  await tell({ words: { title: 'While it was away', text: 'x' } })
  await world.restart()
  await settled()
  const subjects = mails.map(({ text }) => /^Subject: (.*)$/m.exec(text)?.[1])
  expect(new Set(subjects).size).toBe(11)
  expect(subjects).toHaveLength(11)
  const ids = calls.map(({ headers }) => headers['webhook-id'])
  expect(new Set(ids).size).toBe(10)
}, 120_000)

test('no address, name or secret is in a log line', () => {
  for (const word of ['zoe@people.example', 'people.example', 'Zoë', secret, 'whsec_', hook])
    expect(world.api().output()).not.toContain(word)
})
