import { decimal } from './energy.ts'

const EUR_PER_KWH = /^([-−]?)(\d{1,4})(?:[.,](\d{1,6}))?$/

/**
 * Micro-EUR as EUR, exactly: at least cents, up to six decimals when they are not zero.
 * @example eur(840_000n) // '€0.84'
 * @example eur(-12_345n) // '−€0.012345'
 */
export function eur(micro: bigint): string {
  const text = decimal(micro < 0n ? -micro : micro, 6, 2)
  return `${micro < 0n ? '−' : ''}€${text}`
}

/** @example eurPerKwh(120_000n) // '€0.12 per kWh' */
export const eurPerKwh = (microPerKwh: bigint): string => `${eur(microPerKwh)} per kWh`

/**
 * What a person typed as EUR per kWh, in micro-EUR; `undefined` when it is not such a price.
 * Six decimals at most: nothing is rounded silently.
 * @example parseEurPerKwh('0.12') // 120_000n
 * @example parseEurPerKwh('0,0000001') // undefined
 */
export function parseEurPerKwh(text: string): bigint | undefined {
  const match = EUR_PER_KWH.exec(text.trim())
  if (match === null) return undefined
  const micro = BigInt(match[2]!) * 1_000_000n + BigInt((match[3] ?? '').padEnd(6, '0'))
  return match[1] === '' ? micro : -micro
}
