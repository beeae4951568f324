import { createGuardedFetch } from '@opem/ssi/guarded-fetch'
import { PgBoss } from 'pg-boss'
import { listen } from '../../operational/listen.ts'
import type { OperationalStore } from '../../operational/store.ts'
import { readAddress } from './addresses.ts'
import { deliver } from './deliver.ts'
import { CONFIRMATIONS, dispatch, LETTERS, throughRows } from './dispatch.ts'
import { confirmationOf } from './letters.ts'
import { createLinks, type Links, type Reader } from './links.ts'
import { createMailer, isFinal, type MailSettings } from './mailer.ts'
import { NOTICE_CHANNEL } from './notify.ts'
import { createDeriveSecret, type DeriveSecret } from './own-key.ts'

export interface NotificationSettings {
  /** undefined: no e-mail is sent. */
  readonly mail: MailSettings | undefined
  /** Seconds before the second try of a letter; every further wait is twice as long, an hour at most. */
  readonly retrySeconds: number
}

/** What routes work with. */
export interface NotificationParts {
  readonly links: Links
  readonly derive: DeriveSecret
  readonly sendsMail: boolean
  /** Webhooks may be on this machine: development. */
  readonly allowLoopback: boolean
  /** Queues the letter that asks an address to be confirmed, within a transaction. */
  askToConfirm(rows: OperationalStore['rows'], reader: Reader): Promise<void>
}

const TRIES = 12
const LONGEST_WAIT_SECONDS = 3600
/** A letter that takes longer than its timeouts allow belonged to a process that died. */
const EXPIRE_SECONDS = 30
/** A letter whose process was silent for so long belonged to one that died: another takes it up. */
const HEARTBEAT_SECONDS = 10
const LOOK_MS = 5000

/** Carries notifications out of the house: what was committed is sent, whatever is restarted when. */
export function createNotifications(it: {
  readonly settings: NotificationSettings
  readonly store: OperationalStore
  /** Once the store is migrated. */
  readonly ready: () => Promise<void>
  readonly postgresUrl: string
  readonly dir: string
  readonly page: () => string
  readonly operatorDids: readonly string[]
  readonly development: boolean
  /** Somebody has a new notification. */
  readonly onNotice: (account: string) => void
  readonly log: (line: string) => void
}): NotificationParts & { close(): Promise<void> } {
  const { store, settings } = it
  const derive = createDeriveSecret(it.dir)
  const links = createLinks(derive)
  const mailer = settings.mail && createMailer(settings.mail)
  const now = () => Math.floor(Date.now() / 1000)
  const boss = new PgBoss({
    ...{ connectionString: it.postgresUrl, max: 3, schedule: false, monitorVacuum: false },
    // Supervision gives a dead process's letters to the next one; by default it comes once a minute.
    ...{ monitorIntervalSeconds: 5, superviseIntervalSeconds: 5 },
    application_name: 'opem letters',
  })
  // Its errors are those of a store that is away, which it outlives by itself; foreign messages are not logged.
  boss.on('error', (cause) => it.log(`api: letters wait: ${'code' in cause ? cause.code : cause.name}`))

  const operators = async (rows: OperationalStore['rows']) =>
    (await rows<{ account: string }>('SELECT account FROM accounts WHERE did = ANY($1)', [it.operatorDids])).map(
      ({ account }) => account,
    )
  const parts = {
    ...{ store, links, derive, now, send: mailer?.send },
    fetch: createGuardedFetch({ allowLoopback: it.development, timeoutMs: 10_000 }),
    get page() {
      return it.page()
    },
  }

  async function confirm({ account, did, askedAt }: Reader & { askedAt: number }): Promise<void> {
    const asked = await readAddress(store.rows, { account, did })
    if (!mailer || !asked || asked.askedAt !== askedAt || asked.confirmedAt !== null) return
    const token = await links.confirm({ account, did }, asked.address, askedAt)
    // The address is wrong for ever: asking again is of no use, and its owner sees that no letter came.
    await mailer
      .send({ ...confirmationOf(it.page(), token), to: asked.address, id: `confirm-${token.slice(-22)}` })
      .catch((cause) => {
        if (!isFinal(cause)) throw new Error('ERR_MAIL_AWAY')
      })
  }

  let started = false
  let closed = false
  let working: Promise<void> = Promise.resolve()
  const look = () => {
    if (closed) return
    working = working.then(run).catch(() => undefined)
  }
  const wakers: string[] = []

  async function start(): Promise<void> {
    await it.ready()
    await boss.start()
    const retry = {
      ...{
        retryLimit: TRIES - 1,
        retryDelay: settings.retrySeconds,
        retryBackoff: true,
        retryDelayMax: LONGEST_WAIT_SECONDS,
      },
      ...{ expireInSeconds: EXPIRE_SECONDS, heartbeatSeconds: HEARTBEAT_SECONDS, deleteAfterSeconds: 86_400 },
    }
    for (const queue of [LETTERS, CONFIRMATIONS]) {
      await boss.createQueue(queue, retry)
      await boss.updateQueue(queue, retry)
    }
    const options = { includeMetadata: true, localConcurrency: 4, pollingIntervalSeconds: 2 } as const
    wakers.push(
      await boss.work(LETTERS, options, async ([job]) => {
        const outcome = job && (await deliver(parts, job.id, job.retryCount >= job.retryLimit))
        if (outcome?.state === 'again') throw new Error(outcome.why)
      }),
      await boss.work<Reader & { askedAt: number }>(CONFIRMATIONS, options, async ([job]) => {
        if (job) await confirm(job.data)
      }),
    )
    started = true
  }

  async function run(): Promise<void> {
    if (!started) await start()
    while (!closed && (await dispatch(store, boss, operators)) > 0) wake()
  }
  const wake = () => {
    for (const id of wakers) boss.notifyWorker(id)
  }

  const listener = listen({
    url: it.postgresUrl,
    channel: NOTICE_CHANNEL,
    onNotice(account) {
      it.onNotice(account)
      look()
    },
    onConnected: look,
  })
  const timer = setInterval(look, LOOK_MS)
  timer.unref()

  return {
    ...{ links, derive, sendsMail: mailer !== undefined, allowLoopback: it.development },
    async askToConfirm(rows, { account, did }) {
      const asked = await readAddress(rows, { account, did })
      if (!asked || !started) throw new Error('letters are not ready')
      await boss.insert(CONFIRMATIONS, [{ data: { account, did, askedAt: asked.askedAt } }], { db: throughRows(rows) })
      wake()
    },
    async close() {
      closed = true
      clearInterval(timer)
      await listener.close()
      await working
      if (started) await boss.stop({ graceful: true, timeout: 5000 })
      mailer?.close()
    },
  }
}
