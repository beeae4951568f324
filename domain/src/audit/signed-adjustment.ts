import type { Adjustment } from '../adjustment/adjustment.ts'
import { type AdjustmentValues, adjustmentReport } from '../adjustment/adjustment-report.ts'
import { type Hex, type Keccak256, toHex } from '../commitment/bytes.ts'
import { balanceLeaf, type CommittedBalance } from '../commitment/commit-batch.ts'
import { merkleLevels, merkleRoot } from '../commitment/merkle.ts'
import { packTotals } from '../commitment/totals.ts'
import { Wh } from '../units/units.ts'
import type { ChainBatch, ChainView, RecoverAdjustmentSigner } from './types.ts'

/** What nodes of the committee signed, as far as that can be told, and whose signature each one is. */
export interface SignedAdjustment {
  readonly values: AdjustmentValues
  /** By place in `signatures`: a node's address, or what else came out. */
  readonly signers: readonly string[]
  /** Different nodes of the committee among them. */
  readonly nodes: ReadonlySet<string>
}

/**
 * Finds the values under which most signatures are the committee's. The chain says the batch, the place among the period's
 * adjustments is `number`; start, members' root and totals are tried as given and as the balances make them: so a single changed
 * value is told from the signed one.
 */
export async function signedAdjustment(
  {
    keccak,
    recoverSigner,
    chain,
    batch,
  }: {
    readonly keccak: Keccak256
    readonly recoverSigner: RecoverAdjustmentSigner
    readonly chain: ChainView
    readonly batch: ChainBatch
  },
  adjustment: Adjustment,
  number: number,
): Promise<SignedAdjustment> {
  const { book, knownAt, signatures } = adjustment
  const seats = new Set(chain.committee.seats.map(({ node }) => node.toLowerCase()))
  let best: SignedAdjustment | undefined
  for (const start of new Set([adjustment.start, book.start])) {
    const frame = { chainId: chain.chainId, community: chain.community, revision: batch.revision }
    const leaves = book.balances.map((balance) => balanceLeaf(keccak, frame, start, balance))
    const computed = toHex(merkleRoot(merkleLevels(keccak, leaves)))
    for (const membersRoot of new Set<Hex>([book.membersRoot, computed]))
      for (const totals of new Set([packTotals(book), packTotals({ ...book, ...sumsOf(book.balances) })])) {
        const { start: batchStart, revision, root: batchRoot, rules } = batch
        const { community } = chain
        const values = {
          ...{ community, batch: batchStart, revision, batchRoot, start, rules, number, totals },
          ...{ membersRoot, knownAt },
        }
        const data = adjustmentReport({ chainId: chain.chainId, settlement: chain.settlement, adjustment: values })
        const signers = await Promise.all(signatures.map((signature) => signerOf(recoverSigner, data, signature)))
        const nodes = new Set(signers.filter((signer) => seats.has(signer)))
        if (best === undefined || nodes.size > best.nodes.size) best = { values, signers, nodes }
      }
  }
  return best!
}

const above = (a: bigint, b: bigint): bigint => (a > b ? a - b : 0n)

function sumsOf(balances: readonly CommittedBalance[]) {
  const sum = (of: (balance: CommittedBalance) => bigint): Wh => Wh(balances.reduce((total, b) => total + of(b), 0n))
  return {
    surplus: sum(({ energyImport, energyExport }) => above(energyExport, energyImport)),
    demand: sum(({ energyImport, energyExport }) => above(energyImport, energyExport)),
    shared: sum(({ bought }) => bought),
  }
}

// A flipped bit may leave no point on the curve: that too is a wrong signature, not a broken audit.
async function signerOf(
  recoverSigner: RecoverAdjustmentSigner,
  data: ReturnType<typeof adjustmentReport>,
  signature: Hex,
): Promise<string> {
  try {
    return (await recoverSigner(data, signature)).toLowerCase()
  } catch {
    return 'nobody: not a signature'
  }
}
