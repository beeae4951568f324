import { compareBytes, concatBytes, type Keccak256 } from './bytes.ts'

// Sorted pairs, as OpenZeppelin's MerkleProof hashes them; an odd node moves up unchanged (ISettlement.sol, BalanceProof).
const pair = (keccak: Keccak256, a: Uint8Array, b: Uint8Array): Uint8Array =>
  keccak(compareBytes(a, b) <= 0 ? concatBytes([a, b]) : concatBytes([b, a]))

/** Levels of a tree from leaves to root. Without leaves the root is 32 zero bytes. */
export function merkleLevels(keccak: Keccak256, leaves: readonly Uint8Array[]): Uint8Array[][] {
  const levels: Uint8Array[][] = [leaves.length === 0 ? [new Uint8Array(32)] : [...leaves]]
  for (let level = levels[0]!; level.length > 1; level = levels.at(-1)!) {
    const above: Uint8Array[] = []
    for (let i = 0; i < level.length; i += 2) {
      const right = level[i + 1]
      above.push(right ? pair(keccak, level[i]!, right) : level[i]!)
    }
    levels.push(above)
  }
  return levels
}

export const merkleRoot = (levels: readonly Uint8Array[][]): Uint8Array => levels.at(-1)![0]!

/** The siblings on the way from leaf `index` to the root. */
export function merkleProof(levels: readonly Uint8Array[][], index: number): Uint8Array[] {
  const siblings: Uint8Array[] = []
  let at = index
  for (const level of levels.slice(0, -1)) {
    const sibling = level[at ^ 1]
    if (sibling) siblings.push(sibling)
    at >>= 1
  }
  return siblings
}

export const climb = (keccak: Keccak256, leaf: Uint8Array, proof: readonly Uint8Array[]): Uint8Array =>
  proof.reduce((node, sibling) => pair(keccak, node, sibling), leaf)
