import { mkdir } from 'node:fs/promises'
import { createServer, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import { Aedes } from 'aedes'
import { INGEST_CLIENT, TELEGRAM_TOPICS } from '../mqtt/topics.ts'
import { authoriseBy } from './authorise.ts'
import { inOrder, openQueueStore } from './queue-store.ts'
import { countRefusals, type Refusals } from './refusals.ts'
import type { SelfSigned } from './self-signed.ts'
import type { Systems } from './systems.ts'

export interface BrokerOptions {
  /** 0 picks a free one */
  readonly port: number
  /** folder that keeps sessions and undelivered messages */
  readonly dir: string
  /** Whom it lets in; nobody comes in without. */
  readonly systems: Systems
  /** A second listener for clients that prove themselves with a TLS client certificate. */
  readonly tls?: SelfSigned & { readonly port: number }
  readonly log?: (line: string) => void
}

export interface Broker {
  readonly port: number
  readonly url: string
  /** The TLS listener. */
  readonly tlsUrl?: string
  /** How often what was refused. */
  refusals(): ReturnType<Refusals['counts']>
  close(): Promise<void>
}

/**
 * MQTT 3.1.1 broker on 127.0.0.1 that nobody uses without identity (authorise.ts) and whose QoS 1 messages survive: a publisher's PUBACK comes after the message is on disk for
 * every subscriber, and a subscriber's message stays there until its own PUBACK. Ingest's session exists from the first
 * start, so that what meters say before ingest has ever connected is kept too.
 */
export async function startBroker({ port, dir, systems, tls, log = () => {} }: BrokerOptions): Promise<Broker> {
  await mkdir(dir, { recursive: true })
  const store = await openQueueStore(dir)
  // Queued messages are ordered by broker id, then counter: ids that grow with time keep the order across restarts.
  const id = `broker-${String(Date.now()).padStart(15, '0')}`
  const accept = inOrder(store.accept)
  const keys = new WeakMap<object, string>()
  const refusals = countRefusals(log)
  const { mayPublish, ...handlers } = authoriseBy(systems, refusals)
  const broker = await Aedes.createBroker({
    id,
    persistence: store.queue,
    ...handlers,
    // Runs before PUBACK is sent, and for last wills.
    authorizePublish(client, packet, done) {
      if (!mayPublish(client, packet.topic)) return done(new Error('not authorised to publish here'))
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
  const handle = (socket: Socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
    socket.on('error', () => socket.destroy())
    broker.handle(socket)
  }
  const plain = createServer(handle)
  const servers: Server[] = [plain]
  const actual = await listen(plain, port)
  let tlsUrl: string | undefined
  if (tls) {
    // Certificates are pinned by fingerprint, so no authority has to have signed them; that the client holds the key of the
    // one it shows is part of the handshake.
    const own = { key: tls.key, cert: tls.certificate, minVersion: 'TLSv1.2' } as const
    const secure = createTlsServer({ ...own, requestCert: true, rejectUnauthorized: false }, handle)
    servers.push(secure)
    tlsUrl = `mqtts://127.0.0.1:${await listen(secure, tls.port)}`
  }
  return {
    port: actual,
    url: `mqtt://127.0.0.1:${actual}`,
    ...(tlsUrl && { tlsUrl }),
    refusals: refusals.counts,
    async close() {
      const closed = servers.map((server) => new Promise<void>((resolve) => server.close(() => resolve())))
      await new Promise<void>((resolve) => broker.close(() => resolve()))
      for (const socket of sockets) socket.destroy()
      await Promise.all(closed)
      systems.close?.()
      await store.close()
    },
  }
}

/** Listens on loopback. @returns the port, which 0 leaves to the system */
async function listen(server: Server, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  const address = server.address()
  return typeof address === 'object' && address ? address.port : port
}
