import { connect as connectTcp, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { OpemError } from '@opem/domain'
import mqtt, { type Packet } from 'mqtt-packet'

/** One message and its acknowledgement, which may come any time later and in any order. */
export interface Message {
  readonly topic: string
  readonly payload: Buffer
  /** tells the broker that the message is safe; does nothing when the connection it came over is gone (it comes again) */
  ack(): void
}

export interface SubscribeOptions {
  /** `mqtt://` or `mqtts://` with optional user:password */
  readonly url: string
  /** names the persistent session at the broker */
  readonly clientId: string
  /** Proves who subscribes, asked for anew for each connection; unset: what the URL says. */
  readonly login?: () => Promise<Login>
  readonly topics: readonly string[]
  readonly onMessage: (message: Message) => void
  readonly onConnected?: () => void
  readonly onDisconnected?: (reason: string) => void
  /** most unacknowledged messages; the socket rests above it */
  readonly window?: number
  readonly keepAliveSeconds?: number
}

/** What an MQTT client says to prove who it is. */
export interface Login {
  readonly username: string
  readonly password: string
}

const FIRST_WAIT = 200
const LONGEST_WAIT = 5_000

/**
 * A persistent MQTT 3.1.1 subscription (QoS 1, clean session off) that acknowledges late: the stock client confirms one
 * message before it reads the next, so nothing could be stored in batches. Reconnects until closed.
 */
export function subscribe(options: SubscribeOptions): { close(): Promise<void>; readonly connected: boolean } {
  let closed = false
  let wait = FIRST_WAIT
  let current: ReturnType<typeof openSession> | undefined
  let timer: NodeJS.Timeout | undefined
  const open = async () => {
    const login = await options.login?.()
    if (closed) return
    current = openSession(options, login ?? credentials(options.url), {
      accepted() {
        wait = FIRST_WAIT
        options.onConnected?.()
      },
      lost(reason) {
        if (closed) return
        options.onDisconnected?.(reason)
        timer = setTimeout(() => void open(), wait)
        wait = Math.min(wait * 2, LONGEST_WAIT)
      },
    })
  }
  void open()
  return {
    get connected() {
      return current?.accepted() === true
    },
    async close() {
      closed = true
      clearTimeout(timer)
      await current?.end()
    },
  }
}

function openSession(
  options: SubscribeOptions,
  { username, password }: Partial<Login>,
  { accepted, lost }: { accepted(): void; lost(reason: string): void },
) {
  const { clientId, topics, onMessage, window = 10_000, keepAliveSeconds = 30 } = options
  const socket = dial(options.url)
  const parser = mqtt.parser({ protocolVersion: 4 })
  let isAccepted = false
  let open = true
  let unacknowledged = 0
  let reason = 'the connection was closed'
  const write = (packet: Packet) => {
    if (open) socket.write(mqtt.generate(packet))
  }
  socket.once(options.url.startsWith('mqtts:') ? 'secureConnect' : 'connect', () =>
    write({
      cmd: 'connect',
      protocolId: 'MQTT',
      protocolVersion: 4,
      clientId,
      clean: false,
      keepalive: keepAliveSeconds,
      ...(username && { username }),
      ...(password && { password: Buffer.from(password) }),
    }),
  )
  // MQTT 3.1.1 §3.1.2.10: the broker drops us after 1.5 × keep-alive without a packet.
  const ping = setInterval(() => write({ cmd: 'pingreq' }), keepAliveSeconds * 1000)
  socket.setTimeout(10_000, () => {
    if (!isAccepted) socket.destroy(new Error('no answer within 10 s'))
  })
  parser.on('packet', (packet: Packet) => {
    if (packet.cmd === 'connack') {
      if (packet.returnCode !== 0) socket.destroy(new Error(`the broker refused with code ${packet.returnCode}`))
      else write({ cmd: 'subscribe', messageId: 1, subscriptions: topics.map((topic) => ({ topic, qos: 1 as const })) })
    } else if (packet.cmd === 'suback') {
      if (packet.granted.some((granted) => granted === 128))
        return void socket.destroy(new Error('the broker refused the subscription'))
      isAccepted = true
      accepted()
    } else if (packet.cmd === 'publish') {
      const { messageId, topic, payload, qos } = packet
      unacknowledged++
      if (unacknowledged >= window) socket.pause()
      let done = false
      const ack = () => {
        if (done) return
        done = true
        unacknowledged--
        if (unacknowledged < window) socket.resume()
        if (qos === 1 && messageId !== undefined) write({ cmd: 'puback', messageId })
      }
      onMessage({ topic, payload: typeof payload === 'string' ? Buffer.from(payload) : payload, ack })
    }
  })
  parser.on('error', (error: Error) => socket.destroy(error))
  socket.on('data', (bytes: Buffer) => parser.parse(bytes))
  socket.on('error', (error) => {
    reason = error.message
  })
  const ended = new Promise<void>((resolve) =>
    socket.once('close', () => {
      open = false
      isAccepted = false
      clearInterval(ping)
      resolve()
      lost(reason)
    }),
  )
  return {
    accepted: () => isAccepted,
    async end() {
      write({ cmd: 'disconnect' })
      socket.end()
      const force = setTimeout(() => socket.destroy(), 1000)
      socket.resume()
      await ended
      clearTimeout(force)
    },
  }
}

function dial(url: string): Socket {
  const { protocol, hostname, port } = new URL(url)
  const host = hostname.replace(/^\[|\]$/g, '')
  if (protocol === 'mqtt:') return connectTcp({ host, port: Number(port || 1883) })
  if (protocol === 'mqtts:') return connectTls({ host, port: Number(port || 8883), servername: host })
  throw new OpemError({
    code: 'ERR_MQTT_URL',
    shortMessage: `"${url}" is no MQTT address; needed mqtt://host:port or mqtts://host:port`,
  })
}

function credentials(url: string): Partial<Login> {
  const { username, password } = new URL(url)
  return { username: decodeURIComponent(username), password: decodeURIComponent(password) }
}
