import { createHash } from 'node:crypto'
import { TLSSocket } from 'node:tls'
import type { AedesOptions, Client } from 'aedes'
import { checkPassword, createUsed } from '../mqtt/password.ts'
import { INGEST_CLIENT, meterOfTopic, TELEGRAM_TOPICS } from '../mqtt/topics.ts'
import type { RefusalCode, Refusals } from './refusals.ts'
import { type BrokerSystem, mayPublishFor, type Systems } from './systems.ts'

type Handlers = Required<Pick<AedesOptions, 'authenticate' | 'authorizeSubscribe' | 'authorizeForward'>>

/**
 * Who may do what at the broker. A client proves a system when it connects: by a TLS client certificate on the TLS listener,
 * by a signed password on the plain one. From then on each message asks anew whether that system still is what it was, so
 * that a revoked one is refused in the middle of a connection.
 */
export function authoriseBy(
  systems: Systems,
  refusals: Refusals,
  now: () => number = () => Math.floor(Date.now() / 1000),
): Handlers & { mayPublish(client: Client | null, topic: string): boolean } {
  const proved = new WeakMap<Client, () => BrokerSystem | undefined>()
  const used = createUsed(now())

  /** The system behind a client, as it is configured now. */
  const systemOf = (client: Client): BrokerSystem | undefined => proved.get(client)?.()

  async function prove(client: Client, username?: string, password?: Buffer): Promise<RefusalCode | undefined> {
    if (client.conn instanceof TLSSocket) {
      const { raw, valid_from, valid_to } = client.conn.getPeerCertificate()
      if (!raw) return 'ERR_BROKER_NOBODY'
      const fingerprint = createHash('sha256').update(raw).digest('hex')
      const system = systems.byCertificate(fingerprint)
      if (!system) return 'ERR_BROKER_UNKNOWN'
      const isInForce = () => Date.parse(valid_from) <= now() * 1000 && now() * 1000 < Date.parse(valid_to)
      if (!isInForce()) return 'ERR_BROKER_CERTIFICATE'
      proved.set(client, () => (isInForce() ? sameSystem(system, systems.byCertificate(fingerprint)) : undefined))
      return undefined
    }
    if (!username || !password) return 'ERR_BROKER_NOBODY'
    const system = systems.byId(username)
    const { publicKey } = system ?? {}
    if (!system || !publicKey) return 'ERR_BROKER_UNKNOWN'
    const login = { username, password: password.toString('utf8') }
    const checked = await checkPassword(login, { publicKey, now: now(), used })
    if (!checked.ok) return checked.code
    proved.set(client, () => {
      const today = systems.byId(username)
      return today?.id === system.id && today.publicKey?.x === publicKey.x ? today : undefined
    })
    return undefined
  }

  return {
    authenticate(client, username, password, done) {
      prove(client, username, password).then(
        (code) => {
          const system = systemOf(client)
          if (code === undefined && system) {
            nameSession(client, system)
            return done(null, true)
          }
          refusals.refused(code ?? 'ERR_BROKER_REVOKED', knownId(systems, username))
          done(Object.assign(new Error(code), { returnCode: 5 }), false)
        },
        () => done(Object.assign(new Error('ERR_BROKER'), { returnCode: 3 }), false),
      )
    },
    mayPublish(client, topic) {
      const system = client && systemOf(client)
      const meter = meterOfTopic(topic)
      const code = !system
        ? 'ERR_BROKER_REVOKED'
        : meter === undefined
          ? 'ERR_BROKER_TOPIC'
          : mayPublishFor(system, meter)
            ? undefined
            : 'ERR_BROKER_METER'
      if (code === undefined) return true
      refusals.refused(code, system?.id)
      return false
    },
    authorizeSubscribe(client, subscription, done) {
      const system = systemOf(client)
      if (system?.subscribes && subscription.topic === TELEGRAM_TOPICS) return done(null, subscription)
      refusals.refused('ERR_BROKER_SUBSCRIBE', system?.id)
      done(null, null)
    },
    // What is queued for a session goes to ingest alone, whatever else went wrong before.
    authorizeForward: (client, packet) => (systemOf(client)?.subscribes ? packet : null),
  }
}

/** The same system under the same certificate, with what it may do now. */
const sameSystem = (before: BrokerSystem, today: BrokerSystem | undefined) =>
  today?.id === before.id ? today : undefined

/** Nobody takes over another's session: ingest has its own name, all others live under the name of their system. */
function nameSession(client: Client, system: BrokerSystem): void {
  const session = client as { id: string }
  session.id = system.subscribes ? INGEST_CLIENT : `${system.id}/${client.id}`
}

const knownId = (systems: Systems, username: string | undefined) =>
  username === undefined ? undefined : systems.byId(username)?.id
