import { OpemError } from '@opem/domain'
import { rejectedReading } from '../deliver/deliver-items.ts'
import { MOST_READINGS, type UnifiedApi } from '../deliver/unified-api.ts'
import type { MeterReading } from '../harmonise/meter-reading.ts'
import { type Login, type Message, subscribe } from '../mqtt/subscribe.ts'
import { INGEST_CLIENT, TELEGRAM_TOPICS } from '../mqtt/topics.ts'
import { harmoniseBatch } from './harmonise-batch.ts'
import type { RegisterMemory } from './register-memory.ts'

export interface IngestOptions {
  readonly mqttUrl: string
  /** Proves ingest to the broker; unset: what the URL says. */
  readonly login?: () => Promise<Login>
  readonly api: UnifiedApi
  readonly memory: RegisterMemory
  /** length of the readings made from registers */
  readonly seconds: MeterReading['seconds']
  /** epoch seconds */
  readonly now: () => number
  readonly onConnected?: () => void
  readonly log?: (line: string) => void
}

export interface IngestHealth {
  readonly status: 'ready' | 'waiting-for-broker' | 'waiting-for-api'
  readonly telegrams: number
  readonly accepted: number
  readonly duplicates: number
  readonly rejected: number
  /** telegrams received and not yet acknowledged */
  readonly pending: number
  readonly lastError?: string
}

/** Most telegrams under way, and of one delivery: MQTT 3.1.1 §2.3.1 has 65,535 packet identifiers. */
const MOST_MESSAGES = 50_000
/** A session is resumed when nothing has come for this long: what waited and what is new arrive mixed. */
const QUIET_MS = 300
/** How long telegrams gather before they are delivered together. */
const GATHER_MS = 50
/** Rest after a delivery failed; the client below has already tried with back-off. */
const RETRY_MS = 1000

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

/**
 * MQTT → harmonise → unified API. A telegram is acknowledged only after the API has answered that its reading is durable
 * and the registers it brought are kept; whatever dies in between is delivered again, and the same claim twice is one.
 */
export function startIngest({ mqttUrl, login, api, memory, seconds, now, onConnected, log }: IngestOptions) {
  const counts = { telegrams: 0, accepted: 0, duplicates: 0, rejected: 0 }
  let waiting: Message[] = []
  let inDelivery = 0
  let lastError: string | undefined
  let stopped = false
  let resuming = true
  let arrivedAt = 0
  let running: Promise<void> | undefined

  const deliver = async (messages: readonly Message[]) => {
    const { readings, rejected, registers } = harmoniseBatch(messages, memory.meters, { seconds, now: now() })
    const kept = [...rejected]
    for (let at = 0; at < readings.length; at += MOST_READINGS) {
      const part = readings.slice(at, at + MOST_READINGS)
      const answer = await postOrKeep(api, part)
      counts.accepted += answer.accepted
      counts.duplicates += answer.duplicates
      counts.rejected += answer.rejected
      kept.push(...answer.kept)
    }
    if (kept.length > 0) await api.postRejected(kept)
    counts.rejected += kept.length
    if (registers.size > 0) {
      for (const [meter, state] of registers) memory.meters.set(meter, state)
      await memory.save()
    }
    for (const message of messages) message.ack()
    counts.telegrams += messages.length
    lastError = undefined
  }

  const run = async () => {
    while (waiting.length > 0 && !stopped) {
      // Wait for the rest of what is arriving now: one insert for many telegrams.
      if (waiting.length < MOST_MESSAGES) await pause(GATHER_MS)
      while (resuming && waiting.length < MOST_MESSAGES && Date.now() - arrivedAt < QUIET_MS) await pause(GATHER_MS)
      resuming = false
      const messages = waiting.slice(0, MOST_MESSAGES)
      waiting = waiting.slice(MOST_MESSAGES)
      inDelivery = messages.length
      try {
        await deliver(messages)
      } catch (error) {
        lastError = error instanceof OpemError ? error.shortMessage : String(error)
        if (stopped) return
        log?.(`not delivered, trying again: ${lastError}`)
        waiting = [...messages, ...waiting]
        inDelivery = 0
        await pause(RETRY_MS)
      } finally {
        inDelivery = 0
      }
    }
  }
  const start = () => {
    running ??= run().finally(() => {
      running = undefined
      if (waiting.length > 0 && !stopped) start()
    })
  }

  const subscription = subscribe({
    url: mqttUrl,
    ...(login && { login }),
    clientId: INGEST_CLIENT,
    topics: [TELEGRAM_TOPICS],
    onMessage(message) {
      waiting.push(message)
      arrivedAt = Date.now()
      start()
    },
    onConnected() {
      resuming = true
      onConnected?.()
    },
    window: MOST_MESSAGES,
    onDisconnected(reason) {
      // What waited is unacknowledged: the broker sends it again on the next connection.
      waiting = []
      log?.(`broker lost, connecting again: ${reason}`)
    },
  })

  return {
    health(): IngestHealth {
      const status = !subscription.connected ? 'waiting-for-broker' : lastError ? 'waiting-for-api' : 'ready'
      return { status, ...counts, pending: waiting.length + inDelivery, ...(lastError ? { lastError } : {}) }
    },
    async close() {
      stopped = true
      await subscription.close()
      await running
    },
  }
}

/** The API refused ingest, not the readings: they wait until ingest is known again. */
const isAboutIngest = ({ code }: OpemError) =>
  code === 'ERR_SIGN_IN_NEEDED' || code === 'ERR_NOT_ALLOWED' || code.startsWith('ERR_SIGNATURE_')

/** A batch that the API refuses as a whole for good is kept as rejected, or one reading would stop all others for ever. */
async function postOrKeep(api: UnifiedApi, readings: readonly MeterReading[]) {
  try {
    const { accepted, duplicates, rejected } = await api.postReadings(readings)
    // Single readings that the API refuses it keeps by itself.
    return { accepted, duplicates, rejected: rejected.length, kept: [] }
  } catch (error) {
    if (!(error instanceof OpemError) || error.retryable || isAboutIngest(error)) throw error
    const kept = readings.map((reading) => rejectedReading(reading, error.code, error.shortMessage))
    return { accepted: 0, duplicates: 0, rejected: 0, kept }
  }
}
