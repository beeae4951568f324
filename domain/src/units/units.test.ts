import { expect, test } from 'vitest'
import { cost, formatEur, MicroEur, MicroEurPerKwh, NanoEur, roundDown, roundUp, toJsonWh, Wh } from './units.ts'

test('energy is a whole number of Wh, never negative', () => {
  expect(Wh(3)).toBe(3n)
  expect(() => Wh(-1)).toThrow('ERR_UNIT: -1 Wh is negative')
  expect(() => Wh(1.5)).toThrow('1.5 is not a whole number of Wh')
  expect(() => Wh(2 ** 53)).toThrow('ERR_UNIT')
})

test('energy leaves for JSON only while a JSON number holds it exactly', () => {
  expect(toJsonWh(Wh(9007199254740991n))).toBe(9007199254740991)
  expect(() => toJsonWh(Wh(9007199254740992n))).toThrow('does not fit a JSON number exactly')
})

test('1.5 kWh at minus 20 µEUR per kWh costs minus 30,000 nano-EUR', () => {
  expect(cost(Wh(1500), MicroEurPerKwh(-20))).toBe(-30000n)
})

test('debits round up and credits round down, also below zero', () => {
  expect(roundUp(NanoEur(1001))).toBe(2n)
  expect(roundUp(NanoEur(1000))).toBe(1n)
  expect(roundUp(NanoEur(-1999))).toBe(-1n)
  expect(roundDown(NanoEur(1999))).toBe(1n)
  expect(roundDown(NanoEur(-1))).toBe(-1n)
})

test('money is written as EUR with six decimals', () => {
  expect(formatEur(MicroEur(0))).toBe('0.000000')
  expect(formatEur(MicroEur(-16400))).toBe('-0.016400')
  expect(formatEur(MicroEur(1234567890))).toBe('1234.567890')
})
