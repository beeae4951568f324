/** A space that keeps a number and its unit on one line. */
export const NBSP = '\u00a0'
/** The narrow space between groups of three digits (SI brochure §5.4.4): no comma, no point, no doubt. */
const GROUP = '\u202f'

const grouped = (digits: string) => digits.replace(/\B(?=(\d{3})+$)/g, GROUP)

/**
 * A decimal of an integer count of `10^-scale`, without a float on the way.
 * @param least decimals that are always shown; the others only when they are not zero
 * @example decimal(1_234_500n, 3, 0) // '1 234.5' with a narrow space
 */
export function decimal(value: bigint, scale: number, least: number): string {
  const digits = (value < 0n ? -value : value).toString().padStart(scale + 1, '0')
  const whole = grouped(digits.slice(0, digits.length - scale))
  const fraction = digits.slice(digits.length - scale)
  const kept = fraction.slice(0, least) + fraction.slice(least).replace(/0+$/, '')
  return `${value < 0n ? '−' : ''}${whole}${kept === '' ? '' : `.${kept}`}`
}

/**
 * Wh as kWh, exactly: three decimals of kWh are whole Wh.
 * @example kwh(7_000n) // '7'
 * @example kwh(1_149n, 3) // '1.149'
 */
export const kwh = (wh: bigint, least = 0): string => decimal(wh, 3, least)

/** @example kwhUnit(7_000n) // '7 kWh' */
export const kwhUnit = (wh: bigint, least = 0): string => `${kwh(wh, least)}${NBSP}kWh`

/** Part of a whole in per cent, one decimal, rounded down; a dash when there is no whole. */
export function percent(part: bigint, whole: bigint): string {
  if (whole === 0n) return '–'
  return `${decimal((part * 1000n) / whole, 1, 0)}${NBSP}%`
}
