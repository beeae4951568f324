import { settlementAbi } from '@opem/contracts'
import { type ChainBatch, type ChainView, commitBatch, packTotals, type TradingBatch, totalsHash } from '@opem/domain'
import {
  type Address,
  BaseError,
  ContractFunctionRevertedError,
  keccak256,
  type LocalAccount,
  type PublicClient,
  parseEventLogs,
} from 'viem'
import { call, send } from '../community/transactions.ts'

const keccak = (bytes: Uint8Array) => keccak256(bytes, 'bytes')

/** `ISettlement.Fault` in words, in its order. */
const FAULTS = [
  'nothing',
  'members out of order',
  'wrong number of members',
  'wrong surplus',
  'wrong demand',
  'bought is not shared',
  'sold is not shared',
  'somebody bought more than the demand',
  'somebody sold more than the surplus',
  'the split is not even',
  'totals differ',
] as const

/** A batch that fell: where, and what was shown. */
export interface Fallen {
  readonly start: number
  readonly revision: number
  readonly period: number
  readonly fault: string
}

/**
 * Gives the contract the first period of a batch that it accepts as wrong. The contract itself judges: every period is put
 * to it as a call first, which costs nothing.
 * @returns undefined when nothing in the batch can be shown wrong, or the evidence is not what the root commits to
 */
export async function challengeBatch(
  client: PublicClient,
  challenger: LocalAccount,
  given: {
    readonly settlement: Address
    readonly view: ChainView
    readonly batch: ChainBatch
    readonly evidence: TradingBatch
  },
): Promise<Fallen | undefined> {
  const { settlement, view, batch, evidence } = given
  const { chainId, community } = view
  const { books } = evidence
  const { root, proofOf } = commitBatch(keccak, { chainId, community, revision: batch.revision, books })
  if (root !== batch.root) return undefined
  const { start, periods, revision, rules, settledAt, signers, totals } = batch
  const struct = {
    community,
    start: BigInt(start),
    periods,
    revision,
    rules,
    settledAt: BigInt(settledAt),
    signers,
    root,
    totalsHash: totalsHash(keccak, [...totals]),
  }
  for (const [index, book] of books.entries()) {
    const first = book.balances[0]
    if (first === undefined) continue
    const { toBatchRoot } = proofOf(book.start, first.member)
    const attempt = call(settlement, settlementAbi, 'challenge', [
      struct,
      totals,
      BigInt(index),
      packTotals(book),
      book.balances,
      toBatchRoot,
    ])
    if (!(await isFounded(client, challenger, attempt))) continue
    const receipt = await send(client, challenger, attempt)
    const [event] = parseEventLogs({ abi: settlementAbi, eventName: 'BatchFallen', logs: receipt.logs })
    return { start, revision, period: book.start, fault: FAULTS[event!.args.fault] ?? 'unknown' }
  }
  return undefined
}

// What says that a period is in order, or that it is too late to say otherwise.
const NOT_FOUNDED = ['SettlementChallengeUnfounded', 'SettlementWindowClosed', 'SettlementChallengeTooLarge']

async function isFounded(client: PublicClient, account: LocalAccount, attempt: ReturnType<typeof call>) {
  try {
    await client.simulateContract({ ...attempt, account } as never)
    return true
  } catch (error) {
    const reverted = error instanceof BaseError && error.walk((cause) => cause instanceof ContractFunctionRevertedError)
    const name = reverted instanceof ContractFunctionRevertedError ? reverted.data?.errorName : undefined
    if (name !== undefined && NOT_FOUNDED.includes(name)) return false
    throw error
  }
}

/** Draws what the contract owes the challenger; 0 when it owes nothing. */
export async function claimReward(
  client: PublicClient,
  challenger: LocalAccount,
  settlement: Address,
): Promise<bigint> {
  const reward = await client.readContract({
    address: settlement,
    abi: settlementAbi,
    functionName: 'rewardOf',
    args: [challenger.address],
  })
  if (reward > 0n) await send(client, challenger, call(settlement, settlementAbi, 'claimReward', []))
  return reward
}
