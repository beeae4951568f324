import { stayConnected } from './connected.ts'

/**
 * Hears `pg_notify` of committed transactions. A connection that breaks is made anew; what was said meanwhile is lost, so
 * `onConnected` is told whenever listening begins: then look for yourself.
 */
export const listen = (it: {
  readonly url: string
  readonly channel: string
  readonly onNotice: (payload: string) => void
  readonly onConnected: () => void
}): { close(): Promise<void> } =>
  stayConnected({
    url: it.url,
    async begin(client) {
      client.on('notification', ({ payload }) => it.onNotice(payload ?? ''))
      await client.query(`LISTEN ${client.escapeIdentifier(it.channel)}`)
      it.onConnected()
    },
  })
