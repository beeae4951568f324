import { OpemError } from '../errors/opem-error.ts'
import { Wh } from '../units/units.ts'
import { concatBytes, type Hex, type Keccak256, toHex, uintBytes } from './bytes.ts'
import type { Book } from './commit-batch.ts'

const ENERGY = (1n << 72n) - 1n
const MOST_MEMBERS = 0xffff

/** A period's totals in one word: surplus (72 bits) ‖ demand (72) ‖ shared (72) ‖ members (16) ‖ 24 zero bits. @throws ERR_RANGE */
export function packTotals({ surplus, demand, shared, balances }: Book): bigint {
  for (const energy of [surplus, demand, shared])
    if (energy > ENERGY)
      throw new OpemError({
        code: 'ERR_RANGE',
        shortMessage: `${energy} Wh does not fit the 72 bits of a period's total`,
      })
  if (balances.length > MOST_MEMBERS)
    throw new OpemError({
      code: 'ERR_RANGE',
      shortMessage: `${balances.length} members in one period: the most is ${MOST_MEMBERS}`,
    })
  return (surplus << 184n) | (demand << 112n) | (shared << 40n) | (BigInt(balances.length) << 24n)
}

export const unpackTotals = (
  word: bigint,
): { readonly surplus: Wh; readonly demand: Wh; readonly shared: Wh; readonly members: number } => ({
  surplus: Wh(word >> 184n),
  demand: Wh((word >> 112n) & ENERGY),
  shared: Wh((word >> 40n) & ENERGY),
  members: Number((word >> 24n) & 0xffffn),
})

/** keccak256(abi.encodePacked(totals)), what a report signs. */
export const totalsHash = (keccak: Keccak256, totals: readonly bigint[]): Hex =>
  toHex(keccak(concatBytes(totals.map((word) => uintBytes(word, 32)))))
