import type { adjustmentReport } from '../adjustment/adjustment-report.ts'
import type { Hex, Keccak256 } from '../commitment/bytes.ts'
import type { settlementReport } from '../consent/typed-data.ts'
import type { MemberMoney } from '../pricing/member-money.ts'
import type { CheckedPrices } from '../pricing/price-commitment.ts'
import type { PriceSeries } from '../pricing/price-series.ts'
import type { RulesDocument } from '../rules/rules-document.ts'
import type { StatementMoney } from '../statement/ledger.ts'
import type { FlagName } from '../substitution/flags.ts'
import type { TradingBatch } from '../wire/trading-batch.ts'

/** A rule version from `RulesCommitted`; `committedAt` is the block time of the event. */
export interface ChainRules {
  readonly version: number
  readonly from: number
  /** Index in `AllocationKey`. */
  readonly key: number
  readonly plain: boolean
  readonly exact: boolean
  readonly rulesHash: Hex
  readonly committedAt: number
}

/** A membership from `MemberJoined` and `MemberLeft`: in force in `[from, until)`, `until` null while the member stays. */
export interface ChainMember {
  readonly member: Hex
  readonly from: number
  readonly until: number | null
}

/** The oracle committee from `NodeSeated` and `QuorumChanged`: every seat ever given, and the quorum since each block time, ascending. */
export interface ChainCommittee {
  readonly seats: readonly { readonly node: Hex; readonly seat: number }[]
  readonly quorums: readonly { readonly since: number; readonly quorum: number }[]
}

/** What the nodes signed: from the calldata of `settle` or `correct`; the nonce is the number of earlier batches and corrections. */
export interface SignedReport {
  readonly nonce: number | bigint
  readonly deadline: number | bigint
  readonly signatures: readonly Hex[]
}

/** The current revision of a batch, from `BatchSettled` (and `BatchFallen`). */
export interface ChainBatch {
  readonly start: number
  readonly periods: number
  readonly revision: number
  readonly rules: number
  readonly settledAt: number
  /** Bitmap of seats. */
  readonly signers: bigint
  readonly root: Hex
  /** One word per period. */
  readonly totals: readonly bigint[]
  /** Block time of the event. */
  readonly timestamp: number
  /** The hash the contract stores now (`batchHash`), when the auditor asked it. */
  readonly batchHash?: Hex
  /** A successful challenge brought this revision down and nothing has superseded it. */
  readonly fallen?: boolean
  /** Absent when the auditor cannot see calldata: then only the bitmap is held against the quorum. */
  readonly report?: SignedReport
}

/** What the chain says about a community, from its events (the subgraph) or read directly. Addresses and ids in lower case. */
export interface ChainView {
  readonly chainId: number
  readonly settlement: Hex
  readonly community: Hex
  readonly periodSeconds: 900 | 3600
  readonly startsAt: number
  /** Block time of the founding; a historic community's first rules may be committed then, after their first period. */
  readonly createdAt: number
  readonly historic: boolean
  readonly rules: readonly ChainRules[]
  readonly members: readonly ChainMember[]
  readonly committee: ChainCommittee
}

type ReportTypedData = ReturnType<typeof settlementReport>

/** Passed in: this package has no cryptography. With viem: `(data, signature) => recoverTypedDataAddress({ ...data, signature })`. */
export type RecoverSigner = (data: ReportTypedData, signature: Hex) => Hex | Promise<Hex>

/** The same for adjustments. */
export type RecoverAdjustmentSigner = (data: ReturnType<typeof adjustmentReport>, signature: Hex) => Hex | Promise<Hex>

export interface AuditInput {
  readonly keccak: Keccak256
  readonly recoverSigner: RecoverSigner
  readonly chain: ChainView
  readonly batch: ChainBatch
  /** What the oracle kept, or undefined when nobody has it. */
  readonly evidence: TradingBatch | undefined
  /** The documents behind the committed hashes, in any order; they are found by hash. */
  readonly rulesDocs: readonly RulesDocument[]
  readonly prices: readonly PriceSeries[]
  /** What the chain committed to for the series that the rules name; a period priced without a commitment is a finding. */
  readonly committedPrices?: readonly CheckedPrices[]
}

export type FindingCode =
  | 'AUDIT_EVIDENCE_MISSING'
  | 'AUDIT_EVIDENCE_FRAME'
  | 'AUDIT_BATCH_FALLEN'
  | 'AUDIT_BATCH_HASH'
  | 'AUDIT_GAP'
  | 'AUDIT_OVERLAP'
  | 'AUDIT_ROOT'
  | 'AUDIT_MEMBERS_ROOT'
  | 'AUDIT_LEAF'
  | 'AUDIT_MEMBER_ORDER'
  | 'AUDIT_MEMBERS'
  | 'AUDIT_TOTALS'
  | 'AUDIT_SHARED'
  | 'AUDIT_BOUNDS'
  | 'AUDIT_SPLIT'
  | 'AUDIT_QUORUM'
  | 'AUDIT_SIGNATURE'
  | 'AUDIT_RULES'
  | 'AUDIT_RULES_LATE'
  | 'AUDIT_RULES_DOCUMENT'
  | 'AUDIT_MONEY'
  | 'AUDIT_PRICES'
  | 'AUDIT_ADJUSTMENT'
  | 'AUDIT_STATEMENT'

/** Where exactly: times as ISO 8601; `field` is the wire's name (`boughtWh`, `salt`, `root`, `totals.surplusWh`, …). */
export interface Place {
  readonly batch: string
  readonly revision?: number
  readonly period?: string
  /** Number of an adjustment of the period. */
  readonly adjustment?: number
  readonly member?: string
  readonly field?: string
}

/** One thing that is not as it must be. */
export interface Finding {
  readonly code: FindingCode
  readonly place: Place
  readonly expected: string
  readonly found: string
}

/** The verdict on one period. Findings about the whole batch stand in each of its periods. Energies are those the chain committed to. */
export interface Verdict {
  readonly start: number
  readonly ok: boolean
  readonly findings: readonly Finding[]
  /** Of the batch on chain: with the correction window they say whether the period is final (`periodState`). */
  readonly revision: number
  readonly settledAt: number
  readonly members: number
  readonly sharedWh: bigint
  /** How many balances carry a flag, by its name; absent when none does. No fault: what the readings could not give. */
  readonly flags?: Partial<Record<FlagName, number>>
  /** Money of each member in this period, recomputed, rounded as a statement of this one period; only with rules that hold tariffs. */
  readonly money?: ReadonlyMap<string, StatementMoney>
  /** The same before rounding, nano-EUR: what sums are made of. */
  readonly exact?: ReadonlyMap<string, MemberMoney>
}
