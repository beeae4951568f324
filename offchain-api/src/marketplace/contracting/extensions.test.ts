import { agreementRegistryAbi } from '@opem/contracts'
import { type AgreementTermsJson, extensionTypedData, formatInstant, type Hex, parseAgreementTerms } from '@opem/domain'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { CHAIN_ID } from '../../testing/browser.ts'
import { until } from '../../testing/harness.ts'
import { type MarketWorld, openMarketWorld, type Trader } from '../../testing/market-world.ts'
import { remindEndings } from './remind-endings.ts'

const DAY = 86_400
const TODAY = Math.floor(Date.now() / 1000 / DAY) * DAY
const [END, LATER] = [TODAY + 30 * DAY, TODAY + 60 * DAY]
const DEADLINE = TODAY + 7 * DAY

let world: MarketWorld
let provider: Trader
let consumer: Trader
let stranger: Trader
let listing: Hex

beforeAll(async () => {
  world = await openMarketWorld({ relays: true })
  provider = await world.trader('Provider', ['service-provider'])
  consumer = await world.trader('Consumer', ['service-user'])
  stranger = await world.trader('Stranger', ['service-user', 'service-provider'])
  listing = await world.publish(provider)
}, 120_000)
afterAll(() => world?.close())

const code = ({ status, body }: { status: number; body: { code?: string } }) => [status, body.code]
const agreed = (choices: object = {}) =>
  world.conclude(consumer, provider, listing, { end: formatInstant(END), ...choices })
const shown = async (id: Hex, who = consumer) => (await who.browser.call('GET', `/v1/agreements/${id}`)).body

const signed = ({ wallet }: Trader, agreement: Hex, end = LATER, deadline = DEADLINE) =>
  wallet.signTypedData(
    extensionTypedData({
      ...{ chainId: CHAIN_ID, agreements: world.agreements },
      extension: { agreement, end, deadline: BigInt(deadline) },
    }),
  )
async function say(who: Trader, id: Hex, change: object = {}, signer = who) {
  const it = { end: LATER, deadline: DEADLINE, relay: false, ...change }
  const signature = await signed(signer, id, it.end, it.deadline)
  return who.browser.call('POST', `/v1/agreements/${id}/extensions`, { ...it, signature, ...change })
}

/** Brings a later end to the chain, as anybody may who has both signatures. */
async function bring(by: Trader, terms: AgreementTermsJson, theirs: Hex, ours: Hex, end = LATER): Promise<void> {
  const call = { chain: null, address: world.agreements, abi: agreementRegistryAbi, functionName: 'extend' } as const
  const args = [parseAgreementTerms(terms), end, BigInt(DEADLINE), theirs, ours] as const
  await world.mined(await world.walletClient(by.wallet).writeContract({ ...call, args }))
}
const inForceAt = (id: Hex, at: number) =>
  world.chain.client.readContract({
    ...{ address: world.agreements, abi: agreementRegistryAbi, functionName: 'inForce', args: [id, at] },
  })

test('both sides sign a later end, the chain has it, and the agreement goes on past its first end', async () => {
  const { id, terms } = await agreed({ plan: 'monthly' })
  await world.takeCredential(consumer, id)
  const before = (await shown(id)).credential
  expect(await inForceAt(id, END)).toBe(false)

  expect((await say(provider, id)).status).toBe(200)
  expect((await shown(id)).extension).toEqual({
    ...{ end: LATER, deadline: DEADLINE, by: 'provider', state: 'open', signatures: null },
  })
  expect((await say(consumer, id)).status).toBe(200)
  const { extension } = await shown(id, provider)
  expect(extension.state).toBe('signed')
  await bring(provider, terms, extension.signatures.consumer, extension.signatures.provider)
  await until(async () => (await shown(id)).endsAt === formatInstant(LATER))

  const after = await shown(id)
  expect(after).toMatchObject({ stage: 'in-force', extension: { state: 'concluded' } })
  expect(after.events.map(({ what }: { what: string }) => what)).toEqual(['concluded', 'extended'])
  // The line names the agreement, whose end the chain says: nobody takes a new credential for it.
  expect(after.credential).toEqual(before)
  expect([await inForceAt(id, END), await inForceAt(id, LATER)]).toEqual([true, false])
  const [billed] = await world.rows<{ ends_at: string }>('SELECT ends_at FROM market_billing WHERE agreement = $1', [
    id,
  ])
  expect(Number(billed?.ends_at)).toBe(LATER)
  for (const { account } of [consumer, provider])
    expect(
      await world.rows(
        `SELECT title FROM market_notifications WHERE account = $1 AND kind = 'agreement-extended' AND about ->> 'agreement' = $2`,
        [account, id],
      ),
    ).toEqual([{ title: 'The agreement on “Forecast for homes” was extended' }])
})

test('both sides are told once that an agreement ends soon, and again of its later end', async () => {
  const { id } = await agreed()
  const told = async () =>
    (
      await world.rows<{ account: Hex }>(
        `SELECT account FROM market_notifications WHERE kind = 'agreement-ending' AND about ->> 'agreement' = $1 ORDER BY id`,
        [id],
      )
    ).map(({ account }) => account)
  await remindEndings(world.rows, END - 8 * DAY)
  expect(await told()).toEqual([])
  for (const _ of [1, 2]) await remindEndings(world.rows, END - 6 * DAY)
  expect(await told()).toEqual([provider.account, consumer.account])
  await world.rows('UPDATE market_agreements SET ends_at = $2 WHERE id = $1', [id, LATER])
  await remindEndings(world.rows, LATER - DAY)
  expect(await told()).toHaveLength(4)
})

