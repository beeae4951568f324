import { type Result, refuse } from '@opem/domain'
import { parseTelegram, type Telegram } from './telegram.ts'
import { meterOfTopic } from './topics.ts'

type Code = 'ERR_TELEGRAM_JSON' | 'ERR_TELEGRAM_SHAPE' | 'ERR_TELEGRAM_TIME' | 'ERR_TELEGRAM_METER'

/**
 * A telegram as it arrived on a topic. A meter speaks for itself alone: what the telegram names must be the topic's meter,
 * for the topic is what a broker authorises. Asked again whenever a kept telegram is replayed.
 */
export function telegramOfTopic(topic: string, raw: string): Result<Telegram, Code> {
  const parsed = parseTelegram(raw)
  if (!parsed.ok || parsed.value.meter === meterOfTopic(topic)) return parsed
  return refuse('ERR_TELEGRAM_METER', `the telegram is of meter ${parsed.value.meter}, the topic of another: ${topic}`)
}
