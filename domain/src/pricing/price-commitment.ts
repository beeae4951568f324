import { concatBytes, type Hex, type Keccak256, toHex, uintBytes } from '../commitment/bytes.ts'
import type { PriceSeries } from './price-series.ts'

/** One price as it is committed: µEUR per kWh, valid for `seconds` from `start` (epoch seconds). */
export interface PriceAt {
  readonly start: number
  readonly seconds: number
  readonly microEurPerKwh: bigint
}

/** All prices of a series in `[from, until)`, as the chain committed to them (IPriceBook.sol, `PriceSegment`). */
export interface CommittedPrices {
  readonly series: string
  readonly from: number
  readonly until: number
  /** The hash that counts: the last statement. */
  readonly hash: Hex
}

/** A committed segment beside the hash of the prices that an auditor was given for it. */
export interface CheckedPrices extends CommittedPrices {
  readonly found: Hex
}

const SIGN = 1n << 64n

/** keccak256 of prices in time order, each as uint64 start ‖ uint32 seconds ‖ int64 price (two's complement). */
export function priceSegmentHash(keccak: Keccak256, prices: readonly PriceAt[]): Hex {
  const packed = prices.flatMap(({ start, seconds, microEurPerKwh }) => [
    uintBytes(start, 8),
    uintBytes(seconds, 4),
    uintBytes(microEurPerKwh < 0n ? microEurPerKwh + SIGN : microEurPerKwh, 8),
  ])
  return toHex(keccak(concatBytes(packed)))
}

/** Prices of a series that begin in `[from, until)`, in time order; of two lengths at one time the shorter first. */
export const pricesBetween = (
  name: string,
  { from, until }: { readonly from: number; readonly until: number },
  known: readonly PriceSeries[],
): PriceAt[] =>
  known
    .filter(({ series }) => series === name)
    .flatMap(({ seconds, prices }) =>
      [...prices].map(([start, microEurPerKwh]) => ({ start, seconds, microEurPerKwh })),
    )
    .filter(({ start }) => start >= from && start < until)
    .sort((a, b) => a.start - b.start || a.seconds - b.seconds)

/** A committed segment beside what `known` holds for it. */
export const checkPrices = (
  keccak: Keccak256,
  segment: CommittedPrices,
  known: readonly PriceSeries[],
): CheckedPrices => ({
  ...segment,
  found: priceSegmentHash(keccak, pricesBetween(segment.series, segment, known)),
})

/**
 * Cuts prices into segments ready to be committed: gapless runs of one length, each inside one month (UTC), so that an
 * auditor of a month reads a month.
 */
export function priceSegments(prices: readonly PriceAt[]): { from: number; until: number; prices: PriceAt[] }[] {
  const segments: { from: number; until: number; prices: PriceAt[] }[] = []
  const monthOf = (start: number) => new Date(start * 1000).toISOString().slice(0, 7)
  for (const price of [...prices].sort((a, b) => a.start - b.start || a.seconds - b.seconds)) {
    const last = segments.at(-1)
    const follows =
      last !== undefined &&
      last.until === price.start &&
      last.prices[0]!.seconds === price.seconds &&
      monthOf(last.from) === monthOf(price.start)
    if (follows) {
      last.prices.push(price)
      last.until += price.seconds
    } else segments.push({ from: price.start, until: price.start + price.seconds, prices: [price] })
  }
  return segments
}
