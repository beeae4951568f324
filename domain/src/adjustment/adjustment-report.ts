import type { Hex } from '../commitment/bytes.ts'

/** What identifies an adjustment and commits to its balances. */
export interface AdjustmentValues {
  readonly community: Hex
  readonly batch: number
  readonly revision: number
  readonly batchRoot: Hex
  readonly start: number
  readonly rules: number
  readonly number: number
  /** The period's totals in one word (`packTotals`). */
  readonly totals: bigint
  readonly membersRoot: Hex
  readonly knownAt: number
}

const field = <const N extends string, const T extends string>(name: N, type: T) => ({ name, type }) as const

/**
 * EIP-712 typed data of what oracle nodes sign about an adjustment. No contract reads it: an auditor recovers the signers and
 * holds them against the committee on chain. Its type is another than a `Report`'s, so neither signature passes for the other.
 */
export const adjustmentReport = ({
  chainId,
  settlement,
  adjustment,
}: {
  readonly chainId: number | bigint
  readonly settlement: Hex
  readonly adjustment: AdjustmentValues
}) =>
  ({
    domain: { name: 'OPEM Settlement', version: '1', chainId: Number(chainId), verifyingContract: settlement },
    types: {
      Adjustment: [
        field('community', 'address'),
        field('batch', 'uint64'),
        field('revision', 'uint32'),
        field('batchRoot', 'bytes32'),
        field('start', 'uint64'),
        field('rules', 'uint32'),
        field('number', 'uint32'),
        field('totals', 'uint256'),
        field('membersRoot', 'bytes32'),
        field('knownAt', 'uint64'),
      ],
    },
    primaryType: 'Adjustment',
    message: {
      community: adjustment.community,
      batch: BigInt(adjustment.batch),
      revision: adjustment.revision,
      batchRoot: adjustment.batchRoot,
      start: BigInt(adjustment.start),
      rules: adjustment.rules,
      number: adjustment.number,
      totals: adjustment.totals,
      membersRoot: adjustment.membersRoot,
      knownAt: BigInt(adjustment.knownAt),
    },
  }) as const
