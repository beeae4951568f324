import { Client } from 'pg'

const AGAIN_MS = 1000

/**
 * Hears `pg_notify` of committed transactions. A connection that breaks is made anew; what was said meanwhile is lost, so
 * `onConnected` is told whenever listening begins: then look for yourself.
 */
export function listen(it: {
  readonly url: string
  readonly channel: string
  readonly onNotice: (payload: string) => void
  readonly onConnected: () => void
}): { close(): Promise<void> } {
  let client: Client | undefined
  let timer: NodeJS.Timeout | undefined
  let closed = false

  const connect = async () => {
    const mine = new Client({ connectionString: it.url, keepAlive: true, connectionTimeoutMillis: 5000 })
    client = mine
    let gone = false
    const again = () => {
      if (gone) return
      gone = true
      mine.end().catch(() => undefined)
      if (!closed) timer = setTimeout(connect, AGAIN_MS)
    }
    mine.on('error', again)
    mine.on('end', again)
    mine.on('notification', ({ payload }) => it.onNotice(payload ?? ''))
    try {
      await mine.connect()
      await mine.query(`LISTEN ${mine.escapeIdentifier(it.channel)}`)
      it.onConnected()
    } catch {
      again()
    }
  }
  void connect()
  return {
    async close() {
      closed = true
      clearTimeout(timer)
      await client?.end().catch(() => undefined)
    },
  }
}
