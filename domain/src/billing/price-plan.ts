import { OpemError } from '../errors/opem-error.ts'
import type { Agreement } from '../marketplace/agreement.ts'
import { PRICE_PLAN_KINDS, type PricePlanKind } from '../marketplace/listing-document.ts'

/** @throws ERR_PRICE_PLAN when no plan has this number @example planOf(2) // 'subscription' */
export function planOf(number: number): PricePlanKind {
  const plan = PRICE_PLAN_KINDS[number]
  if (plan === undefined)
    throw new OpemError({
      code: 'ERR_PRICE_PLAN',
      shortMessage: `${number} is no price plan: 0 to ${PRICE_PLAN_KINDS.length - 1} are (${PRICE_PLAN_KINDS.join(', ')})`,
      details: { given: number },
    })
  return plan
}

/** What an agreement says about money. Instants are seconds since 1970, money micro-EUR. */
export interface PaymentTerms extends Pick<Agreement, 'price' | 'interval' | 'feeBps' | 'start'> {
  readonly plan: PricePlanKind
  /** When it ends, as the registry says now; 0: open. Half-open: nothing becomes due at it. */
  readonly end: number
}

const PER = { free: '', 'one-time': ' once', subscription: '', 'pay-per-use': ' per unit', bank: '' } as const

/**
 * The plan as a person reads it. Months are of the calendar where nobody counts seconds: the contract counts seconds.
 * @example planWords({ plan: 'subscription', price: 12_500_000n, interval: 2_592_000 }) // '€12.50 every 30 days'
 */
export function planWords({ plan, price, interval }: Pick<PaymentTerms, 'plan' | 'price' | 'interval'>): string {
  if (plan === 'free') return 'free'
  const amount = `€${shortEur(price)}`
  const every =
    interval > 0 && (plan === 'subscription' || plan === 'bank') ? ` every ${durationWords(interval)}` : PER[plan]
  return plan === 'bank' ? `${amount}${every || ' once'} by bank, against an invoice` : `${amount}${every}`
}

/** At least cents, more decimals only when they are not zero. @example shortEur(840_000n) // '0.84' */
export function shortEur(micro: bigint): string {
  const digits = micro.toString().padStart(7, '0')
  const fraction = digits.slice(-6).replace(/0{1,4}$/, '')
  return `${digits.slice(0, -6)}.${fraction}`
}

/** @example durationWords(86_400) // 'day'; durationWords(2_592_000) // '30 days'; durationWords(90) // '90 seconds' */
export function durationWords(seconds: number): string {
  for (const [name, size] of [
    ['day', 86_400],
    ['hour', 3600],
    ['minute', 60],
  ] as const)
    if (seconds >= size && seconds % size === 0) return seconds === size ? name : `${seconds / size} ${name}s`
  return seconds === 1 ? 'second' : `${seconds} seconds`
}
