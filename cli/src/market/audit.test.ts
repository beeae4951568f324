import { escrowAbi, ethereumDidRegistryAbi, openMarketChain } from '@opem/contracts'
import { auditMarket, type LocatedEvent, type MarketAudit, type MarketChain, type MarketFinding } from '@opem/domain'
import { createPublicClient, erc20Abi, type Hex, http, type PublicClient, toHex } from 'viem'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Market, micro, openMarket } from '../../../contracts/testing/market.ts'
import { startPrunedNode } from '../../../contracts/testing/pruned-node.ts'
import { auditLines } from './audit-lines.ts'

let market: Market
let chain: MarketChain
let consumer: Hex
let provider: Hex
let agreement: string

beforeAll(async () => {
  market = await openMarket()
  const { contracts, operator, mined } = market
  chain = openMarketChain(market.client as unknown as PublicClient, market.addresses, market.client.chain.id)
  consumer = market.consumer.address.toLowerCase() as Hex
  provider = market.provider.address.toLowerCase() as Hex
  const published = await market.publishListing(market.provider)
  await market.publishListing(
    market.provider,
    { kind: 1 },
    await market.representative(market.provider, 'data-provider', 'ida'),
  )
  const agreed = await market.concludeAgreement(published, market.consumer, { plan: 1, price: micro('12.50') })
  agreement = agreed.id
  await market.deposit(market.consumer, '100')
  const pay = { ...contracts.escrow, functionName: 'pay', args: [agreed.agreement, 0] } as const
  await mined(await operator.writeContract(pay))
  const use = await market.concludeAgreement(published, market.consumer, { plan: 3, price: 1n })
  await market.reserve(market.consumer, use.agreement, '10')
  const signature = await market.signVoucher(market.consumer.signer, use.id, 4_000_000n)
  const claim = { address: market.addresses.Escrow, abi: escrowAbi, functionName: 'claim' } as const
  await mined(await operator.writeContract({ ...claim, args: [use.id, 4_000_000n, signature] }))
})
afterAll(() => market?.close())

const audit = (changes: Partial<MarketChain> = {}, more = {}): Promise<MarketAudit> =>
  auditMarket({ chain: { ...chain, ...changes }, fromBlock: 0n, ...more })
async function found(changes: Partial<MarketChain>, check: string): Promise<readonly MarketFinding[]> {
  const { ok, checks } = await audit(changes)
  expect(ok).toBe(false)
  return checks.find(({ name }) => name === check)!.findings
}
const words = async (changes: Partial<MarketChain>, check: string) =>
  (await found(changes, check)).map((finding) => finding.words)
/** A chain that tells other events than there are. */
const telling = (change: (events: LocatedEvent[]) => LocatedEvent[]): Partial<MarketChain> => ({
  eventsIn: async (from, to) => change(await chain.eventsIn(from, to)),
})
/** Other values in the fields of the event of that name. */
const other = (name: string, fields: Record<string, unknown>) =>
  telling((events) => events.map((it) => (it.name === name ? { ...it, args: { ...it.args, ...fields } } : it)))
/** Another digit in that argument, counted from the end, of every call that ends in two signatures or one. */
const forged = (fromEnd: number): Partial<MarketChain> => ({
  callOf: async (transaction) => {
    const call = await chain.callOf(transaction)
    const at = call.args.length - fromEnd
    const signature = call.args[at]
    if (typeof signature !== 'string' || signature.length !== 132) return call
    const digit = signature[10] === '0' ? '1' : '0'
    return { ...call, args: call.args.with(at, `${signature.slice(0, 10)}${digit}${signature.slice(11)}`) }
  },
})

test('a market that is sound says so, and what was checked', async () => {
  const { ok, checks, parties, escrow, contracts } = await audit()
  expect(checks.map(({ what, findings }) => [what, findings]).slice(1)).toEqual([
    ['2 listings, 2 agreements, 1 payment, 1 reserve and 2 purses are what the contracts say', []],
    ['the escrow holds what it owes: 100.00 EUR', []],
    ['2 approvals and 2 agreements are signed by who might sign them', []],
  ])
  expect(ok).toBe(true)
  expect(parties).toEqual([
    {
      ...{ party: consumer, opening: 0n, available: 77_500_000n, held: 12_500_000n, reserved: 6_000_000n, fees: 0n },
      ...{ listings: 0, agreements: 2, findings: 0 },
    },
    {
      ...{ party: provider, opening: 0n, available: 3_900_000n, held: 0n, reserved: 0n, fees: 100_000n },
      ...{ listings: 2, agreements: 2, findings: 0 },
    },
  ])
  expect(escrow).toEqual({
    ...{ available: 81_400_000n, held: 12_500_000n, reserved: 6_000_000n, fees: 100_000n },
    ...{ owed: 100_000_000n, tokens: 100_000_000n, unasked: 0n },
  })
  expect(contracts.map(({ contract, compared }) => [contract, compared])).toEqual([
    ['ListingRegistry', 2],
    ['AgreementRegistry', 2],
    ['OpenInnovation', 0],
    ['CompositionRegistry', 0],
    ['Escrow', 5],
  ])
})

