import { mkdir } from 'node:fs/promises'
import { createServer, type Socket } from 'node:net'
import { Aedes } from 'aedes'
import { INGEST_CLIENT, TELEGRAM_TOPICS } from '../mqtt/topics.ts'
import { inOrder, openQueueStore } from './queue-store.ts'

export interface BrokerOptions {
  /** 0 picks a free one */
  readonly port: number
  /** folder that keeps sessions and undelivered messages */
  readonly dir: string
}

export interface Broker {
  readonly port: number
  readonly url: string
  close(): Promise<void>
}

/**
 * MQTT 3.1.1 broker on 127.0.0.1 whose QoS 1 messages survive: a publisher's PUBACK comes after the message is on disk for
 * every subscriber, and a subscriber's message stays there until its own PUBACK. Ingest's session exists from the first
 * start, so that what meters say before ingest has ever connected is kept too.
 */
export async function startBroker({ port, dir }: BrokerOptions): Promise<Broker> {
  await mkdir(dir, { recursive: true })
  const store = await openQueueStore(dir)
  // Queued messages are ordered by broker id, then counter: ids that grow with time keep the order across restarts.
  const id = `broker-${String(Date.now()).padStart(15, '0')}`
  const accept = inOrder(store.accept)
  const keys = new WeakMap<object, string>()
  const broker = await Aedes.createBroker({
    id,
    persistence: store.queue,
    // Runs before PUBACK is sent.
    authorizePublish(_client, packet, done) {
      if (packet.topic.startsWith('$SYS/')) return done(new Error('$SYS topics are the broker’s own'))
      if (packet.qos !== 1) return done(null)
      const payload = Buffer.isBuffer(packet.payload) ? packet.payload : Buffer.from(packet.payload)
      accept({ topic: packet.topic, payload }).then(
        (key) => {
          keys.set(packet.payload as Buffer, key)
          done(null)
        },
        (error: Error) => done(error),
      )
    },
    // Runs after the message stands in every subscriber's queue.
    published(packet, _client, done) {
      const key = Buffer.isBuffer(packet.payload) ? keys.get(packet.payload) : undefined
      if (key === undefined) return done(null)
      store.release(key).then(() => done(null), done)
    },
  })
  await store.queue.addSubscriptions({ id: INGEST_CLIENT }, [
    { topic: TELEGRAM_TOPICS, qos: 1, rh: 0, rap: false, nl: false },
  ])
  for await (const { key, topic, payload } of store.accepted()) {
    await new Promise<void>((resolve, reject) => {
      const packet = { cmd: 'publish', topic, payload, qos: 1, retain: false, dup: false } as const
      broker.publish(packet, (error) => (error ? reject(error) : resolve()))
    })
    await store.release(key)
  }
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
    broker.handle(socket)
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  const address = server.address()
  const actual = typeof address === 'object' && address ? address.port : port
  return {
    port: actual,
    url: `mqtt://127.0.0.1:${actual}`,
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      await new Promise<void>((resolve) => broker.close(() => resolve()))
      for (const socket of sockets) socket.destroy()
      await closed
      await store.close()
    },
  }
}
