import type { Hex } from '../commitment/bytes.ts'

/** A metering point as consented to: its hash on chain and the participating percentage. */
export interface ConsentedPoint {
  readonly id: Hex
  readonly participation: number
}

const domain = (name: 'OPEM Community' | 'OPEM Settlement', chainId: number | bigint, verifyingContract: Hex) =>
  ({ name, version: '1', chainId: Number(chainId), verifyingContract }) as const

const field = <const N extends string, const T extends string>(name: N, type: T) => ({ name, type }) as const

/** EIP-712 typed data of a member's consent to join (IEnergyCommunity.sol, `join`), ready for viem's signTypedData. */
export const joinConsent = (consent: {
  readonly chainId: number | bigint
  readonly community: Hex
  readonly member: Hex
  readonly account: Hex
  readonly from: number | bigint
  readonly meteringPoints: readonly ConsentedPoint[]
  readonly nonce: number | bigint
  readonly deadline: number | bigint
}) =>
  ({
    domain: domain('OPEM Community', consent.chainId, consent.community),
    types: {
      Join: [
        field('member', 'bytes32'),
        field('account', 'address'),
        field('from', 'uint64'),
        field('meteringPoints', 'MeteringPoint[]'),
        field('nonce', 'uint256'),
        field('deadline', 'uint256'),
      ],
      MeteringPoint: [field('id', 'bytes32'), field('participation', 'uint8')],
    },
    primaryType: 'Join',
    message: {
      member: consent.member,
      account: consent.account,
      from: BigInt(consent.from),
      meteringPoints: consent.meteringPoints.map(({ id, participation }) => ({ id, participation })),
      nonce: BigInt(consent.nonce),
      deadline: BigInt(consent.deadline),
    },
  }) as const

/** EIP-712 typed data of a member's consent to leave (IEnergyCommunity.sol, `leave`). */
export const leaveConsent = (consent: {
  readonly chainId: number | bigint
  readonly community: Hex
  readonly member: Hex
  readonly until: number | bigint
  readonly nonce: number | bigint
  readonly deadline: number | bigint
}) =>
  ({
    domain: domain('OPEM Community', consent.chainId, consent.community),
    types: {
      Leave: [
        field('member', 'bytes32'),
        field('until', 'uint64'),
        field('nonce', 'uint256'),
        field('deadline', 'uint256'),
      ],
    },
    primaryType: 'Leave',
    message: {
      member: consent.member,
      until: BigInt(consent.until),
      nonce: BigInt(consent.nonce),
      deadline: BigInt(consent.deadline),
    },
  }) as const

/** A report as the chain's `Report` struct takes it (ISettlement.sol). */
export interface ReportValues {
  readonly community: Hex
  readonly start: number | bigint
  readonly periods: number
  readonly revision: number
  readonly rules: number
  readonly root: Hex
  readonly deadline: number | bigint
}

/** EIP-712 typed data of what oracle nodes sign about a batch (ISettlement.sol, `Report`). */
export const settlementReport = ({
  chainId,
  settlement,
  report,
  totalsHash,
  nonce,
}: {
  readonly chainId: number | bigint
  readonly settlement: Hex
  readonly report: ReportValues
  readonly totalsHash: Hex
  readonly nonce: number | bigint
}) =>
  ({
    domain: domain('OPEM Settlement', chainId, settlement),
    types: {
      Report: [
        field('community', 'address'),
        field('start', 'uint64'),
        field('periods', 'uint16'),
        field('revision', 'uint32'),
        field('rules', 'uint32'),
        field('root', 'bytes32'),
        field('totalsHash', 'bytes32'),
        field('nonce', 'uint256'),
        field('deadline', 'uint64'),
      ],
    },
    primaryType: 'Report',
    message: {
      community: report.community,
      start: BigInt(report.start),
      periods: report.periods,
      revision: report.revision,
      rules: report.rules,
      root: report.root,
      totalsHash,
      nonce: BigInt(nonce),
      deadline: BigInt(report.deadline),
    },
  }) as const