test('of a range, purses are told from before it, and everything as it stood at its end', async () => {
  const events = await chain.eventsIn(0n, await chain.head())
  const at = (name: string) => events.find((event) => event.name === name)!.block
  const range = { first: at('PaymentHeld'), last: at('Reserved') }
  const { ok, block, parties, escrow } = await audit({}, { range })
  expect([ok, BigInt(block)]).toEqual([true, range.last])
  expect(parties[0]).toMatchObject({ party: consumer, opening: 100_000_000n, available: 77_500_000n })
  expect(escrow.reserved).toBe(10_000_000n)
})

test('a payment of more than was agreed upon is found, with its event, block, transaction and parties', async () => {
  const held = (await chain.eventsIn(0n, await chain.head())).find(({ name }) => name === 'PaymentHeld')!
  const changed = other('PaymentHeld', { amount: 12_500_001n })
  const [first] = await found(changed, 'events')
  expect(first).toEqual({
    check: 'events',
    words: `PaymentHeld of ${held.args.payment}: its price is 12500000, the event says 12500001`,
    ...{ contract: 'Escrow', event: 'PaymentHeld', block: Number(held.block), transaction: held.transaction },
    parties: [consumer, provider],
  })
  expect(await words(changed, 'states')).toEqual([
    `payment ${held.args.payment}: its amount is 12500001 µEUR by the events, 12500000 µEUR by the contract`,
    `the purse of ${consumer}: 77499999 µEUR by the events, 77500000 µEUR by the contract`,
  ])
})

test('a payment under another fee, of another interval, or of a party that did not agree is found', async () => {
  expect((await words(other('PaymentHeld', { feeBps: 249 }), 'events'))[0]).toMatch(
    /its fee is 250, the event says 249/,
  )
  expect((await words(other('PaymentHeld', { number: 1 }), 'events'))[0]).toMatch(/its id is 0x\w+, the event says 0x/)
  const stranger = `0x${'5'.repeat(40)}`
  expect((await words(other('PaymentHeld', { consumer: stranger }), 'events'))[0]).toMatch(/the event says 0x5555/)
})

test('terms that are not those which were signed are found', async () => {
  const changed = telling((all) =>
    all.map((it) =>
      it.name === 'AgreementConcluded' && it.args.id === agreement
        ? { ...it, args: { ...it.args, agreement: { ...(it.args.agreement as object), price: 1n } } }
        : it,
    ),
  )
  expect((await words(changed, 'events'))[0]).toMatch(
    new RegExp(`^AgreementConcluded of ${agreement}: its hash is 0x\\w{64}, the event says ${agreement}$`),
  )
})

test('an event that was kept back is found at whose purse it is', async () => {
  const without = (name: string) => telling((all) => all.filter((event) => event.name !== name))
  expect(await words(without('Deposited'), 'events')).toContain(`the purse of ${consumer} falls to -12500000 µEUR`)
  expect(await words(without('VoucherClaimed'), 'states')).toEqual([
    expect.stringMatching(
      /^reserve of agreement 0x\w{64}: its claimed is 0 µEUR by the events, 4000000 µEUR by the con/,
    ),
    `the purse of ${provider}: 0 µEUR by the events, 3900000 µEUR by the contract`,
    `the fees of ${provider}: 0 µEUR by the events, 100000 µEUR by the contract`,
  ])
})

