import type { Hex } from '../../commitment/bytes.ts'
import { type ChainEvent, fieldsOf, NO_ADDRESS } from './event.ts'

/** As `paymentOf` answers; states as the contract counts them. µEUR */
export interface PaymentStanding {
  readonly provider: Hex
  readonly amount: bigint
  readonly consumer: Hex
  readonly until: number
  readonly feeBps: number
  readonly state: number
}

/** As `reserveOf` answers. µEUR */
export interface ReserveStanding {
  readonly key: Hex
  readonly funded: bigint
  readonly feeBps: number
  readonly provider: Hex
  readonly claimed: bigint
  readonly consumer: Hex
  readonly reclaimableAt: number
}

/** Where every payment and reserve stands. What is in purses is of `rebuildBalances`. */
export interface MoneyStandings {
  readonly payments: Map<Hex, PaymentStanding>
  readonly reserves: Map<Hex, ReserveStanding>
  /** Payment ids of invoices that were settled outside. */
  readonly bankSettled: Set<Hex>
}

export const noMoney = (): MoneyStandings => ({ payments: new Map(), reserves: new Map(), bankSettled: new Set() })

const [HELD, DISPUTED, RELEASED, RETURNED] = [1, 2, 3, 4]
const WHOLE = 10_000n

/** Lets one event change where payments and reserves stand. Answers what does not follow from what was before, in words. */
export function applyMoney({ payments, reserves, bankSettled }: MoneyStandings, event: ChainEvent): string[] {
  const findings: string[] = []
  const { hex, number, amount } = fieldsOf(event)
  const known = <T>(of: ReadonlyMap<Hex, T>, id: Hex): T | undefined => {
    if (!of.has(id)) findings.push(`${event.name} of ${id}, of which nothing was said before`)
    return of.get(id)
  }
  const follows = (id: Hex, what: string, was: unknown, said: unknown) => {
    if (was !== said) findings.push(`${event.name} of ${id}: its ${what} is ${was}, the event says ${said}`)
  }
  /** That what was earned is parted as the contract parts it. */
  const parted = (id: Hex, earned: bigint, feeBps: number) => {
    const fee = (earned * BigInt(feeBps)) / WHOLE
    follows(id, 'fee', fee, amount('fee'))
    follows(id, 'part for the provider', earned - fee, amount('toProvider'))
  }
  const change = (expected: number, next: (payment: PaymentStanding, id: Hex) => Partial<PaymentStanding>) => {
    const id = hex('payment')
    const payment = known(payments, id)
    if (payment === undefined) return
    follows(id, 'state', payment.state, expected)
    payments.set(id, { ...payment, ...next(payment, id) })
  }
  const reserved = (next: (reserve: ReserveStanding, id: Hex) => Partial<ReserveStanding>) => {
    const id = hex('agreement')
    const reserve = known(reserves, id)
    if (reserve !== undefined) reserves.set(id, { ...reserve, ...next(reserve, id) })
  }
  switch (event.name) {
    case 'PaymentHeld':
      if (payments.has(hex('payment'))) findings.push(`${event.name} of ${hex('payment')}, which is there already`)
      payments.set(hex('payment'), {
        ...{ provider: hex('provider'), amount: amount('amount'), consumer: hex('consumer'), state: HELD },
        ...{ until: number('releasableAt'), feeBps: number('feeBps') },
      })
      break
    case 'PaymentReleased':
      change(HELD, (payment, id) => {
        parted(id, payment.amount, payment.feeBps)
        return { state: RELEASED }
      })
      break
    case 'PaymentDisputed':
      change(HELD, () => ({ state: DISPUTED, until: number('decideBy') }))
      break
    case 'PaymentDecided':
      change(DISPUTED, (payment, id) => {
        const rest = payment.amount - amount('refund')
        parted(id, rest, payment.feeBps)
        return { amount: rest, state: rest === 0n ? RETURNED : RELEASED }
      })
      break
    case 'PaymentLapsed':
      change(DISPUTED, (payment, id) => {
        follows(id, 'amount', payment.amount, amount('refund'))
        return { amount: 0n, state: RETURNED }
      })
      break
    case 'PaymentRefunded':
      change(number('previous'), (payment, id) => {
        const rest = payment.amount - amount('amount')
        if (rest < 0n) findings.push(`${event.name} of ${id}: ${-rest} µEUR more than there were`)
        const state = rest === 0n && payment.state === HELD ? RETURNED : payment.state
        follows(id, 'state afterwards', state, number('current'))
        return { amount: rest, state }
      })
      break
    case 'BankSettled':
      if (bankSettled.has(hex('payment'))) findings.push(`${event.name} of ${hex('payment')}, which is settled already`)
      bankSettled.add(hex('payment'))
      break
    case 'Reserved': {
      const id = hex('agreement')
      const before = reserves.get(id)
      follows(id, 'sum', (before?.funded ?? 0n) + amount('amount'), amount('funded'))
      reserves.set(id, {
        ...{ key: hex('key'), funded: amount('funded'), feeBps: number('feeBps'), provider: hex('provider') },
        ...{ claimed: before?.claimed ?? 0n, consumer: hex('consumer'), reclaimableAt: 0 },
      })
      break
    }
    case 'VoucherClaimed':
      reserved((reserve, id) => {
        const claimed = amount('cumulative')
        if (claimed > reserve.funded) findings.push(`${event.name} of ${id}: above what is set aside`)
        parted(id, claimed - reserve.claimed, reserve.feeBps)
        return { claimed }
      })
      break
    case 'ReserveClosing':
      reserved((reserve, id) => {
        follows(id, 'closing time before', reserve.reclaimableAt, 0)
        return { reclaimableAt: number('reclaimableAt') }
      })
      break
    case 'ReserveReclaimed':
      reserved((reserve, id) => {
        if (reserve.reclaimableAt === 0) findings.push(`${event.name} of ${id}, which nobody closed`)
        follows(id, 'rest', reserve.funded - reserve.claimed, amount('amount'))
        follows(id, 'sum afterwards', reserve.claimed, amount('funded'))
        return { key: NO_ADDRESS, funded: reserve.claimed, reclaimableAt: 0 }
      })
      break
  }
  return findings
}
