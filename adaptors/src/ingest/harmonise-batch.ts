import { isoInstant } from '../harmonise/instant.ts'
import type { MeterReading, RejectedRow } from '../harmonise/meter-reading.ts'
import { type RegisterState, stepRegisters } from '../harmonise/registers.ts'
import { readingOfTelegram } from '../harmonise/telegram-energy.ts'
import { formatTelegram, type RegisterReading } from '../mqtt/telegram.ts'
import { telegramOfTopic } from '../mqtt/telegram-of-topic.ts'
import { meterOfTopic } from '../mqtt/topics.ts'

export interface Harmonised {
  readonly readings: readonly MeterReading[]
  readonly rejected: readonly RejectedRow[]
  /** new state of the meters that sent registers */
  readonly registers: ReadonlyMap<string, RegisterState>
}

/**
 * A batch of MQTT messages to readings, rejected telegrams and the registers to remember. Pure: `now` and the registers
 * known before are values, so a batch that is tried again gives the same.
 */
export function harmoniseBatch(
  messages: readonly { readonly topic: string; readonly payload: Buffer }[],
  before: ReadonlyMap<string, RegisterState>,
  { seconds, now }: { readonly seconds: MeterReading['seconds']; readonly now: number },
): Harmonised {
  const readings: MeterReading[] = []
  const rejected: RejectedRow[] = []
  const registers = new Map<string, RegisterState>()
  const knownAt = isoInstant(now)
  const found: { telegram: RegisterReading; source: string }[] = []
  for (const { topic, payload } of messages) {
    const raw = payload.toString('utf8')
    const source = `mqtt:${topic.slice(0, 200)}`
    const reject = (code: string, reason: string, meter?: string) =>
      rejected.push({ source, ...(meter ? { meter } : {}), raw: raw.slice(0, 8192), code, reason, format: 'mqtt' })
    const parsed = telegramOfTopic(topic, raw)
    if (!parsed.ok) {
      reject(parsed.code, parsed.reason, parsed.code === 'ERR_TELEGRAM_METER' ? undefined : meterOfTopic(topic))
      continue
    }
    const telegram = parsed.value
    if (telegram.kind !== 'registers') {
      const reading = readingOfTelegram(telegram, { source, knownAt })
      if (reading) readings.push(reading)
      else reject('ERR_ENERGY_RANGE', 'more than 1 TWh in one period', telegram.meter)
      continue
    }
    // A register from the future would make every true one after it look old.
    if (telegram.observedAt > now + CLOCK_TOLERANCE) {
      reject('ERR_TELEGRAM_TIME', `observed ${telegram.observedAt - now} s in the future`, telegram.meter)
      continue
    }
    found.push({ telegram, source })
  }
  // After a reconnection what waited and what is new arrive mixed: registers are read in the order in which they were seen.
  found.sort((a, b) => a.telegram.observedAt - b.telegram.observedAt)
  for (const { telegram, source } of found) {
    const step = stepRegisters(registers.get(telegram.meter) ?? before.get(telegram.meter), telegram, {
      seconds,
      source,
      knownAt,
    })
    registers.set(telegram.meter, step.state)
    readings.push(...step.readings)
    if (!step.refusal) continue
    const { code, reason } = step.refusal
    rejected.push({
      source,
      meter: telegram.meter,
      raw: formatTelegram(telegram, isoInstant),
      code,
      reason,
      format: 'mqtt',
    })
  }
  return { readings, rejected, registers }
}

/** Seconds a meter's clock may be ahead of ours. */
const CLOCK_TOLERANCE = 300