test('a deposit without the tokens is found, and tokens without a deposit are nobody’s', async () => {
  const deposit = (await chain.eventsIn(0n, await chain.head())).find(({ name }) => name === 'Deposited')!
  const less: Partial<MarketChain> = {
    transfersIn: async (from, to) =>
      (await chain.transfersIn(from, to)).map((it) =>
        it.transaction === deposit.transaction ? { ...it, amount: it.amount - 1n } : it,
      ),
  }
  expect((await found(less, 'tokens'))[0]).toEqual({
    ...{
      check: 'tokens',
      words: '100000000 µEUR are put down as deposited, and 99999999 arrived',
      parties: [consumer],
    },
    ...{ contract: 'Escrow', event: 'Deposited', block: Number(deposit.block), transaction: deposit.transaction },
  })
  const poor: Partial<MarketChain> = {
    ask: async (contract, view, args, block) =>
      view === 'balanceOf' ? 99_999_999n : chain.ask(contract, view, args, block),
  }
  expect(await words(poor, 'tokens')).toEqual(['it owes 100000000 µEUR and holds 99999999'])

  const { EuroToken: address, Escrow } = market.addresses
  await market.euros(market.operator.account.address, '0.000005')
  const gift = { address, abi: erc20Abi, functionName: 'transfer', args: [Escrow, 5n] } as const
  await market.mined(await market.operator.writeContract(gift))
  const { ok, escrow } = await audit()
  expect([ok, escrow.owed, escrow.tokens, escrow.unasked]).toEqual([true, 100_000_000n, 100_000_005n, 5n])
})

test('an approval that no operator signed is found', async () => {
  const said = await words(forged(1), 'signatures')
  expect(said.filter((it) => it.endsWith('its approval is not signed by an operator'))).toHaveLength(2)
})

test('a signature that is not the consumer’s is found', async () => {
  const said = await words(forged(2), 'signatures')
  expect(said.filter((it) => it.endsWith(`its consumer ${consumer} did not sign it`))).toHaveLength(2)
})

test('it can be stopped', async () => {
  const stop = AbortSignal.abort(new Error('stopped'))
  await expect(audit({}, { signal: stop })).rejects.toThrow('stopped')
})

test('the lines name what is wrong and where, each contract and party, and end with the verdict', async () => {
  const lines = auditLines(await audit(other('PaymentHeld', { feeBps: 249 })))
  expect(lines.find((line) => line.startsWith('       at '))).toMatch(
    /^ {7}at Escrow, event PaymentHeld, block \d+, transaction 0x\w{64}, party 0x\w{40}, party 0x\w{40}$/,
  )
  expect(lines).toContain(
    `WRONG  ${provider}: 3.90 EUR in the purse, 0.00 held, 0.00 set aside; 2 listings, 2 agreements`,
  )
  expect(lines.at(-1)).toMatch(/^The market is NOT sound up to block \d+: \d+ findings\.$/)

  const whole = await audit()
  expect(auditLines(whole).at(-1)).toBe(`The market is sound up to block ${whole.block}.`)
  const index = { name: 'index', what: '' } as const
  const withIndex = (more: object): string =>
    auditLines({ ...whole, ok: !('findings' in more), checks: [{ ...index, findings: [], ...more }] }).at(-1)!
  expect(withIndex({ skipped: 'it is at block 3' })).toMatch(
    /^The market is sound up to block \d+; the index was not com/,
  )
  const finding = { check: 'index', words: 'it', contract: 'Escrow', parties: [] } as const
  expect(withIndex({ findings: [finding] })).toMatch(/, but the index says OTHERWISE: 1 findings\.$/)
})

test('what was signed in a transaction is held against its event', async () => {
  const others: Partial<MarketChain> = {
    callOf: async (transaction) => {
      const { args, ...call } = await chain.callOf(transaction)
      return { ...call, args: args.with(0, { ...(args[0] as object), price: 3n, content: `0x${'3'.repeat(64)}` }) }
    },
  }
  const said = await words(others, 'signatures')
  expect(said.filter((it) => it.endsWith('what was signed in its transaction is another approval'))).toHaveLength(2)
  expect(said.filter((it) => it.endsWith('what was signed in its transaction are other terms'))).toHaveLength(2)
})

test('that an operator was named, an account opened, or a delegate changed, cannot be kept back', async () => {
  const without = (name: string): Partial<MarketChain> => ({
    actorsIn: async (from, to) => (await chain.actorsIn(from, to)).filter((event) => event.name !== name),
  })
  const operator = market.operator.account.address.toLowerCase()
  expect(await words(without('RoleGranted'), 'signatures')).toContain(
    `${operator} is none by the events, an operator by the contract`,
  )
  expect(await words(without('AccountActivated'), 'signatures')).toContain(
    `the account of ${consumer}: status 1 and roles 12 by the events, 2 and 12 by the contract`,
  )
  expect((await words(without('DIDDelegateChanged'), 'signatures')).at(-1)).toMatch(
    new RegExp(`^the DID of ${provider}: its last event is of block 0, the contract says \\d+$`),
  )
})