test('an agreement may go on without an end', async () => {
  const { id, terms } = await agreed()
  for (const who of [consumer, provider]) expect((await say(who, id, { end: 0 })).status).toBe(200)
  const { extension } = await shown(id)
  await bring(consumer, terms, extension.signatures.consumer, extension.signatures.provider, 0)
  await until(async () => (await shown(id)).endsAt === null)
  expect(code(await say(consumer, id))).toEqual([409, 'ERR_EXTENSION_END'])
})

test('one side alone extends nothing: neither by signing twice, nor on the chain', async () => {
  const { id, terms } = await agreed()
  for (const _ of [1, 2]) await say(provider, id)
  expect((await shown(id)).extension).toMatchObject({ by: 'provider', state: 'open', signatures: null })
  const own = await signed(provider, id)
  await expect(bring(provider, terms, own, own)).rejects.toThrow('PartySignatureInvalid')
  expect((await shown(id)).endsAt).toBe(formatInstant(END))
})

test('a signature of the other side’s, or of somebody else, is not one’s own', async () => {
  const { id } = await agreed()
  expect(code(await say(consumer, id, {}, provider))).toEqual([422, 'ERR_AGREEMENT_SIGNATURE'])
  expect(code(await say(consumer, id, {}, stranger))).toEqual([422, 'ERR_AGREEMENT_SIGNATURE'])
})

test('what was signed for another end or another time is refused', async () => {
  const { id } = await agreed()
  const signature = await signed(consumer, id, LATER + DAY)
  expect(code(await say(consumer, id, { signature }))).toEqual([422, 'ERR_AGREEMENT_SIGNATURE'])
  const late = await signed(consumer, id, LATER, DEADLINE + 1)
  expect(code(await say(consumer, id, { signature: late }))).toEqual([422, 'ERR_AGREEMENT_SIGNATURE'])
})

test('a stranger extends nothing, and learns nothing', async () => {
  const { id, terms } = await agreed()
  expect(code(await say(stranger, id))).toEqual([404, 'ERR_AGREEMENT_UNKNOWN'])
  expect(code(await stranger.browser.call('POST', `/v1/agreements/${id}/relays`))).toEqual([
    ...[404, 'ERR_AGREEMENT_UNKNOWN'],
  ])
  const theirs = await signed(stranger, id)
  await expect(bring(stranger, terms, theirs, await signed(provider, id))).rejects.toThrow('PartySignatureInvalid')
})

test('an end that is not later, or a time to sign that is over, is refused', async () => {
  const { id } = await agreed()
  expect(code(await say(consumer, id, { end: END }))).toEqual([422, 'ERR_EXTENSION_END'])
  expect(code(await say(consumer, id, { deadline: TODAY - DAY }))).toEqual([422, 'ERR_AGREEMENT_DEADLINE'])
})

test('what was ended is not extended', async () => {
  const { id, terms } = await agreed()
  await world.terminate(provider, terms, true, `0x${'0'.repeat(64)}`)
  await until(async () => (await shown(id)).stage === 'ended')
  expect(code(await say(consumer, id))).toEqual([409, 'ERR_AGREEMENT_ENDED'])
  const both = [await signed(consumer, id), await signed(provider, id)] as const
  await expect(bring(consumer, terms, ...both)).rejects.toThrow('AgreementNotConcluded')
})

test('after its end nothing is extended; but no service is closed before the chain says that it is over', async () => {
  const { id } = await agreed()
  // As if this API had not yet read that the end was moved.
  await world.rows('UPDATE market_agreements SET ends_at = $2 WHERE id = $1', [id, TODAY - DAY])
  expect(code(await say(consumer, id))).toEqual([409, 'ERR_AGREEMENT_ENDED'])
  const other = await agreed()
  await world.terminate(consumer, other.terms, false, `0x${'0'.repeat(64)}`)
  const stateOf = async (agreement: Hex) =>
    (await world.rows<{ state: string }>('SELECT state FROM market_instances WHERE agreement = $1', [agreement]))[0]
      ?.state
  await until(async () => (await stateOf(other.id)) === 'ended')
  expect(await stateOf(id)).toBe('requested')
})

test('another end takes the place of the one before, which cannot be answered any more', async () => {
  const { id } = await agreed()
  await say(provider, id)
  await say(consumer, id, { end: LATER + DAY })
  expect((await shown(id)).extension).toMatchObject({ end: LATER + DAY, by: 'consumer', state: 'open' })
  await say(provider, id, { end: LATER + DAY })
  expect((await shown(id)).extension.state).toBe('signed')
})

test('without ether the marketplace brings it to the chain, also after kill -9', async () => {
  const { id } = await agreed()
  await say(provider, id)
  expect((await say(consumer, id, { relay: true })).status).toBe(200)
  await world.restart()
  await until(async () => (await shown(id)).endsAt === formatInstant(LATER))
})

test('what both have signed is relayed when either asks for it, and only then', async () => {
  const { id } = await agreed()
  await say(provider, id)
  expect(code(await provider.browser.call('POST', `/v1/agreements/${id}/relays`))).toEqual([409, 'ERR_OFFER_NOT_OPEN'])
  await say(consumer, id)
  expect((await provider.browser.call('POST', `/v1/agreements/${id}/relays`)).status).toBe(200)
  await until(async () => (await shown(id)).endsAt === formatInstant(LATER))
})
