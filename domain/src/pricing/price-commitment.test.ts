import { keccak256, toBytes } from 'viem'
import { expect, test } from 'vitest'
import { checkPrices, type PriceAt, priceSegmentHash, priceSegments } from './price-commitment.ts'

const keccak = (bytes: Uint8Array) => keccak256(bytes, 'bytes')
const MAY_31_22H = 1_717_192_800
const hour = (n: number, microEurPerKwh = 50_000n): PriceAt => ({
  start: MAY_31_22H + n * 3600,
  seconds: 3600,
  microEurPerKwh,
})

test('prices are packed as start, seconds and signed price, and hashed', () => {
  // 2024-05-31T22:00Z = 0x665a4860, 3600 s = 0xe10, 50,000 = 0xc350; −1 is all ones
  const packed = '0x00000000665a486000000e10000000000000c350' + '00000000665a567000000e10ffffffffffffffff'
  expect(priceSegmentHash(keccak, [hour(0), hour(1, -1n)])).toBe(keccak256(toBytes(packed as `0x${string}`)))
})

test('segments are gapless and end with the month', () => {
  const cut = priceSegments([hour(0), hour(1), hour(2), hour(3), hour(5)])
  expect(
    cut.map(({ from, until, prices }) => [(from - MAY_31_22H) / 3600, (until - MAY_31_22H) / 3600, prices.length]),
  ).toEqual([
    [0, 2, 2],
    [2, 4, 2],
    [5, 6, 1],
  ])
})

test('one changed price is another hash', () => {
  const prices = new Map([0, 1].map((n) => [hour(n).start, 50_000n]))
  const known = [{ series: 'dk2', seconds: 3600, prices }]
  const segment = {
    series: 'dk2',
    from: hour(0).start,
    until: hour(2).start,
    hash: priceSegmentHash(keccak, [hour(0), hour(1)]),
  }
  expect(checkPrices(keccak, segment, known).found).toBe(segment.hash)
  prices.set(hour(1).start, 50_001n)
  expect(checkPrices(keccak, segment, known).found).not.toBe(segment.hash)
  expect(checkPrices(keccak, segment, []).found).toBe(priceSegmentHash(keccak, []))
})
