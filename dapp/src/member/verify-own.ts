import type { BalanceProof, Hex, TradingBatch } from '@opem/domain'
import { balanceLeaf, toHex, unpackTotals, verifyBalanceProof } from '@opem/domain'
import { keccak } from '../chain/keccak.ts'
import { kwhUnit } from '../format/energy.ts'
import type { Chain, Step } from './verify.ts'
import { contractSteps, energies, missing } from './verify.ts'

/**
 * Follows a member's own balance to the contract when the neighbours' balances are not the member's to see: by the
 * hashes beside it, which say nothing about anybody. A wrong hash leads to another root, so these need no trust either.
 */
export function verifyOwnSteps(
  evidence: TradingBatch,
  start: number,
  member: Hex,
  proof: BalanceProof | undefined,
  chain: Chain,
): Step[] {
  const book = evidence.books.find((one) => one.start === start)
  const balance = book?.balances.find((one) => one.member === member)
  if (book === undefined || balance === undefined || proof === undefined) return missing
  const root = chain.batch?.root
  const leads = root !== undefined && verifyBalanceProof(keccak, { ...frameOf(evidence), root }, balance, proof)
  const recorded = chain.batch?.totals[evidence.books.indexOf(book)]
  const { surplus, demand, shared } = unpackTotals(proof.totals)
  return [
    { title: 'Your balance', right: true, says: 'These are the values to be proved.', values: energies(balance) },
    {
      title: 'Fingerprint of your balance',
      right: true,
      says: 'Computed here from the values and their salt. One different watt-hour gives another fingerprint.',
      values: [['Leaf', toHex(balanceLeaf(keccak, evidence, start, balance))]],
    },
    {
      title: 'It leads to the batch root on chain',
      right: leads,
      says:
        root === undefined
          ? 'The chain has no batch that starts here.'
          : leads
            ? `With ${proof.toMembersRoot.length + proof.toBatchRoot.length} hashes of what lies beside it, it gives exactly the root that the chain recorded.`
            : 'It leads to another root: a value of yours is not the one that was committed, or a hash beside it is wrong.',
      values: [['Recorded on chain', root ?? 'nothing']],
    },
    {
      title: 'The period’s sums are those on chain',
      right: recorded === proof.totals,
      says:
        recorded === proof.totals
          ? 'Surplus, demand, shared energy and number of members agree.'
          : 'The sums that were proved differ from the event on chain.',
      values: [
        ['Surplus', kwhUnit(surplus, 3)],
        ['Demand', kwhUnit(demand, 3)],
        ['Shared', kwhUnit(shared, 3)],
      ],
    },
    ...contractSteps(evidence, chain),
  ]
}

const frameOf = ({ chainId, community, revision }: TradingBatch) => ({ chainId, community, revision })
