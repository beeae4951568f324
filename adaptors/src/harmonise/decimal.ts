/**
 * Exact decimals: what a file or telegram says in text becomes an integer of a finer unit, never a float.
 * A decimal is `digits × 10^-scale`, for example `1.25` is `{ digits: 125n, scale: 2 }`.
 */
export interface Decimal {
  readonly digits: bigint
  readonly scale: number
}

/** Longest accepted text and exponent: more is no measurement, and would only burn memory. */
const LONGEST = 64
const DECIMAL = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,2}))?$/

/**
 * Reads `0.985356944`, `-1.5`, `.5`, `1.0096232e-07`; `undefined` for anything else (including empty text).
 * @example parseDecimal('1.5e-1') // { digits: 15n, scale: 2 }
 */
export function parseDecimal(text: string): Decimal | undefined {
  if (text.length === 0 || text.length > LONGEST) return undefined
  return plainDecimal(text) ?? anyDecimal(text)
}

/** The common case without exponent and with at most 15 digits, which a JavaScript number holds exactly; else `undefined`. */
function plainDecimal(text: string): Decimal | undefined {
  const minus = text.charCodeAt(0) === 45
  const first = minus ? 1 : 0
  if (text.length - first > 16) return undefined
  let digits = 0
  let point = -1
  for (let at = first; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code >= 48 && code <= 57) digits = digits * 10 + code - 48
    else if (code === 46 && point < 0) point = at
    else return undefined
  }
  const count = text.length - first - (point < 0 ? 0 : 1)
  if (count === 0 || count > 15) return undefined
  return { digits: BigInt(minus ? -digits : digits), scale: point < 0 ? 0 : text.length - point - 1 }
}

function anyDecimal(text: string): Decimal | undefined {
  const match = DECIMAL.exec(text)
  if (!match) return undefined
  const whole = match[2] ?? ''
  const fraction = match[3] ?? ''
  if (whole === '' && fraction === '') return undefined
  const digits = BigInt(whole + fraction)
  const scale = fraction.length - Number(match[4] ?? 0)
  return {
    digits: (match[1] === '-' ? -digits : digits) * powerOfTen(Math.max(0, -scale)),
    scale: Math.max(0, scale),
  }
}

/** Decimal comma, as in Danish or Italian files: `346,540009`. */
export const parseDecimalComma = (text: string): Decimal | undefined =>
  text.includes('.') ? undefined : parseDecimal(text.replace(',', '.'))

export const times = (a: Decimal, b: Decimal): Decimal => ({ digits: a.digits * b.digits, scale: a.scale + b.scale })

export function minus(a: Decimal, b: Decimal): Decimal {
  const scale = Math.max(a.scale, b.scale)
  return { digits: widen(a, scale) - widen(b, scale), scale }
}

export const negate = (a: Decimal): Decimal => ({ digits: -a.digits, scale: a.scale })

/** -1, 0 or 1. */
export const signOf = (a: Decimal): -1 | 0 | 1 => (a.digits < 0n ? -1 : a.digits > 0n ? 1 : 0)

/** |a| ≤ |b|. */
export function withinMagnitude(a: Decimal, b: Decimal): boolean {
  const scale = Math.max(a.scale, b.scale)
  return magnitude(widen(a, scale)) <= magnitude(widen(b, scale))
}

const widen = (a: Decimal, scale: number): bigint =>
  a.scale === scale ? a.digits : a.digits * powerOfTen(scale - a.scale)
const POWERS = Array.from({ length: 40 }, (_, exponent) => 10n ** BigInt(exponent))
const powerOfTen = (exponent: number): bigint => POWERS[exponent] ?? 10n ** BigInt(exponent)
const magnitude = (n: bigint): bigint => (n < 0n ? -n : n)

/**
 * The integer nearest to `a × 10^power`; a tie goes to the even integer, so that many roundings do not drift.
 * @example roundHalfEven(parseDecimal('0.0125')!, 3) // 12n: 12.5 Wh
 * @example roundHalfEven(parseDecimal('0.0135')!, 3) // 14n: 13.5 Wh
 */
export function roundHalfEven(a: Decimal, power: number): bigint {
  const drop = a.scale - power
  if (drop <= 0) return a.digits * powerOfTen(-drop)
  return divideHalfEven(a.digits, powerOfTen(drop))
}

/** `dividend / divisor` (divisor > 0) to the nearest integer, ties to even. */
export function divideHalfEven(dividend: bigint, divisor: bigint): bigint {
  const whole = magnitude(dividend)
  const quotient = whole / divisor
  const twice = (whole % divisor) * 2n
  const rounded = twice > divisor || (twice === divisor && quotient % 2n === 1n) ? quotient + 1n : quotient
  return dividend < 0n ? -rounded : rounded
}
