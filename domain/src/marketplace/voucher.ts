import type { Hex } from '../commitment/bytes.ts'
import { domain, field } from './typed-data.ts'

/** PaymentState of IPayments.sol in words, by its number. */
export const PAYMENT_STATES = ['none', 'held', 'disputed', 'released', 'returned'] as const
export type PaymentState = (typeof PAYMENT_STATES)[number]

/** That all use under an agreement so far comes to `cumulative` (IReserves.sol). */
export interface Voucher {
  /** The agreement's id. */
  readonly agreement: Hex
  /** Micro-EUR since the beginning; claims pay what is above the highest one before. */
  readonly cumulative: bigint
}

/** EIP-712 typed data of a usage voucher, signed by the consumer; ready for viem's signTypedData. */
export const voucherTypedData = ({
  chainId,
  escrow,
  voucher,
}: {
  readonly chainId: number | bigint
  /** Address of the Escrow. */
  readonly escrow: Hex
  readonly voucher: Voucher
}) =>
  ({
    domain: domain('OPEM Escrow', chainId, escrow),
    types: { Voucher: [field('agreement', 'bytes32'), field('cumulative', 'uint96')] },
    primaryType: 'Voucher',
    message: { ...voucher },
  }) as const
