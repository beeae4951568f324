import { wallClockOf } from '@opem/domain'
import { between } from './chance.ts'
import type { SimulatedMeter, SimulatorConfig } from './config.ts'
import { type LocalTime, powerOf } from './profiles.ts'

export const QUARTER = 900

export interface Energy {
  readonly importWh: bigint
  readonly exportWh: bigint
}

/** Net energy at the grid connection in the quarter of an hour that begins at `start` (epoch seconds), whole Wh. */
export function quarterEnergy(
  config: Pick<SimulatorConfig, 'seed' | 'timeZone'>,
  meter: SimulatedMeter,
  start: number,
): Energy {
  const { consumption, production } = powerOf(config.seed, meter, localTime(start, config.timeZone))
  const net = Math.round((consumption - production) / 4)
  return { importWh: BigInt(Math.max(0, net)), exportWh: BigInt(Math.max(0, -net)) }
}

function localTime(start: number, timeZone: string): LocalTime {
  const { year, month, day, hour, minute } = wallClockOf(start, timeZone)
  const days = Date.UTC(year, month - 1, day) / 86_400_000
  const weekday = (days + 4) % 7
  return {
    day: days,
    dayOfYear: days - Date.UTC(year, 0, 1) / 86_400_000 + 1,
    hour: hour + Math.floor(minute / 15) / 4,
    weekend: weekday === 0 || weekday === 6,
  }
}

/** Energy of a longer interval: the sum of its quarters. */
export function intervalEnergy(
  config: Pick<SimulatorConfig, 'seed' | 'timeZone'>,
  meter: SimulatedMeter,
  start: number,
  seconds: number,
): Energy {
  let [importWh, exportWh] = [0n, 0n]
  for (let at = start; at < start + seconds; at += QUARTER) {
    const quarter = quarterEnergy(config, meter, at)
    importWh += quarter.importWh
    exportWh += quarter.exportWh
  }
  return { importWh, exportWh }
}

/**
 * Cumulative registers of one meter, as its display shows them: a function of time alone, so a simulator that starts again
 * continues where it was. Ask with rising times: what was summed is not summed again.
 */
export function registersOf(config: SimulatorConfig, meter: SimulatedMeter) {
  // No real meter begins at zero on the day somebody looks.
  let importWh = BigInt(Math.floor(between(1e6, 3e7, config.seed, meter.meter, 'import')))
  let exportWh = BigInt(Math.floor(between(0, 1e7, config.seed, meter.meter, 'export')))
  let summed = config.from
  return (at: number): Energy => {
    for (; summed + QUARTER <= at; summed += QUARTER) {
      const quarter = quarterEnergy(config, meter, summed)
      importWh += quarter.importWh
      exportWh += quarter.exportWh
    }
    const running = quarterEnergy(config, meter, summed)
    const part = BigInt(Math.max(0, at - summed))
    return {
      importWh: importWh + (running.importWh * part) / BigInt(QUARTER),
      exportWh: exportWh + (running.exportWh * part) / BigInt(QUARTER),
    }
  }
}
