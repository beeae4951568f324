import { type Keccak256, OpemError } from '@opem/domain'
import { type Hex, keccak256 } from 'viem'
import type { Log } from '../log.ts'
import type { ChainCommunity } from '../watch/read-community.ts'
import { checkRules } from './check-rules.ts'
import type { ClosedBatch, closeBatch } from './close-batch.ts'
import type { Complaint } from './match-members.ts'
import type { ReadingsWindow } from './readings-window.ts'

export const keccak: Keccak256 = (bytes) => keccak256(bytes, 'bytes')

/** Which batch, as the contract counts it. */
export interface BatchId {
  readonly start: number
  readonly periods: number
  readonly revision: number
  readonly rules: number
}

export interface Computed extends ClosedBatch {
  readonly batch: BatchId
  /** The lake's cursor when its readings were read. */
  readonly watermark: number
  /** What the API said of members and meters that the chain does not bear out. */
  readonly complaints: readonly Complaint[]
}

/**
 * Computes a batch from what the chain and a window of readings say. Throws `ERR_ORACLE_RULES` when the community's
 * rules cannot be proven: then nobody can settle it.
 */
export async function recompute(
  { chainId, close, log }: { readonly chainId: number; readonly close: typeof closeBatch; readonly log: Log },
  community: ChainCommunity,
  batch: BatchId,
  window: ReadingsWindow,
): Promise<Computed> {
  const committed = community.rules[batch.rules - 1]
  if (!committed) {
    throw new OpemError({ code: 'ERR_ORACLE_RULES', shortMessage: `rule version ${batch.rules} is not on chain` })
  }
  const rules = checkRules(keccak, batch.rules, committed, window.profile.rules)
  if (!rules.ok) throw new OpemError({ code: rules.code, shortMessage: rules.reason })

  const { members, complaints } = window.membersOf(community.members)
  for (const complaint of complaints)
    log.warn('member-mismatch', { community: community.id, peer: complaint.member, ...complaint })
  const input = {
    keccak,
    chainId,
    community: community.id as Hex,
    periodSeconds: community.periodSeconds,
    batch,
    members,
    allocation: rules.value.allocation,
    readingOf: window.readingOf,
  }
  const history = await window.historyFor(members, batch, community.periodSeconds)
  return { ...close({ ...input, historyOf: history }), batch, watermark: window.watermark, complaints }
}
