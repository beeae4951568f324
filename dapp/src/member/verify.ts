import type { Hex, RulesDocument, TradingBatch } from '@opem/domain'
import { balanceLeaf, commitBatch, packTotals, settlePeriod, toHex } from '@opem/domain'
import type { ChainBatch } from '../chain/batches.ts'
import { batchHash } from '../chain/batches.ts'
import { keccak } from '../chain/keccak.ts'
import { kwhUnit } from '../format/energy.ts'
import { shortHex } from '../format/hex.ts'
import { plural } from '../format/words.ts'

/** One comparison: what was asked, whether it holds, and the values in plain words. */
export type Step = { title: string; right: boolean; says: string; values: readonly (readonly [string, string])[] }

export type Chain = {
  /** the batch as the chain's own events tell it; `undefined` when there is none */
  batch: ChainBatch | undefined
  /** `batchHash(community, start)` as the contract answers now */
  storedHash: Hex
  /** `verifyBalance(batch, balance, proof)` as the contract answers now; `undefined` when it could not be asked */
  verified: boolean | undefined
}

/** The proof of a balance, computed from the evidence alone. */
export function proofFrom(evidence: TradingBatch, start: number, member: Hex) {
  const { chainId, community, revision, books } = evidence
  const commitment = commitBatch(keccak, { chainId, community, revision, books })
  const book = books.find((one) => one.start === start)
  const balance = book?.balances.find((one) => one.member === member)
  if (book === undefined || balance === undefined) return undefined
  return { commitment, book, balance, proof: commitment.proofOf(start, member) }
}

export const energies = (values: { energyImport: bigint; energyExport: bigint; bought: bigint; sold: bigint }) =>
  [
    ['From the grid connection', kwhUnit(values.energyImport, 3)],
    ['Into the grid connection', kwhUnit(values.energyExport, 3)],
    ['Bought from neighbours', kwhUnit(values.bought, 3)],
    ['Sold to neighbours', kwhUnit(values.sold, 3)],
  ] as const

/** There is nothing to follow. */
export const missing: Step[] = [
  {
    title: 'Your balance is in the evidence',
    right: false,
    says: 'The evidence holds no balance of this member in this period.',
    values: [],
  },
]

/**
 * Follows one balance from its meter values to the contract, comparing at every step. Nothing here trusts the API:
 * it only hands over the evidence, and the evidence must lead to what the chain holds.
 */
export function verifySteps(
  evidence: TradingBatch,
  start: number,
  member: Hex,
  rules: RulesDocument | undefined,
  chain: Chain,
): Step[] {
  const found = proofFrom(evidence, start, member)
  if (found === undefined) return missing
  const { commitment, book, balance } = found
  const index = evidence.books.indexOf(book)
  const steps: Step[] = [
    {
      title: 'Your balance',
      right: true,
      says: 'These are the values to be proved.',
      values: energies(balance),
    },
  ]
  if (rules !== undefined) steps.push(splitStep(evidence, book, member, rules))
  steps.push({
    title: 'Fingerprint of your balance',
    right: true,
    says: 'Computed here from the values and their salt. One different watt-hour gives another fingerprint.',
    values: [['Leaf', toHex(balanceLeaf(keccak, evidence, start, balance))]],
  })
  const root = chain.batch?.root
  steps.push({
    title: 'It leads to the batch root on chain',
    right: root !== undefined && commitment.root === root,
    says:
      root === undefined
        ? 'The chain has no batch that starts here.'
        : commitment.root === root
          ? `With ${plural(book.balances.length - 1, 'other balance')} of the period it gives exactly the root that the chain recorded.`
          : `It leads to another root: a value of this period, of ${shortHex(member)} or of a neighbour, is not the one that was committed.`,
    values: [
      ['Computed here', commitment.root],
      ['Recorded on chain', root ?? 'nothing'],
    ],
  })
  const packed = packTotals(book)
  const recorded = chain.batch?.totals[index]
  steps.push({
    title: 'The period’s sums are those on chain',
    right: recorded === packed,
    says:
      recorded === packed
        ? 'Surplus, demand, shared energy and number of members agree.'
        : 'The sums of the evidence differ from the event on chain.',
    values: [
      ['Surplus', kwhUnit(book.surplus, 3)],
      ['Demand', kwhUnit(book.demand, 3)],
      ['Shared', kwhUnit(book.shared, 3)],
    ],
  })
  return [...steps, ...contractSteps(evidence, chain)]
}

/** What the contract itself says about the batch and the balance. */
export function contractSteps(evidence: TradingBatch, chain: Chain): Step[] {
  const steps: Step[] = []
  const computedHash = chain.batch === undefined ? undefined : batchHash(chain.batch)
  steps.push({
    title: 'The contract holds this batch as the current one',
    right: computedHash === chain.storedHash,
    says:
      computedHash === chain.storedHash
        ? `Revision ${evidence.revision} is in force.`
        : 'The contract holds another batch: this one was superseded, or is not the one recorded.',
    values: [
      ['Computed here', computedHash ?? 'nothing'],
      ['Read from the contract', chain.storedHash],
    ],
  })
  steps.push({
    title: 'The contract itself says yes',
    right: chain.verified === true,
    says:
      chain.verified === true
        ? 'verifyBalance answered true for exactly these values.'
        : chain.verified === false
          ? 'verifyBalance answered false for these values.'
          : 'The contract could not be asked.',
    values: [],
  })
  return steps
}

function splitStep(
  evidence: TradingBatch,
  book: TradingBatch['books'][number],
  member: Hex,
  rules: RulesDocument,
): Step {
  const settled = settlePeriod({ start: book.start, seconds: evidence.periodSeconds }, book.balances, rules.allocation)
  const wrong = settled.members.find((one) => {
    const given = book.balances.find((balance) => balance.member === one.member)
    return given === undefined || given.bought !== one.bought || given.sold !== one.sold
  })
  const own = settled.members.find((one) => one.member === member)
  const given = book.balances.find((balance) => balance.member === wrong?.member)
  return {
    title: 'Divided by the rules in force',
    right: wrong === undefined,
    says:
      wrong === undefined
        ? `The whole period was divided again here, for ${plural(settled.members.length, 'member')}: every share agrees.`
        : given !== undefined && given.bought !== wrong.bought
          ? `${shortHex(wrong.member)} bought ${kwhUnit(given.bought, 3)}; the rules give ${kwhUnit(wrong.bought, 3)}.`
          : `${shortHex(wrong.member)} sold ${kwhUnit(given?.sold ?? 0n, 3)}; the rules give ${kwhUnit(wrong.sold, 3)}.`,
    values:
      own === undefined
        ? []
        : [
            ['Bought by the rules', kwhUnit(own.bought, 3)],
            ['Sold by the rules', kwhUnit(own.sold, 3)],
          ],
  }
}

export const holds = (steps: readonly Step[]): boolean => steps.every((step) => step.right)

export type Field = 'energyImport' | 'energyExport' | 'bought' | 'sold'

/** The evidence with one watt-hour more in one field: to see the proof fail. */
export const tampered = (evidence: TradingBatch, start: number, member: Hex, field: Field): TradingBatch => ({
  ...evidence,
  books: evidence.books.map((book) =>
    book.start !== start
      ? book
      : {
          ...book,
          balances: book.balances.map((balance) =>
            balance.member === member
              ? { ...balance, [field]: ((balance[field] as bigint) + 1n) as typeof balance.sold }
              : balance,
          ),
        },
  ),
})
