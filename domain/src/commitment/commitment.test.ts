import fc from 'fast-check'
import {
  concat,
  encodeAbiParameters,
  encodePacked,
  keccak256,
  parseAbiParameters,
  toBytes as viemBytes,
  toHex as viemHex,
} from 'viem'
import { expect, test } from 'vitest'
import { Wh } from '../units/units.ts'
import type { Hex, Keccak256 } from './bytes.ts'
import { type Book, type CommittedBalance, commitBatch, verifyBalanceProof } from './commit-batch.ts'
import { meteringPointId, saltOf } from './salts.ts'
import { packTotals, totalsHash, unpackTotals } from './totals.ts'

const keccak: Keccak256 = (bytes) => keccak256(bytes, 'bytes')
const id = (n: number): Hex => viemHex(n, { size: 32 })
const frame = { chainId: 31337, community: '0x00000000000000000000000000000000000000aa', revision: 2 } as const

const balance = (n: number): CommittedBalance => ({
  member: id(n),
  energyImport: Wh(n * 10),
  energyExport: Wh(n),
  bought: Wh(n),
  sold: Wh(0),
  flags: n % 8,
  salt: id(n + 1000),
})
const book = (start: number, members: number): Book => ({
  start,
  surplus: Wh(7000),
  demand: Wh(10000),
  shared: Wh(7000),
  balances: Array.from({ length: members }, (_, i) => balance(i + 1)),
})

// The same commitment written with viem's encoder, straight from the words of ISettlement.sol.
const twice = (data: Hex): Hex => keccak256(keccak256(data))
const pair = (a: Hex, b: Hex): Hex => keccak256(concat(a < b ? [a, b] : [b, a]))
const rootOf = (nodes: readonly Hex[]): Hex =>
  nodes.length === 1
    ? nodes[0]!
    : rootOf(
        Array.from({ length: Math.ceil(nodes.length / 2) }, (_, i) =>
          nodes[2 * i + 1] ? pair(nodes[2 * i]!, nodes[2 * i + 1]!) : nodes[2 * i]!,
        ),
      )
const leaf = (start: number, b: CommittedBalance): Hex =>
  twice(
    encodeAbiParameters(
      parseAbiParameters('uint256, address, uint64, uint32, bytes32, uint64, uint64, uint64, uint64, uint8, bytes32'),
      [
        31337n,
        frame.community,
        BigInt(start),
        2,
        b.member,
        b.energyImport,
        b.energyExport,
        b.bought,
        b.sold,
        b.flags,
        b.salt,
      ],
    ),
  )

test('totals pack into one word, most significant first', () => {
  const word = packTotals(book(0, 7))
  expect(viemHex(word, { size: 32 })).toBe('0x000000000000001b58000000000000002710000000000000001b580007000000')
  expect(unpackTotals(word)).toEqual({ surplus: 7000n, demand: 10000n, shared: 7000n, members: 7 })
  expect(() => packTotals({ ...book(0, 1), surplus: Wh(2n ** 72n) })).toThrow('ERR_RANGE')
  expect(totalsHash(keccak, [word, 5n])).toBe(keccak256(encodePacked(['uint256[]'], [[word, 5n]])))
})

test('salts and metering points follow from the salt key', () => {
  const key = id(77)
  expect(saltOf(keccak, key, 1433131200, 3)).toBe(
    keccak256(encodePacked(['bytes32', 'uint64', 'uint32'], [key, 1433131200n, 3])),
  )
  expect(meteringPointId(keccak, key, 'sundance-1')).toBe(keccak256(concat([key, viemHex(viemBytes('sundance-1'))])))
})

test('a batch commits as the interface says, for odd and even trees', () => {
  const books = [book(0, 1), book(3600, 2), book(7200, 7)]
  const commitment = commitBatch(keccak, { ...frame, books })
  const roots = books.map(({ start, balances }) => rootOf(balances.map((b) => leaf(start, b))))
  expect(commitment.membersRoots).toEqual(roots)
  const periods = books.map((b, i) =>
    twice(
      encodeAbiParameters(parseAbiParameters('uint64, uint256, bytes32'), [BigInt(b.start), packTotals(b), roots[i]!]),
    ),
  )
  expect(commitment.root).toBe(rootOf(periods))
  expect(commitment.totalsHash).toBe(keccak256(encodePacked(['uint256[]'], [commitment.totals])))
})

test('every balance verifies by its proof, and no changed one does', () => {
  const sizes = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 5 })
  fc.assert(
    fc.property(sizes, fc.nat(), (members, pick) => {
      const books = members.map((n, i) => book(i * 900, n))
      const { root, proofOf } = commitBatch(keccak, { ...frame, books })
      for (const { start, balances } of books)
        for (const given of balances)
          expect(verifyBalanceProof(keccak, { ...frame, root }, given, proofOf(start, given.member))).toBe(true)
      const { start, balances } = books[pick % books.length]!
      const given = balances[pick % balances.length]!
      const proof = proofOf(start, given.member)
      expect(verifyBalanceProof(keccak, { ...frame, root }, { ...given, bought: Wh(given.bought + 1n) }, proof)).toBe(
        false,
      )
      expect(verifyBalanceProof(keccak, { ...frame, revision: 3, root }, given, proof)).toBe(false)
      expect(verifyBalanceProof(keccak, { ...frame, chainId: 1, root }, given, proof)).toBe(false)
      expect(verifyBalanceProof(keccak, { ...frame, root }, given, { ...proof, totals: proof.totals + 1n })).toBe(false)
    }),
    { numRuns: 20 },
  )
})

test('balances ascend by member, and unknown ones have no proof', () => {
  const wrong = { ...book(0, 3), balances: [balance(2), balance(1)] }
  expect(() => commitBatch(keccak, { ...frame, books: [wrong] })).toThrow('ERR_MEMBER_ORDER')
  expect(() => commitBatch(keccak, { ...frame, books: [book(0, 3)] }).proofOf(0, id(9))).toThrow('ERR_BALANCE_UNKNOWN')
})
