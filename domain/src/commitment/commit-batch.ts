import { OpemError } from '../errors/opem-error.ts'
import { formatInstant } from '../periods/instant.ts'
import type { Wh } from '../units/units.ts'
import { abiWords, type Hex, type Keccak256, toBytes, toHex, uintBytes } from './bytes.ts'
import { climb, merkleLevels, merkleProof, merkleRoot } from './merkle.ts'
import { packTotals, totalsHash } from './totals.ts'

/**
 * A member's balance as committed. `flags`: bit 0 substituted from history, bit 1 substituted without, bit 2 estimated,
 * bit 3 a meter's use was not authorised.
 */
export interface CommittedBalance {
  readonly member: Hex
  readonly energyImport: Wh
  readonly energyExport: Wh
  readonly bought: Wh
  readonly sold: Wh
  readonly flags: number
  readonly salt: Hex
}

/** All balances of one period, ascending by member id, with its totals. */
export interface Book {
  readonly start: number
  readonly surplus: Wh
  readonly demand: Wh
  readonly shared: Wh
  readonly balances: readonly CommittedBalance[]
}

/** What frames every leaf: it verifies on this chain, for this community and revision only. */
export interface LeafFrame {
  readonly chainId: number | bigint
  readonly community: Hex
  readonly revision: number
}

/** Where a balance stands in a batch; the shape of `BalanceProof` in ISettlement.sol, ready for viem. */
export interface BalanceProof {
  readonly periodStart: bigint
  readonly totals: bigint
  readonly toMembersRoot: readonly Hex[]
  readonly toBatchRoot: readonly Hex[]
}

export interface BatchCommitment {
  readonly root: Hex
  readonly totals: bigint[]
  readonly totalsHash: Hex
  readonly membersRoots: Hex[]
  /** @throws ERR_BALANCE_UNKNOWN when the batch has no such period or member */
  proofOf(start: number, member: Hex): BalanceProof
}

// Hashed twice, so that an inner node can never pass for a leaf.
const twice = (keccak: Keccak256, bytes: Uint8Array): Uint8Array => keccak(keccak(bytes))

/** Leaf of one balance: double keccak of (chain id, community, period start, revision, member, import, export, bought, sold, flags, salt). */
export const balanceLeaf = (
  keccak: Keccak256,
  { chainId, community, revision }: LeafFrame,
  start: number,
  balance: CommittedBalance,
): Uint8Array =>
  twice(
    keccak,
    abiWords([
      BigInt(chainId),
      toBytes(community, 20),
      start,
      uintBytes(revision, 4),
      toBytes(balance.member, 32),
      uintBytes(balance.energyImport, 8),
      uintBytes(balance.energyExport, 8),
      uintBytes(balance.bought, 8),
      uintBytes(balance.sold, 8),
      uintBytes(balance.flags, 1),
      toBytes(balance.salt, 32),
    ]),
  )

/** Leaf of one period in the batch's tree: double keccak of (period start, totals, members' root). */
export const periodLeaf = (keccak: Keccak256, start: number, totals: bigint, membersRoot: Uint8Array): Uint8Array =>
  twice(keccak, abiWords([start, totals, membersRoot]))

/** Levels of a period's members' tree. @throws ERR_MEMBER_ORDER unless the balances ascend by member id */
export function membersTree(keccak: Keccak256, frame: LeafFrame, { start, balances }: Book): Uint8Array[][] {
  balances.forEach(({ member }, i) => {
    const before = balances[i - 1]
    if (before && before.member >= member)
      throw new OpemError({
        code: 'ERR_MEMBER_ORDER',
        shortMessage: `in period ${formatInstant(start)} member ${member} stands behind ${before.member}: balances ascend by member id`,
        details: { start, member },
      })
  })
  return merkleLevels(
    keccak,
    balances.map((balance) => balanceLeaf(keccak, frame, start, balance)),
  )
}

/** Commits consecutive periods: what the oracle signs, and the proof of every balance. Books are in time order. */
export function commitBatch(
  keccak: Keccak256,
  { chainId, community, revision, books }: LeafFrame & { readonly books: readonly Book[] },
): BatchCommitment {
  const frame = { chainId, community, revision }
  const trees = books.map((book) => membersTree(keccak, frame, book))
  const totals = books.map(packTotals)
  const levels = merkleLevels(
    keccak,
    books.map(({ start }, i) => periodLeaf(keccak, start, totals[i]!, merkleRoot(trees[i]!))),
  )
  return {
    root: toHex(merkleRoot(levels)),
    totals,
    totalsHash: totalsHash(keccak, totals),
    membersRoots: trees.map((tree) => toHex(merkleRoot(tree))),
    proofOf(start, member) {
      const period = books.findIndex((book) => book.start === start)
      const index = books[period]?.balances.findIndex((balance) => balance.member === member) ?? -1
      if (index < 0)
        throw new OpemError({
          code: 'ERR_BALANCE_UNKNOWN',
          shortMessage: `the batch holds no balance of ${member} in the period ${formatInstant(start)}`,
          details: { start, member },
        })
      return {
        periodStart: BigInt(start),
        totals: totals[period]!,
        toMembersRoot: merkleProof(trees[period]!, index).map(toHex),
        toBatchRoot: merkleProof(levels, period).map(toHex),
      }
    },
  }
}

/** Whether `balance` is under `root`: the same check as the chain's `verifyBalance`, without asking whether the root is current. */
export function verifyBalanceProof(
  keccak: Keccak256,
  { root, ...frame }: LeafFrame & { readonly root: Hex },
  balance: CommittedBalance,
  proof: BalanceProof,
): boolean {
  const start = Number(proof.periodStart)
  const path = (hashes: readonly Hex[]): Uint8Array[] => hashes.map((hash) => toBytes(hash, 32))
  const membersRoot = climb(keccak, balanceLeaf(keccak, frame, start, balance), path(proof.toMembersRoot))
  const leaf = periodLeaf(keccak, start, proof.totals, membersRoot)
  return toHex(climb(keccak, leaf, path(proof.toBatchRoot))) === root.toLowerCase()
}
