import type { Hex, Keccak256 } from '../../commitment/bytes.ts'
import { type Agreement, agreementId, paymentId } from '../agreement.ts'
import { type ChainEvent, fieldsOf } from './event.ts'

/** What was agreed upon, by id, and how long the escrow waits, by what its events say of it. */
export interface AgreedTerms {
  readonly agreements: Map<Hex, Agreement>
  /** Seconds between an event and the instant that it names, by the event's name: the same for ever. */
  readonly waits: Map<string, number>
}

export const noTerms = (): AgreedTerms => ({ agreements: new Map(), waits: new Map() })

const [ONE_TIME, SUBSCRIPTION, PAY_PER_USE, BANK] = [1, 2, 3, 4]

/**
 * Holds an event of the escrow against the agreement that it is under: sides, price, fee, plan, interval, and ids. Answers
 * what the terms do not allow, in words.
 */
export function checkTerms({ agreements, waits }: AgreedTerms, event: ChainEvent, keccak: Keccak256): string[] {
  const findings: string[] = []
  const { hex, number, amount } = fieldsOf(event)
  const allows = (id: Hex, what: string, agreed: unknown, said: unknown) => {
    if (agreed !== said) findings.push(`${event.name} of ${id}: its ${what} is ${agreed}, the event says ${said}`)
  }
  const under = (plans: readonly number[]): Agreement | undefined => {
    const id = hex('agreement')
    const agreement = agreements.get(id)
    if (agreement === undefined) findings.push(`${event.name} under ${id}, which nobody concluded`)
    else if (!plans.includes(agreement.plan))
      findings.push(`${event.name} under ${id}, whose plan is ${agreement.plan}`)
    return agreement
  }
  const sides = (agreement: Agreement) => {
    allows(hex('agreement'), 'consumer', agreement.consumer, hex('consumer'))
    allows(hex('agreement'), 'provider', agreement.provider, hex('provider'))
    allows(hex('agreement'), 'fee', agreement.feeBps, number('feeBps'))
  }
  const waited = (id: Hex, field: string) => {
    const seconds = number(field) - event.time
    allows(id, 'wait', waits.get(event.name) ?? seconds, seconds)
    if (!waits.has(event.name)) waits.set(event.name, seconds)
  }
  switch (event.name) {
    case 'AgreementConcluded': {
      const terms = event.args.agreement as Agreement
      allows(hex('id'), 'hash', agreementId(keccak, terms), hex('id'))
      agreements.set(hex('id'), terms)
      break
    }
    case 'PaymentHeld': {
      waited(hex('payment'), 'releasableAt')
      allows(hex('payment'), 'id', paymentId(keccak, hex('agreement'), number('number')), hex('payment'))
      const agreement = under([ONE_TIME, SUBSCRIPTION])
      if (agreement === undefined) break
      sides(agreement)
      allows(hex('payment'), 'price', agreement.price, amount('amount'))
      if (agreement.start + agreement.interval * number('number') > event.time) {
        findings.push(`${event.name} of ${hex('payment')}, before it was due`)
      }
      break
    }
    case 'PaymentDisputed':
      waited(hex('payment'), 'decideBy')
      break
    case 'BankSettled':
      allows(hex('payment'), 'id', paymentId(keccak, hex('agreement'), number('number')), hex('payment'))
      under([BANK])
      break
    case 'Reserved': {
      const agreement = under([PAY_PER_USE])
      if (agreement !== undefined) sides(agreement)
      break
    }
    case 'ReserveClosing':
      waited(hex('agreement'), 'reclaimableAt')
      break
  }
  return findings
}
