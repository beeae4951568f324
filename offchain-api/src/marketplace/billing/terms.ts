import { type Agreement, type Hex, type PaymentTerms, paymentId, planOf } from '@opem/domain'
import { keccak256 } from 'viem'

export {
  type AgreementTermsJson as AgreementJson,
  formatAgreementTerms as agreementJson,
  parseAgreementTerms as agreementOf,
} from '@opem/domain'

/** What its payments follow from. @param end as the registry says now, 0: open */
export const paymentTerms = ({ plan, price, interval, feeBps, start }: Agreement, end: number): PaymentTerms => ({
  ...{ plan: planOf(plan), price, interval, feeBps, start, end },
})

/** IPayments.sol: keccak256(abi.encode(agreement, number)). */
export const paymentIdOf = (agreement: Hex, number: number): Hex =>
  paymentId((bytes) => keccak256(bytes, 'bytes'), agreement, number)
