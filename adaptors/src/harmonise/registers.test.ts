import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { RegisterReading } from '../mqtt/telegram.ts'
import type { MeterReading } from './meter-reading.ts'
import { type RegisterState, stepRegisters } from './registers.ts'

const OPTIONS = { seconds: 900, source: 'mqtt:x', knownAt: '2026-01-01T00:00:00Z' } as const
const T0 = 1_767_225_600 // 2026-01-01T00:00:00Z
const at = (second: number, importWh: number, exportWh = 0, digits?: number): RegisterReading => ({
  kind: 'registers',
  meter: 'm',
  observedAt: T0 + second,
  importWh: BigInt(importWh),
  exportWh: BigInt(exportWh),
  digits,
})

function run(telegrams: readonly RegisterReading[]) {
  let state: RegisterState | undefined
  const readings: MeterReading[] = []
  const refusals: string[] = []
  let duplicates = 0
  for (const telegram of telegrams) {
    const step = stepRegisters(state, telegram, OPTIONS)
    state = step.state
    readings.push(...step.readings)
    if (step.refusal) refusals.push(step.refusal.code)
    if (step.duplicate) duplicates++
  }
  return {
    energies: readings.map(
      ({ start, importWh, exportWh, quality }) => `${start.slice(11, 16)} ${importWh}/${exportWh} ${quality}`,
    ),
    refusals,
    duplicates,
  }
}

test('the difference of two boundaries is the energy between them', () => {
  expect(run([at(0, 1000, 50), at(60, 1010, 50), at(900, 1250, 60), at(1800, 1250, 400)]).energies).toEqual([
    '00:00 250/10 measured',
    '00:15 0/340 measured',
  ])
})

test('a boundary between two telegrams is interpolated and called an estimate; the sum is kept', () => {
  const { energies } = run([at(0, 0), at(600, 600), at(1200, 1200), at(1800, 1600)])
  expect(energies).toEqual(['00:00 900/0 estimated', '00:15 700/0 estimated'])
})

test('the period in which listening began is left open', () => {
  expect(run([at(60, 100), at(900, 200), at(1800, 300)]).energies).toEqual(['00:15 100/0 measured'])
})

test('a register that rolls over goes on; import and export roll over alone', () => {
  const { energies, refusals } = run([at(0, 999_900, 5, 3), at(900, 100, 5, 3), at(1800, 150, 7, 3)])
  expect(energies).toEqual(['00:00 200/0 measured', '00:15 50/2 measured'])
  expect(refusals).toEqual([])
})

test('a register that falls otherwise is a reset: refused, and counting begins again', () => {
  const { energies, refusals } = run([at(0, 500_000), at(900, 10), at(1800, 30), at(2700, 60)])
  expect(refusals).toEqual(['ERR_REGISTER_RESET'])
  expect(energies).toEqual(['00:15 20/0 measured', '00:30 30/0 measured'])
})

test('telegrams delivered again or late change nothing; a contradiction is refused', () => {
  const { energies, duplicates, refusals } = run([
    at(0, 0),
    at(60, 10),
    at(0, 0),
    at(60, 10),
    at(60, 11),
    at(30, 50),
    at(900, 100),
    at(900, 100),
  ])
  expect(energies).toEqual(['00:00 100/0 measured'])
  expect(duplicates).toBe(3)
  expect(refusals).toEqual(['ERR_REGISTER_ORDER', 'ERR_REGISTER_ORDER'])
})

test('a long silence is left open, not spread', () => {
  expect(run([at(0, 0), at(900, 100), at(9000, 1000), at(9900, 1100)]).energies).toEqual([
    '00:00 100/0 measured',
    '02:30 100/0 measured',
  ])
})

test('an impossible jump is refused', () => {
  expect(run([at(0, 0), at(60, 999_000_000)]).refusals).toEqual(['ERR_REGISTER_JUMP'])
})

test('energy between two exact boundaries is conserved, however telegrams fall', () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ wait: fc.integer({ min: 1, max: 1500 }), wh: fc.integer({ min: 0, max: 500 }) }), {
        maxLength: 40,
      }),
      (steps) => {
        const telegrams = [at(0, 0)]
        let [second, register] = [0, 0]
        for (const { wait, wh } of steps) {
          second += wait
          register += wh
          telegrams.push(at(second, register))
        }
        const last = Math.ceil((second + 1) / 900) * 900
        telegrams.push(at(last, register))
        const sum = run(telegrams).energies.reduce((total, line) => total + Number(/ (\d+)\//.exec(line)![1]), 0)
        expect(sum).toBe(register)
      },
    ),
  )
})
