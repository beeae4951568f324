import { ALLOCATION_KEYS, isExact, isPlain } from '../allocation/allocation.ts'
import { type Hex, type Keccak256, toHex } from '../commitment/bytes.ts'
import { OpemError } from '../errors/opem-error.ts'
import { formatInstant, parseInstant } from '../periods/instant.ts'
import { canonicalJson } from './canonical-json.ts'
import type { RulesDocument } from './rules-document.ts'

/** Start of a version, seconds since 1970. @throws ERR_RULES when `from` is no instant */
export function rulesFrom({ from }: RulesDocument): number {
  const parsed = parseInstant(from)
  if (!parsed.ok) throw new OpemError({ code: 'ERR_RULES', shortMessage: parsed.reason })
  return parsed.value
}

/** The version in force for the period that starts at `start`, also when it is settled or priced later. @throws ERR_RULES_NONE */
export function rulesInForce(docs: readonly RulesDocument[], start: number): RulesDocument {
  let inForce: RulesDocument | undefined
  for (const doc of docs)
    if (rulesFrom(doc) <= start && (!inForce || rulesFrom(doc) >= rulesFrom(inForce))) inForce = doc
  if (!inForce)
    throw new OpemError({
      code: 'ERR_RULES_NONE',
      shortMessage: `no rules are in force at ${formatInstant(start)}: give a version that starts at or before it`,
      details: { start, versions: docs.map((doc) => doc.from) },
    })
  return inForce
}

/** keccak256 of the canonical document, as committed on chain. */
export const rulesHash = (keccak: Keccak256, doc: RulesDocument): Hex =>
  toHex(keccak(new TextEncoder().encode(canonicalJson(doc))))

/** What the chain stores of a version beside its hash; `key` is the index in `AllocationKey` of IEnergyCommunity.sol. */
export const rulesOnChain = (
  doc: RulesDocument,
): { readonly from: bigint; readonly key: number; readonly plain: boolean; readonly exact: boolean } => ({
  from: BigInt(rulesFrom(doc)),
  key: ALLOCATION_KEYS.indexOf(doc.allocation.key),
  plain: isPlain(doc.allocation),
  exact: isExact(doc.allocation),
})
