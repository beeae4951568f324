import { Client } from 'pg'

const AGAIN_MS = 1000

/**
 * A connection of its own, beside the pool's, that is made anew when it breaks. `begin` is called on each: what a connection
 * listens to or holds ends with it.
 */
export function stayConnected({ url, begin }: { readonly url: string; begin(client: Client): Promise<void> }): {
  close(): Promise<void>
} {
  let client: Client | undefined
  let timer: NodeJS.Timeout | undefined
  let closed = false

  const connect = async () => {
    const mine = new Client({ connectionString: url, keepAlive: true, connectionTimeoutMillis: 5000 })
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
    try {
      await mine.connect()
      await begin(mine)
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
