import { eur } from '../format/money.ts'
import { plural } from '../format/words.ts'

const EUR = /^(\d{1,9})(?:[.,](\d{1,6}))?$/

/**
 * What a person typed as EUR, in whole micro-EUR; undefined when it is no such amount. Nothing is rounded silently.
 * @example parseEur('12,50') // 12500000
 * @example parseEur('0.0000001') // undefined
 */
export function parseEur(text: string): number | undefined {
  const match = EUR.exec(text.trim())
  if (match === null) return undefined
  return Number(match[1]) * 1_000_000 + Number((match[2] ?? '').padEnd(6, '0'))
}

/** How a field shows micro-EUR, so that it reads back as the same. @example eurText(1_200_000_000) // '1200.00' */
export function eurText(micro: unknown): string {
  if (typeof micro !== 'number' || !Number.isSafeInteger(micro) || micro < 0)
    return typeof micro === 'string' ? micro : ''
  const rest = String(micro % 1_000_000).padStart(6, '0')
  return `${Math.floor(micro / 1_000_000)}.${rest.replace(/0{1,4}$/, '')}`
}

const LENGTHS = [
  [31_536_000, 'year'],
  [2_592_000, '30 days'],
  [604_800, 'week'],
  [86_400, 'day'],
  [3600, 'hour'],
] as const

/** @example intervalText(2_592_000) // 'every 30 days' */
export function intervalText(seconds: number): string {
  const [length, name] = LENGTHS.find(([one]) => seconds % one === 0) ?? [1, 'second']
  const count = seconds / length
  if (length === 2_592_000) return `every ${count * 30} days`
  return count === 1 ? `every ${name}` : `every ${plural(count, name)}`
}

type Plan = { kind: string; price: number; interval?: number | undefined; unit?: string | undefined }

/** A price plan in words. @example planText({ kind: 'subscription', price: 49_000_000, interval: 2_592_000 }) // '€49.00 every 30 days' */
export function planText({ kind, price, interval, unit }: Plan): string {
  const amount = eur(BigInt(price))
  switch (kind) {
    case 'free':
      return 'Free'
    case 'one-time':
      return `${amount} once`
    case 'pay-per-use':
      return `${amount} for each ${unit ?? 'use'}`
    case 'bank':
      return `${amount} ${intervalText(interval ?? 0)}, by bank transfer`
    default:
      return `${amount} ${intervalText(interval ?? 0)}`
  }
}