describe('of a node that keeps no old state', () => {
  let pruned: Awaited<ReturnType<typeof startPrunedNode>>
  let prunedChain: MarketChain
  beforeAll(async () => {
    pruned = await startPrunedNode(market.url)
    const client = createPublicClient({ transport: http(pruned.url, { retryCount: 0 }) }) as PublicClient
    prunedChain = openMarketChain(client, market.addresses, market.client.chain.id)
    // A later block, so that every signature is of a block whose state is gone.
    await market.wait(1)
  })
  afterAll(() => pruned?.close())
  const both = async (changes: Partial<MarketChain> = {}) => [
    await auditMarket({ chain: { ...chain, ...changes }, fromBlock: 0n }),
    await auditMarket({ chain: { ...prunedChain, ...changes }, fromBlock: 0n }),
  ]

  test('it refuses what was then', async () => {
    const { block } = (await chain.eventsIn(0n, await chain.head()))[0]!
    const refused = prunedChain.ask('EthereumDIDRegistry', 'identityOwner', [provider], block)
    await expect(refused).rejects.toSatisfy((cause) => prunedChain.isStateGone!(cause))
  })

  test('every signature is judged as with it', async () => {
    const [whole, without] = await both()
    expect(without).toEqual(whole)
    expect([whole!.ok, whole!.checks[3]]).toEqual([
      true,
      { name: 'signatures', what: '2 approvals and 2 agreements are signed by who might sign them', findings: [] },
    ])
  })

  test('a forged signature is found as with it', async () => {
    const [whole, without] = await both(forged(2))
    const did = `its consumer ${consumer} did not sign it`
    expect(without).toEqual(whole)
    expect(without!.checks[3]!.findings.filter((it) => it.words.endsWith(did))).toHaveLength(2)
  })

  test('a delegate that was revoked after it signed, in the same block, had signed', async () => {
    const ivo = await market.representative(market.provider, 'service-provider', 'ivo')
    const listing = await market.publishListing(market.provider)
    const agreement = await market.termsOf(listing, market.consumer)
    const [byConsumer, byProvider] = await Promise.all(
      [market.consumer.signer, ivo].map((signer) => market.signAgreement(signer, agreement)),
    )
    const { contracts, operator, addresses, tester } = market
    await tester.setAutomine(false)
    const args = [agreement, byConsumer!, byProvider!] as const
    const concluded = await operator.writeContract({ ...contracts.agreements, functionName: 'conclude', args })
    const registry = { address: addresses.EthereumDIDRegistry, abi: ethereumDidRegistryAbi } as const
    const type = toHex('opem/service-provider', { size: 32 })
    const revoked = await operator.writeContract({
      ...{ ...registry, account: market.provider.signer, functionName: 'revokeDelegate' },
      ...{ args: [market.provider.address, type, ivo.address], gas: 100_000n, maxPriorityFeePerGas: 1n },
    } as never)
    await tester.request({ method: 'evm_mine', params: undefined })
    await tester.setAutomine(true)
    const [first, then] = [await market.mined(concluded), await market.mined(revoked)]
    expect([first.blockNumber, first.transactionIndex < then.transactionIndex]).toEqual([then.blockNumber, true])
    expect((await both()).map(({ ok }) => ok)).toEqual([true, true])
  })

  test('what the contract of an owner alone can say is left unjudged, and said', async () => {
    const { contracts, operator, addresses, tester, mined } = market
    const holder = await market.party('holder', ['service-user'])
    const wallet: Hex = `0x${'c0de'.repeat(10)}`
    // Answers every question with ERC-1271's word for yes.
    await tester.setCode({ address: wallet, bytecode: '0x631626ba7e60e01b60005260206000f3' })
    const registry = { address: addresses.EthereumDIDRegistry, abi: ethereumDidRegistryAbi } as const
    const handed = { ...registry, account: holder.signer, functionName: 'changeOwner' } as const
    await mined(await operator.writeContract({ ...handed, args: [holder.address, wallet] }))
    const agreement = await market.termsOf(await market.publishListing(market.provider), holder)
    const byProvider = await market.signAgreement(market.provider.signer, agreement)
    const args = [agreement, '0x1271', byProvider] as const
    await mined(await operator.writeContract({ ...contracts.agreements, functionName: 'conclude', args }))
    await market.wait(1)

    const [whole, without] = await both()
    expect([whole!.ok, whole!.checks[3]!.what, whole!.checks[3]!.skipped]).toEqual([
      ...[true, '4 approvals and 4 agreements are signed by who might sign them', undefined],
    ])
    expect([without!.ok, without!.checks[3]!.skipped]).toEqual([
      true,
      '1 of 8 are left to the contract of a party’s owner, which this node cannot ask as it was then: ask an archive node',
    ])
    expect(auditLines(without!).at(-1)).toMatch(
      /^The market is sound up to block \d+; not every signature was judged\.$/,
    )
  })
})
