import { type Agreement, agreementId, agreementTypedData, paymentId } from '@opem/domain'
import fc from 'fast-check'
import { type Hex, hashStruct, hashTypedData, keccak256, parseEventLogs, toHex } from 'viem'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { agreementRegistryAbi } from './index.ts'
import { type Market, openMarket, type PublishedListing } from './testing/market.ts'

const keccak = (bytes: Uint8Array) => keccak256(bytes, 'bytes')

let market: Market
let published: PublishedListing

beforeAll(async () => {
  market = await openMarket()
  published = await market.publishListing(market.provider)
})
afterAll(() => market?.close())

const hexOf = (bytes: number): fc.Arbitrary<Hex> =>
  fc.uint8Array({ minLength: bytes, maxLength: bytes }).map((value) => toHex(value))
const uint = (bits: number) => fc.bigInt({ min: 0n, max: 2n ** BigInt(bits) - 1n })
const number = (bits: number) => uint(bits).map(Number)

/** Any agreement, sensible or not; edges of each field come up often. */
const anyAgreement: fc.Arbitrary<Agreement> = fc.record({
  listing: hexOf(32),
  version: number(32),
  provider: hexOf(20),
  consumer: hexOf(20),
  terms: hexOf(32),
  plan: fc.integer({ min: 0, max: 4 }),
  price: uint(96),
  interval: number(32),
  feeBps: number(16),
  start: number(40),
  end: number(40),
  notice: number(32),
  salt: uint(64),
  deadline: uint(64),
})

test('the id of any agreement is the same in TypeScript, in viem and in Solidity', async () => {
  const { client, contracts } = market
  await fc.assert(
    fc.asyncProperty(anyAgreement, async (agreement) => {
      const id = agreementId(keccak, agreement)
      const typed = agreementTypedData({ chainId: 31_337, agreements: contracts.agreements.address, agreement })
      expect(hashStruct({ primaryType: 'Agreement', types: typed.types, data: typed.message })).toBe(id)
      // An unknown agreement is refused by name: its id is what the chain computed.
      const call = { ...contracts.agreements, functionName: 'terminate', args: [agreement, true, id] } as const
      await expect(client.simulateContract(call)).rejects.toThrow(`(${id}, 0)`)
    }),
    { numRuns: 60, seed: 2026 },
  )
})

test('what wallets sign is what the chain recovers, whatever the terms', async () => {
  const { client, mined, operator, contracts, provider, consumer } = market
  const sensible = fc.record({
    price: fc.bigInt({ min: 1n, max: 2n ** 96n - 1n }),
    terms: hexOf(32),
    notice: number(32),
    start: fc.integer({ min: 0, max: 2 ** 40 - 3 }),
    salt: uint(64),
    plan: fc.constantFrom(1, 3),
  })
  await fc.assert(
    fc.asyncProperty(sensible, async (change) => {
      const agreement = await market.termsOf(published, consumer, change)
      const typed = agreementTypedData({ chainId: 31_337, agreements: contracts.agreements.address, agreement })
      const [byConsumer, byProvider] = await Promise.all(
        [consumer, provider].map(({ signer }) => signer.sign({ hash: hashTypedData(typed) })),
      )
      const args = [agreement, byConsumer!, byProvider!] as const
      const { logs } = await mined(
        await operator.writeContract({ ...contracts.agreements, functionName: 'conclude', args }),
      )
      const [concluded] = parseEventLogs({ abi: agreementRegistryAbi, eventName: 'AgreementConcluded', logs })
      const id = agreementId(keccak, agreement)
      expect(concluded!.args.id).toBe(id)
      expect(agreementId(keccak, concluded!.args.agreement)).toBe(id)
      const read = { ...contracts.escrow, functionName: 'paymentIdOf', args: [id, agreement.notice] } as const
      expect(await client.readContract(read)).toBe(paymentId(keccak, id, agreement.notice))
    }),
    { numRuns: 12, seed: 2026 },
  )
})

test('the account of any address is found by the hash of its DID', async () => {
  const { client, contracts, accountOf } = market
  await fc.assert(
    fc.asyncProperty(hexOf(20), async (address) => {
      const read = { ...contracts.listings, functionName: 'accountIdOf', args: [address] } as const
      expect(await client.readContract(read)).toBe(accountOf(address))
    }),
    { numRuns: 60, seed: 2026 },
  )
})
