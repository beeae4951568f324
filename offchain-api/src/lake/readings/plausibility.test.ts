import { describe, expect, test } from 'vitest'
import type { Claim } from './claim.ts'
import { checkPlausible } from './plausibility.ts'

const rules = {
  capacityOf: (meter: string) => (meter === 'wind' ? 2_000_000 : 10_000),
  now: 1_700_000_000,
  futureSeconds: 60,
}
const claim = (over: Partial<Claim>): Claim => ({
  meter: 'home',
  start: 1_699_920_000,
  seconds: 3600,
  importWh: 500,
  exportWh: 0,
  quality: 'measured',
  source: 'test',
  knownAt: 1_700_000_000_000,
  ...over,
})
const code = (over: Partial<Claim>) => {
  const checked = checkPlausible(claim(over), rules)
  return checked.ok ? 'plausible' : checked.code
}

describe('plausibility', () => {
  test('a connection carries its capacity and not 1 Wh more, in either direction and per length', () => {
    expect(code({ importWh: 10_000 })).toBe('plausible')
    expect(code({ importWh: 10_001 })).toBe('ERR_READING_OVER_CAPACITY')
    expect(code({ importWh: 0, exportWh: 10_001 })).toBe('ERR_READING_OVER_CAPACITY')
    expect(code({ seconds: 900, importWh: 2_500 })).toBe('plausible')
    expect(code({ seconds: 900, importWh: 2_501 })).toBe('ERR_READING_OVER_CAPACITY')
    expect(code({ meter: 'wind', exportWh: 2_000_000 })).toBe('plausible')
  })

  test('a period starts on a multiple of its length', () => {
    expect(code({ start: 1_699_920_900 })).toBe('ERR_READING_OFF_PERIOD')
    expect(code({ start: 1_699_920_900, seconds: 900 })).toBe('plausible')
  })

  test('a period that is not over yet was not measured', () => {
    expect(code({ start: 1_699_999_200, seconds: 900 })).toBe('ERR_READING_FUTURE')
    expect(code({ start: 1_699_999_200 - 900, seconds: 900 })).toBe('plausible')
  })
})
