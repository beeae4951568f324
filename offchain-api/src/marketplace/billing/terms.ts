import { type Agreement, type Hex, type PaymentTerms, paymentId, planOf } from '@opem/domain'
import { keccak256 } from 'viem'

/** An agreement as JSON: what does not fit a JSON number is a decimal string. */
export type AgreementJson = {
  readonly [K in keyof Agreement]: Agreement[K] extends bigint ? string : Agreement[K]
}

export const agreementJson = (it: Agreement): AgreementJson => ({
  ...it,
  ...{ price: it.price.toString(), salt: it.salt.toString(), deadline: it.deadline.toString() },
})

export const agreementOf = (json: AgreementJson): Agreement => ({
  ...json,
  ...{ price: BigInt(json.price), salt: BigInt(json.salt), deadline: BigInt(json.deadline) },
})

/** What its payments follow from. @param end as the registry says now, 0: open */
export const paymentTerms = ({ plan, price, interval, feeBps, start }: Agreement, end: number): PaymentTerms => ({
  ...{ plan: planOf(plan), price, interval, feeBps, start, end },
})

/** IPayments.sol: keccak256(abi.encode(agreement, number)). */
export const paymentIdOf = (agreement: Hex, number: number): Hex =>
  paymentId((bytes) => keccak256(bytes, 'bytes'), agreement, number)
