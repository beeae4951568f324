import { settlementAbi } from '@opem/contracts'
import { type Address, encodeAbiParameters, getAbiItem, type Hex, keccak256, numberToHex } from 'viem'
import { z } from 'zod'
import type { SettledBatch } from '../watch/batches.ts'

/** What oracle nodes sign (ISettlement.sol), instants in epoch seconds. The nonce is each node's own reading of the chain. */
export interface Report {
  readonly community: Address
  readonly start: number
  readonly periods: number
  readonly revision: number
  readonly rules: number
  readonly root: Hex
  readonly deadline: number
}

/** One node's question to another: would you sign this? `previous` is the batch that a correction supersedes. */
export interface Proposal {
  readonly report: Report
  readonly totals: readonly bigint[]
  readonly previous: Omit<SettledBatch, 'end'> | null
}

export const hexOf = (bytes: number) =>
  z
    .string()
    .regex(new RegExp(`^0x[0-9a-fA-F]{${bytes * 2}}$`))
    .transform((text) => text.toLowerCase() as Hex)
export const word = hexOf(32).transform((text) => BigInt(text))

const ReportShape = z.strictObject({
  community: hexOf(20),
  start: z.int().nonnegative(),
  periods: z.int().min(1).max(65535),
  revision: z.int().nonnegative(),
  rules: z.int().min(1),
  root: hexOf(32),
  deadline: z.int().nonnegative(),
})
const BatchShape = ReportShape.omit({ deadline: true }).extend({
  settledAt: z.int().nonnegative(),
  signers: word,
  totalsHash: hexOf(32),
})
const ProposalShape = z.strictObject({
  report: ReportShape,
  totals: z.array(word).min(1).max(65535),
  previous: BatchShape.nullable(),
})

export const parseProposal = (raw: unknown) => {
  const parsed = ProposalShape.safeParse(raw)
  return parsed.success
    ? ({ ok: true, value: parsed.data } as const)
    : ({ ok: false, code: 'ERR_ORACLE_PROPOSAL', reason: z.prettifyError(parsed.error) } as const)
}

export const wordHex = (value: bigint) => numberToHex(value, { size: 32 })

export function formatProposal({ report, totals, previous }: Proposal): string {
  const superseded = previous && { ...previous, end: undefined, signers: wordHex(previous.signers) }
  return JSON.stringify({ report, totals: totals.map(wordHex), previous: superseded })
}

const correctInputs = getAbiItem({ abi: settlementAbi, name: 'correct' }).inputs

/** A batch as the contract's functions take it. */
export const toChainBatch = (batch: Omit<SettledBatch, 'end'>) => ({
  community: batch.community,
  start: BigInt(batch.start),
  periods: batch.periods,
  revision: batch.revision,
  rules: batch.rules,
  settledAt: BigInt(batch.settledAt),
  signers: batch.signers,
  root: batch.root,
  totalsHash: batch.totalsHash,
})

/** What the contract stores of a batch: keccak256(abi.encode(batch)). */
export const hashBatch = (batch: Omit<SettledBatch, 'end'>): Hex =>
  keccak256(encodeAbiParameters([correctInputs[0]], [toChainBatch(batch)]))

export const toChainReport = (report: Report) => ({
  ...report,
  start: BigInt(report.start),
  deadline: BigInt(report.deadline),
})
