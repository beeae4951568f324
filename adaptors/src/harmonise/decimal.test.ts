import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseDecimal, parseDecimalComma, roundHalfEven, times } from './decimal.ts'
import { energyOfPower } from './interval-energy.ts'

test('decimals are read exactly, exponents included, and garbage is refused', () => {
  expect(parseDecimal('0.985356944')).toEqual({ digits: 985356944n, scale: 9 })
  expect(parseDecimal('-1.0096232e-07')).toEqual({ digits: -10096232n, scale: 14 })
  expect(parseDecimal('2e3')).toEqual({ digits: 2000n, scale: 0 })
  expect(parseDecimal('.5')).toEqual({ digits: 5n, scale: 1 })
  for (const text of ['', '.', '-', '1,5', '1.5.2', 'NaN', '0x10', '1e', '1e999', ' 1', '9'.repeat(65)]) {
    expect(parseDecimal(text), text).toBeUndefined()
  }
  expect(parseDecimalComma('346,540009')).toEqual({ digits: 346540009n, scale: 6 })
  expect(parseDecimalComma('346.5')).toBeUndefined()
})

test('half a Wh goes to the even neighbour, on both sides of zero', () => {
  const wh = (kwh: string) => roundHalfEven(parseDecimal(kwh)!, 3)
  expect(wh('0.0125')).toBe(12n)
  expect(wh('0.0135')).toBe(14n)
  expect(wh('0.01250000001')).toBe(13n)
  expect(wh('-0.0125')).toBe(-12n)
  expect(wh('-0.0135')).toBe(-14n)
  expect(wh('3')).toBe(3000n)
})

test('mean power becomes energy: 900 s at 1,001 W are 250 Wh, at 1,002 W 250 Wh, at 1,006 W 252 Wh', () => {
  expect(energyOfPower(1001n, 900)).toBe(250n)
  expect(energyOfPower(1002n, 900)).toBe(250n)
  expect(energyOfPower(1006n, 900)).toBe(252n)
})

test('parsing never throws, and what is written back is the same number', () => {
  fc.assert(fc.property(fc.string(), (text) => void parseDecimal(text)))
  fc.assert(
    fc.property(
      fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }),
      fc.integer({ min: 0, max: 12 }),
      (digits, scale) => {
        const magnitude = (digits < 0n ? -digits : digits).toString().padStart(scale + 1, '0')
        const at = magnitude.length - scale
        const text = `${digits < 0n ? '-' : ''}${magnitude.slice(0, at)}${scale > 0 ? `.${magnitude.slice(at)}` : ''}`
        const read = parseDecimal(text)!
        expect(times(read, { digits: 1n, scale: 0 })).toEqual({ digits, scale })
      },
    ),
  )
})
