import { OpemError } from '../errors/opem-error.ts'

declare const unit: unique symbol
type Quantity<U extends string> = bigint & { readonly [unit]: U }

/** Energy, watt-hours, never negative: direction is in the name (`energyImport`, `energyExport`), never in a sign. */
export type Wh = Quantity<'Wh'>
/** A tariff, signed: day-ahead prices go negative. Wh × µEUR/kWh is nano-EUR, exactly. */
export type MicroEurPerKwh = Quantity<'µEUR/kWh'>
/** Money before rounding, signed, 1e-9 EUR. */
export type NanoEur = Quantity<'nEUR'>
/** Money on a statement, signed, 1e-6 EUR. */
export type MicroEur = Quantity<'µEUR'>

const whole = (n: bigint | number, name: string): bigint => {
  if (typeof n === 'bigint') return n
  if (!Number.isSafeInteger(n))
    throw new OpemError({
      code: 'ERR_UNIT',
      shortMessage: `${n} is not a whole number of ${name} below 2^53: give an integer, or a bigint when larger`,
      details: { given: n, unit: name },
    })
  return BigInt(n)
}

/** @throws ERR_UNIT when negative or fractional */
export const Wh = (n: bigint | number): Wh => {
  const value = whole(n, 'Wh')
  if (value < 0n)
    throw new OpemError({
      code: 'ERR_UNIT',
      shortMessage: `${value} Wh is negative: energy is unsigned, use the other direction's field`,
      details: { given: value, unit: 'Wh' },
    })
  return value as Wh
}
export const MicroEurPerKwh = (n: bigint | number): MicroEurPerKwh => whole(n, 'µEUR/kWh') as MicroEurPerKwh
export const NanoEur = (n: bigint | number): NanoEur => whole(n, 'nEUR') as NanoEur
export const MicroEur = (n: bigint | number): MicroEur => whole(n, 'µEUR') as MicroEur

/** Energy as a JSON number. @throws ERR_UNIT above 2^53 − 1, where JSON numbers stop being exact */
export const toJsonWh = (wh: Wh): number => {
  if (wh > BigInt(Number.MAX_SAFE_INTEGER))
    throw new OpemError({
      code: 'ERR_UNIT',
      shortMessage: `${wh} Wh does not fit a JSON number exactly: the most is ${Number.MAX_SAFE_INTEGER}`,
      details: { given: wh },
    })
  return Number(wh)
}

/** The price of energy, exactly: Wh × µEUR/kWh = 1e-3 × 1e-6 EUR. @example cost(Wh(1500), MicroEurPerKwh(-20)) // -30_000n nEUR */
export const cost = (energy: Wh, price: MicroEurPerKwh): NanoEur => (energy * price) as NanoEur

// BigInt `/` truncates towards zero, which would round negative amounts up.
const floorDiv = (a: bigint, b: bigint): bigint => (a - (((a % b) + b) % b)) / b

/** What is owed to a member, rounded down. @example roundDown(NanoEur(1_999)) // 1n; roundDown(NanoEur(-1)) // -1n */
export const roundDown = (amount: NanoEur): MicroEur => floorDiv(amount, 1000n) as MicroEur
/** What a member owes, rounded up. @example roundUp(NanoEur(1_001)) // 2n; roundUp(NanoEur(-1_999)) // -1n */
export const roundUp = (amount: NanoEur): MicroEur => -floorDiv(-amount, 1000n) as MicroEur
/** The mean of two prices, rounded down to a whole µEUR/kWh. */
export const meanPrice = (prices: readonly MicroEurPerKwh[]): MicroEurPerKwh =>
  floorDiv(
    prices.reduce((sum: bigint, price) => sum + price, 0n),
    BigInt(prices.length),
  ) as MicroEurPerKwh

/** The smaller of two; Math.min takes no bigints. */
export const least = (a: bigint, b: bigint): bigint => (a < b ? a : b)

/** Money for people and JSON: EUR with six decimals, exactly. @example formatEur(MicroEur(-1_500_000)) // '-1.500000' */
export function formatEur(amount: MicroEur): string {
  const digits = (amount < 0n ? -amount : amount).toString().padStart(7, '0')
  return `${amount < 0n ? '-' : ''}${digits.slice(0, -6)}.${digits.slice(-6)}`
}

/** Exact money for people and JSON: EUR with nine decimals. @example formatNanoEur(NanoEur(-1_500_000_000)) // '-1.500000000' */
export function formatNanoEur(amount: NanoEur): string {
  const digits = (amount < 0n ? -amount : amount).toString().padStart(10, '0')
  return `${amount < 0n ? '-' : ''}${digits.slice(0, -9)}.${digits.slice(-9)}`
}
