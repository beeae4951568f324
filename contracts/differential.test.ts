import { type Book, packTotals, type Wh } from '@opem/domain'
import fc from 'fast-check'
import type { Address } from 'viem'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { settlementAbi } from './index.ts'
import { bookOf, type Energies, settleBooks } from './testing/batches.ts'
import { foundCommunity, type Marketplace, openMarketplace } from './testing/marketplace.ts'

const START = 1_704_067_200 // 2024-01-01T00:00:00Z
const HOUR = 3600

/** Wh, with the values where even splits tie, end, or nearly overflow coming up often. */
const energy = fc.oneof(
  fc.bigInt({ min: 0n, max: 5n }),
  fc.bigInt({ min: 0n, max: 5000n }),
  fc.constantFrom(0n, 1n, 2n ** 40n, 2n ** 63n),
)
const energies = (most: number): fc.Arbitrary<Energies> =>
  fc.array(fc.tuple(energy, energy), { minLength: 1, maxLength: most })

let market: Marketplace
let community: Address
let next = START

beforeAll(async () => {
  market = await openMarketplace()
  community = await foundCommunity(market, START)
})
afterAll(() => market.close())

/** Settles one hour of these energies as TypeScript does, after `twist`. */
async function settleHour(members: Energies, twist: (book: Book) => Book = (book) => book) {
  const book = twist(bookOf(next, members))
  next += HOUR
  return { book, ...(await settleBooks(market, community, [book])) }
}

type Settled = Awaited<ReturnType<typeof settleHour>>

/** What a challenge of that hour comes to: the fault, or the error that refuses it. */
async function challenged({ book, batch, commitment }: Settled): Promise<string> {
  const call = {
    address: market.addresses.Settlement,
    abi: settlementAbi,
    functionName: 'challenge',
    args: [batch, commitment.totals, 0n, packTotals(book), book.balances, []],
    account: market.operator.account,
  } as const
  try {
    await market.client.simulateContract(call)
    return 'falls'
  } catch (error) {
    return /SettlementChallengeUnfounded/.exec(String(error))?.[0] ?? String(error)
  }
}

describe('settlement in TypeScript and in Solidity', () => {
  test('agree on any book: accepted, every balance verifies, no challenge is founded', async () => {
    await fc.assert(
      fc.asyncProperty(energies(40), async (members) => {
        const settled = await settleHour(members)
        const { book, batch, commitment } = settled
        for (const balance of book.balances) {
          const verified = await market.client.readContract({
            address: market.addresses.Settlement,
            abi: settlementAbi,
            functionName: 'verifyBalance',
            args: [batch, balance, commitment.proofOf(book.start, balance.member)],
          })
          expect(verified).toBe(true)
        }
        expect(await challenged(settled)).toBe('SettlementChallengeUnfounded')
      }),
      { numRuns: 30, seed: 2024 },
    )
  })

  test('a Wh moved from one buyer to another falls', async () => {
    const members = fc.array(fc.bigInt({ min: 10n, max: 500n }), { minLength: 2, maxLength: 20 })
    await fc.assert(
      fc.asyncProperty(members, async (demands) => {
        const seller = [0n, demands.reduce((sum, demand) => sum + demand, 0n) / 2n] as const
        const settled = await settleHour([seller, ...demands.map((demand) => [demand, 0n] as const)], (book) => ({
          ...book,
          balances: book.balances.map((balance, i) => {
            if (i === 1) return { ...balance, bought: (balance.bought - 1n) as Wh }
            if (i === 2) return { ...balance, bought: (balance.bought + 1n) as Wh }
            return balance
          }),
        }))
        // The first buyer may have had the Wh of the remainder that the second now has: then only whose turn it was is wrong.
        expect(await challenged(settled)).toBe('falls')
      }),
      { numRuns: 15, seed: 2024 },
    )
  })

  test('the example of seven members gives its figures', async () => {
    const kWh = 1000n
    const { book } = await settleHour([
      [0n, 3n * kWh],
      [0n, kWh],
      [kWh, 0n],
      [3n * kWh, 0n],
      [3n * kWh, 0n],
      [3n * kWh, 0n],
      [0n, 3n * kWh],
    ])
    expect(book.balances.map(({ bought }) => bought)).toEqual([0n, 0n, 1000n, 2000n, 2000n, 2000n, 0n])
    expect(book.balances.map(({ sold }) => sold)).toEqual([3000n, 1000n, 0n, 0n, 0n, 0n, 3000n])
  })
})
