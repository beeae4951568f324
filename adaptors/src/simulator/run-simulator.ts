import { isoInstant } from '../harmonise/instant.ts'
import { connectAs, type Proof } from '../mqtt/connect.ts'
import { formatTelegram } from '../mqtt/telegram.ts'
import { topicOf } from '../mqtt/topics.ts'
import type { SimulatorConfig } from './config.ts'
import { intervalEnergy, QUARTER, registersOf } from './energy.ts'

export interface SimulatorOptions {
  readonly mqttUrl: string
  /** Who the meters' system is to the broker. */
  readonly proof?: Proof
  /** after the past, registers each minute until closed */
  readonly live: boolean
  /** epoch seconds */
  readonly now: () => number
  readonly onReady?: (telegrams: number) => void
  readonly log?: (line: string) => void
}

export interface Simulator {
  /** resolves when the past is delivered (and, when not live, everything is) */
  readonly caughtUp: Promise<number>
  close(): Promise<void>
}

/** Telegrams under way at once: enough to keep the broker busy, few enough to keep the memory flat. */
const WINDOW = 500
const MINUTE = 60

/**
 * A field of simulated meters that speaks as real ones do: first the load profile of the past (one telegram per interval,
 * oldest first), then, when live, cumulative registers each minute, QoS 1.
 */
export function runSimulator(
  config: SimulatorConfig,
  { mqttUrl, proof = {}, live, now, onReady, log }: SimulatorOptions,
): Simulator {
  const client = connectAs(mqttUrl, proof, `opem-simulator-${process.pid}`)
  client.on('error', (error) => log?.(`broker: ${error.message}`))
  let closed = false
  let timer: NodeJS.Timeout | undefined
  const under = new Set<Promise<unknown>>()
  const publish = async (topic: string, telegram: string) => {
    const sent = client.publishAsync(topic, telegram, { qos: 1 }).catch((error: Error) => {
      if (!closed) log?.(`not published: ${error.message}`)
    })
    under.add(sent)
    void sent.finally(() => under.delete(sent))
    if (under.size >= WINDOW) await Promise.race(under)
  }

  const end = config.to ?? Math.floor(now() / config.intervalSeconds) * config.intervalSeconds
  const past = async () => {
    let telegrams = 0
    for (let start = config.from; start + config.intervalSeconds <= end && !closed; start += config.intervalSeconds) {
      for (const meter of config.meters) {
        const energy = intervalEnergy(config, meter, start, config.intervalSeconds)
        const telegram = {
          kind: 'interval',
          meter: meter.meter,
          start,
          seconds: config.intervalSeconds,
          ...energy,
        } as const
        await publish(topicOf(meter.meter), formatTelegram(telegram, isoInstant))
        telegrams++
      }
    }
    await Promise.all(under)
    return telegrams
  }

  const registers = config.meters.map((meter) => [meter.meter, registersOf(config, meter)] as const)
  const publishRegisters = async (at: number) => {
    for (const [meter, registersAt] of registers) {
      const telegram = { kind: 'registers', meter, observedAt: at, digits: 6, ...registersAt(at) } as const
      await publish(topicOf(meter), formatTelegram(telegram, isoInstant))
    }
  }
  const minuteByMinute = async (from: number) => {
    let at = from
    const tick = async () => {
      // After a pause of the machine, the boundaries passed meanwhile are told too, then the present minute.
      const present = Math.floor(now() / MINUTE) * MINUTE
      for (; at <= present && !closed; at += at < present - 2 * MINUTE ? QUARTER - (at % QUARTER) : MINUTE)
        await publishRegisters(at)
      if (!closed) timer = setTimeout(() => void tick(), (MINUTE - (now() % MINUTE)) * 1000)
    }
    await tick()
  }

  const caughtUp = (async () => {
    const telegrams = await past()
    if (live && !closed) await minuteByMinute(Math.max(end, config.from))
    await Promise.all(under)
    if (!closed) onReady?.(telegrams)
    return telegrams
  })()
  caughtUp.catch((error: Error) => log?.(error.message))
  return {
    caughtUp,
    async close() {
      closed = true
      clearTimeout(timer)
      await client.endAsync(!client.connected)
    },
  }
}
