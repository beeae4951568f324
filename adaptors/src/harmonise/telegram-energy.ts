import type { Telegram } from '../mqtt/telegram.ts'
import { energyOfPower, readingOfWh } from './interval-energy.ts'
import type { MeterReading } from './meter-reading.ts'

/** A telegram that carries a whole period to a reading; `undefined` for registers (see registers.ts) and impossible amounts. */
export function readingOfTelegram(
  telegram: Telegram,
  { source, knownAt }: { source: string; knownAt: string },
): MeterReading | undefined {
  const origin = { meter: telegram.meter, source, knownAt }
  switch (telegram.kind) {
    case 'registers':
      return undefined
    case 'interval':
      return readingOfWh(origin, telegram, telegram.importWh, telegram.exportWh, 'measured')
    case 'power': {
      const { seconds } = telegram
      return readingOfWh(
        origin,
        telegram,
        energyOfPower(telegram.importW, seconds),
        energyOfPower(telegram.exportW, seconds),
        'measured',
      )
    }
    default:
      return telegram satisfies never
  }
}
