import type { AgreementTermsJson, Hex } from '@opem/domain'
import { contentDigest } from '@opem/domain'
import { sha256 } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { until } from '../../testing/harness.ts'
import { type MarketWorld, openMarketWorld, SERVICE, type Trader } from '../../testing/market-world.ts'

let world: MarketWorld
let provider: Trader
let consumer: Trader
let stranger: Trader
let listing: Hex

beforeAll(async () => {
  world = await openMarketWorld({ relays: true })
  provider = await world.trader('Provider', ['service-provider', 'data-provider'])
  consumer = await world.trader('Consumer', ['service-user', 'data-user'])
  stranger = await world.trader('Stranger', ['service-user', 'service-provider'])
  listing = await world.publish(provider)
}, 120_000)
afterAll(() => world?.close())

/** What the API says to an offer that somebody else's hand has been at. */
async function offered(
  change: (terms: AgreementTermsJson) => AgreementTermsJson,
  {
    by = consumer,
    signer = consumer.wallet,
    besides,
  }: { by?: Trader; signer?: Trader['wallet']; besides?: string } = {},
) {
  const { terms, document } = await world.draft(consumer.browser, listing)
  const said = besides === undefined ? document : { ...document, besides }
  const changed = change({ ...terms, terms: contentDigest(said, sha256) })
  const signature = await world.sign(signer, changed)
  return by.browser.call('POST', '/v1/agreements', { terms: changed, document: said, signature })
}
const code = ({ status, body }: { status: number; body: { code?: string } }) => [status, body.code]

test('an agreement goes from the offer through both signatures onto the chain, and each side gets the line in its credential', async () => {
  const { id, terms, document } = await world.offer(consumer, listing, { plan: 'call' })
  expect(terms).toMatchObject({ plan: 3, price: '20000', interval: 0, notice: 0, feeBps: 250, end: 0 })
  expect(document).toMatchObject({
    title: 'Forecast for homes',
    parameters: [{ name: 'horizon', label: 'How far ahead', value: '24', unit: 'h' }],
    data: [{ name: 'Consumption', template: 'MeterReading', granularity: 'PT1H', unit: 'Wh' }],
  })
  const seen = await provider.browser.call('GET', `/v1/agreements/${id}`)
  expect(seen.body).toMatchObject({ side: 'provider', stage: 'offered', turn: 'provider', signatures: null })

  const signature = await world.sign(provider.wallet, terms)
  const signed = await provider.browser.call('POST', `/v1/agreements/${id}/signatures`, { signature })
  expect(signed.status).toBe(200)
  await world.send(provider, id)
  const concluded = await consumer.browser.call('GET', `/v1/agreements/${id}`)
  expect(concluded.body).toMatchObject({ side: 'consumer', stage: 'in-force', turn: null, endsAt: null })
  expect(concluded.body.events.map(({ what }: { what: string }) => what)).toEqual(['concluded'])

  await world.takeCredential(consumer, id)
  const again = await consumer.browser.call('GET', `/v1/agreements/${id}`)
  expect(again.body.credential).toMatchObject({ state: 'in-force', version: 2, credential: null })
  await world.takeCredential(provider, id)
  const list = await provider.browser.call('GET', '/v1/agreements?side=provider')
  expect(list.body.items[0]).toMatchObject({
    ...{
      id,
      title: 'Forecast for homes',
      side: 'provider',
      other: 'Consumer',
      stage: 'in-force',
      instance: 'requested',
    },
  })
  const told = await world.rows<{ kind: string }>(
    `SELECT kind FROM market_notifications WHERE account = $1 AND about ->> 'agreement' = $2 ORDER BY id`,
    [provider.account, id],
  )
  expect(told.map(({ kind }) => kind)).toEqual(['agreement-offered', 'agreement-concluded'])
})

test('a document whose words were changed after it was signed is refused', async () => {
  const { terms, document } = await world.draft(consumer.browser, listing)
  const signature = await world.sign(consumer.wallet, terms)
  const said = { ...document, text: 'The user pays whatever the provider likes.' }
  const answer = await consumer.browser.call('POST', '/v1/agreements', { terms, document: said, signature })
  expect(code(answer)).toEqual([422, 'ERR_AGREEMENT_DOCUMENT'])
})

test('a document with other words than the listing’s is refused, whoever signed it', async () => {
  const { terms, document } = await world.draft(consumer.browser, listing)
  const said = { ...document, text: 'The provider owes nothing.' }
  const changed = { ...terms, terms: contentDigest(said, sha256) }
  const signature = await world.sign(consumer.wallet, changed)
  const answer = await consumer.browser.call('POST', '/v1/agreements', { terms: changed, document: said, signature })
  expect(code(answer)).toEqual([422, 'ERR_AGREEMENT_DOCUMENT'])
})

test.each([
  ['another price', (terms: AgreementTermsJson) => ({ ...terms, price: '1' }), 'ERR_AGREEMENT_TERMS'],
  ['another notice', (terms: AgreementTermsJson) => ({ ...terms, notice: 86_400 }), 'ERR_AGREEMENT_TERMS'],
  [
    'another provider',
    (terms: AgreementTermsJson) => ({ ...terms, provider: stranger.address }),
    'ERR_AGREEMENT_TERMS',
  ],
  [
    'another consumer',
    (terms: AgreementTermsJson) => ({ ...terms, consumer: stranger.address }),
    'ERR_AGREEMENT_TERMS',
  ],
  ['another version', (terms: AgreementTermsJson) => ({ ...terms, version: 2 }), 'ERR_AGREEMENT_TERMS'],
  [
    'a deadline that is over',
    (terms: AgreementTermsJson) => ({ ...terms, deadline: '1700000000' }),
    'ERR_AGREEMENT_DEADLINE',
  ],
  [
    'a deadline years ahead',
    (terms: AgreementTermsJson) => ({ ...terms, deadline: '4000000000' }),
    'ERR_AGREEMENT_DEADLINE',
  ],
  [
    'an end before its beginning',
    (terms: AgreementTermsJson) => ({ ...terms, end: terms.start - 1 }),
    'ERR_AGREEMENT_PERIOD',
  ],
])('an offer with %s is refused', async (_what, change, expected) => {
  expect(code(await offered(change))).toEqual([422, expected])
})

test('an offer under another fee than the one in force is refused', async () => {
  expect(code(await offered((terms) => ({ ...terms, feeBps: 0 })))).toEqual([409, 'ERR_AGREEMENT_FEE'])
})

test('a first offer takes the listing as it is: nothing is agreed besides', async () => {
  expect(code(await offered((terms) => terms, { besides: 'For half the price.' }))).toEqual([
    422,
    'ERR_AGREEMENT_TERMS',
  ])
})

test('a signature by a stranger’s key counts for nothing', async () => {
  expect(code(await offered((terms) => terms, { signer: stranger.wallet }))).toEqual([422, 'ERR_AGREEMENT_SIGNATURE'])
})

test.each([
  ['another chain', 1, undefined],
  ['another contract', 31_337, '0x00000000000000000000000000000000000000aa' as Hex],
])('a signature for %s is refused', async (_what, chainId, contract) => {
  const { terms, document } = await world.draft(consumer.browser, listing)
  const signature = await consumer.wallet.signTypedData(world.typed(terms, chainId, contract ?? world.agreements))
  const answer = await consumer.browser.call('POST', '/v1/agreements', { terms, document, signature })
  expect(code(answer)).toEqual([422, 'ERR_AGREEMENT_SIGNATURE'])
})

test('the same offer a second time is refused, and so is what was concluded already', async () => {
  const { id, terms, document } = await world.offer(consumer, listing)
  const signature = await world.sign(consumer.wallet, terms)
  const again = await consumer.browser.call('POST', '/v1/agreements', { terms, document, signature })
  expect(code(again)).toEqual([409, 'ERR_OFFER_EXISTS'])
  const theirs = await world.sign(provider.wallet, terms)
  await provider.browser.call('POST', `/v1/agreements/${id}/signatures`, { signature: theirs })
  await world.send(provider, id)
  const replayed = await consumer.browser.call('POST', '/v1/agreements', { terms, document, signature })
  expect(code(replayed)).toEqual([409, 'ERR_OFFER_EXISTS'])
})

test('nobody signs for the other side: not its maker, not a stranger', async () => {
  const { id, terms } = await world.offer(consumer, listing)
  const signature = await world.sign(consumer.wallet, terms)
  const own = await consumer.browser.call('POST', `/v1/agreements/${id}/signatures`, { signature })
  expect(code(own)).toEqual([409, 'ERR_NOT_YOUR_TURN'])
  const forged = await provider.browser.call('POST', `/v1/agreements/${id}/signatures`, { signature })
  expect(code(forged)).toEqual([422, 'ERR_AGREEMENT_SIGNATURE'])
  for (const [path, body] of [
    ['signatures', { signature }],
    ['refusals', { reason: 'because' }],
    ['withdrawals', undefined],
    ['relays', undefined],
  ] as const)
    expect(code(await stranger.browser.call('POST', `/v1/agreements/${id}/${path}`, body))).toEqual([
      ...[404, 'ERR_AGREEMENT_UNKNOWN'],
    ])
  expect(code(await stranger.browser.call('GET', `/v1/agreements/${id}`))).toEqual([404, 'ERR_AGREEMENT_UNKNOWN'])
  expect(code(await stranger.browser.call('GET', `/v1/agreements/${id}/document`))).toEqual([
    ...[404, 'ERR_AGREEMENT_UNKNOWN'],
  ])
})

test('the parties fetch the document, and its digest is the one on chain', async () => {
  const { id, terms } = await world.offer(consumer, listing)
  for (const { browser } of [consumer, provider]) {
    const { body } = await browser.call('GET', `/v1/agreements/${id}/document`)
    expect(contentDigest(body, sha256)).toBe(terms.terms)
  }
})

test('a provider refuses with a reason that the user reads', async () => {
  const { id } = await world.offer(consumer, listing)
  await provider.browser.call('POST', `/v1/agreements/${id}/refusals`, { reason: 'We have no capacity this month.' })
  const { body } = await consumer.browser.call('GET', `/v1/agreements/${id}`)
  expect(body).toMatchObject({ stage: 'refused', turn: null, reason: 'We have no capacity this month.' })
  const late = await provider.browser.call('POST', `/v1/agreements/${id}/refusals`, { reason: 'again' })
  expect(code(late)).toEqual([409, 'ERR_OFFER_NOT_OPEN'])
})

test('who made an offer withdraws it while nobody has answered', async () => {
  const { id } = await world.offer(consumer, listing)
  expect((await consumer.browser.call('POST', `/v1/agreements/${id}/withdrawals`)).status).toBe(200)
  const { body } = await provider.browser.call('GET', `/v1/agreements/${id}`)
  expect(body.stage).toBe('withdrawn')
})

test('a counter-offer has other terms, takes the place of the offer, and is concluded by the user’s signature', async () => {
  const first = await world.offer(consumer, listing, { plan: 'call' })
  const document = { ...first.document, besides: 'In the first month half of the forecasts are free.' }
  const terms = {
    ...{ ...first.terms, price: '15000', notice: 604_800, salt: '77' },
    terms: contentDigest(document, sha256),
  }
  const signature = await world.sign(provider.wallet, terms)
  const path = `/v1/agreements/${first.id}/counter-offers`
  const answer = await provider.browser.call('POST', path, { terms, document, signature })
  expect(answer.status).toBe(200)
  const { id } = answer.body
  expect((await consumer.browser.call('GET', `/v1/agreements/${first.id}`)).body.stage).toBe('countered')
  const { body } = await consumer.browser.call('GET', `/v1/agreements/${id}`)
  expect(body).toMatchObject({ stage: 'offered', turn: 'consumer', terms: { price: '15000', notice: 604_800 } })
  expect(body.offers.map(({ number, by, state }: Record<string, unknown>) => [number, by, state])).toEqual([
    [1, 'consumer', 'countered'],
    [2, 'provider', 'open'],
  ])
  const theirs = await world.sign(consumer.wallet, terms)
  expect((await consumer.browser.call('POST', `/v1/agreements/${id}/signatures`, { signature: theirs })).status).toBe(
    200,
  )
  await world.send(consumer, id)
  expect((await consumer.browser.call('GET', `/v1/agreements/${id}`)).body.stage).toBe('in-force')
})

test('what both have signed is brought to the chain by the marketplace when it is asked to', async () => {
  const { id, terms } = await world.offer(consumer, listing)
  const signature = await world.sign(provider.wallet, terms)
  await provider.browser.call('POST', `/v1/agreements/${id}/signatures`, { signature, relay: true })
  await until(async () => (await consumer.browser.call('GET', `/v1/agreements/${id}`)).body.stage === 'in-force')
})

test('kill -9 right after the second signature loses nothing: the relay goes on', async () => {
  const { id, terms } = await world.offer(consumer, listing)
  const signature = await world.sign(provider.wallet, terms)
  await provider.browser.call('POST', `/v1/agreements/${id}/signatures`, { signature, relay: true })
  await world.restart()
  await until(async () => (await consumer.browser.call('GET', `/v1/agreements/${id}`)).body.stage === 'in-force')
})

test('a suspended listing is contracted by nobody, and its open offers cannot be signed', async () => {
  const own = await world.publish(provider)
  const { id, terms } = await world.offer(consumer, own)
  await world.operatorSays('suspend', own)
  await until(async () => {
    const [row] = await world.rows<{ state: string }>('SELECT state FROM market_listings WHERE listing = $1', [own])
    return row?.state === 'suspended'
  })
  const signature = await world.sign(provider.wallet, terms)
  const signed = await provider.browser.call('POST', `/v1/agreements/${id}/signatures`, { signature })
  expect(code(signed)).toEqual([409, 'ERR_LISTING_NOT_OFFERED'])
  const drafted = await consumer.browser.call('POST', '/v1/agreements/drafts', {
    ...{ listing: own, plan: 'trial', parameters: { horizon: '24' } },
  })
  expect(code(drafted)).toEqual([409, 'ERR_LISTING_NOT_OFFERED'])
})

test('an offer under a version that was updated meanwhile ends, and both sides hear why', async () => {
  const own = await world.publish(provider)
  const { id, terms } = await world.offer(consumer, own)
  await world.publish(provider, { ...SERVICE, title: 'Forecast for homes and farms' }, own, 2)
  const { body } = await consumer.browser.call('GET', `/v1/agreements/${id}`)
  const why = 'The listing was updated to version 2 before the offer was concluded. Make a new offer under it.'
  expect([body.stage, body.reason]).toEqual(['failed', why])
  const told = await world.rows<{ account: string; body: string }>(
    `SELECT account, body FROM market_notifications WHERE kind = 'agreement-rejected' AND about ->> 'agreement' = $1`,
    [id],
  )
  expect(told.map(({ account }) => account).sort()).toEqual([consumer.account, provider.account].sort())
  expect(told.map(({ body: text }) => text)).toEqual([why, why])
  const signature = await world.sign(provider.wallet, terms)
  const late = await provider.browser.call('POST', `/v1/agreements/${id}/signatures`, { signature })
  expect(code(late)).toEqual([409, 'ERR_OFFER_NOT_OPEN'])
})

test('what both have signed and the contract does not take is told to both sides as a sentence', async () => {
  const own = await world.publish(provider)
  const { id, terms } = await world.offer(consumer, own)
  const signature = await world.sign(provider.wallet, terms)
  await provider.browser.call('POST', `/v1/agreements/${id}/signatures`, { signature })
  await world.operatorSays('suspend', own)
  await world.followed()
  expect((await provider.browser.call('POST', `/v1/agreements/${id}/relays`)).status).toBe(200)
  await until(async () => (await consumer.browser.call('GET', `/v1/agreements/${id}`)).body.stage === 'failed')
  const { body } = await consumer.browser.call('GET', `/v1/agreements/${id}`)
  expect(body.reason).toBe(
    'It cannot be concluded: the listing is not published now; ask its provider, and try again when it is.',
  )
  const told = await world.rows<{ account: string; body: string }>(
    `SELECT account, body FROM market_notifications WHERE kind = 'agreement-rejected' AND about ->> 'agreement' = $1`,
    [id],
  )
  expect(told.map((one) => [one.account, one.body]).sort()).toEqual(
    [consumer.account, provider.account].map((account) => [account, body.reason]).sort(),
  )
})

test('whoever is not active makes no agreement: the other side is told so', async () => {
  const weak = await world.trader('Weak provider', ['service-provider'])
  const own = await world.publish(weak)
  await world.rows(`UPDATE accounts SET status = 'suspended' WHERE account = $1`, [weak.account])
  const drafted = await consumer.browser.call('POST', '/v1/agreements/drafts', {
    ...{ listing: own, plan: 'trial', parameters: { horizon: '24' } },
  })
  expect(code(drafted)).toEqual([409, 'ERR_PARTY_NOT_ACTIVE'])
})

test('a provider does not contract its own listing, and who is no user contracts none', async () => {
  const both = await world.trader('Both', ['service-provider', 'service-user'])
  const own = await world.publish(both)
  const { terms, document } = await world.draft(both.browser, own)
  const signature = await world.sign(both.wallet, terms)
  const answer = await both.browser.call('POST', '/v1/agreements', { terms, document, signature })
  expect(code(answer)).toEqual([409, 'ERR_AGREEMENT_WITH_ONESELF'])
  const drafted = await provider.browser.call('POST', '/v1/agreements/drafts', {
    ...{ listing, plan: 'trial', parameters: { horizon: '24' } },
  })
  expect(code(drafted)).toEqual([403, 'ERR_NOT_ALLOWED'])
})

test.each([
  ['a plan that is not offered', { plan: 'gold' }, 'ERR_PLAN'],
  ['no needed parameter', { parameters: {} }, 'ERR_PARAMETER'],
  ['a choice that is none', { parameters: { horizon: '36' } }, 'ERR_PARAMETER'],
  ['a parameter that is not asked for', { parameters: { horizon: '24', colour: 'red' } }, 'ERR_PARAMETER'],
  ['somebody else’s meter', { meters: { Consumption: 'home-of-another' } }, 'ERR_DATA_CHOICE'],
])('a draft with %s is refused', async (_what, choices, expected) => {
  const answer = await consumer.browser.call('POST', '/v1/agreements/drafts', {
    ...{ listing, plan: 'trial', parameters: { horizon: '24' } },
    ...choices,
  })
  expect(code(answer)).toEqual([422, expected])
})

test('a delegate of the right role signs for its party; a key whose delegation was never given, or is of another role, does not', async () => {
  const helper = privateKeyToAccount(`0x${'5'.repeat(64)}`)
  const { terms, document } = await world.draft(consumer.browser, listing)
  const send = async () =>
    consumer.browser.call('POST', '/v1/agreements', { terms, document, signature: await world.sign(helper, terms) })
  expect(code(await send())).toEqual([422, 'ERR_AGREEMENT_SIGNATURE'])
  await world.delegate(consumer, 'data-user', helper.address)
  expect(code(await send())).toEqual([422, 'ERR_AGREEMENT_SIGNATURE'])
  await world.delegate(consumer, 'service-user', helper.address)
  expect((await send()).status).toBe(200)
})

test('either side ends an agreement on the chain and says why; a third party cannot', async () => {
  const { id, terms } = await world.conclude(consumer, provider, listing)
  await expect(world.terminate(stranger, terms, false, `0x${'0'.repeat(64)}`)).rejects.toThrow('PartyNotActing')
  const kept = await consumer.browser.call('POST', `/v1/agreements/${id}/reasons`, { reason: 'We moved.' })
  await world.terminate(consumer, terms, false, kept.body.digest)
  await until(async () => (await provider.browser.call('GET', `/v1/agreements/${id}`)).body.stage === 'ended')
  const { body } = await provider.browser.call('GET', `/v1/agreements/${id}`)
  expect(body).toMatchObject({ terminatedBy: 'consumer', reason: 'We moved.' })
  await until(async () => {
    const [row] = await world.rows<{ state: string }>('SELECT state FROM market_instances WHERE agreement = $1', [id])
    return row?.state === 'ended'
  })
})

test('an offer that nobody answers expires, and both sides hear of it', async () => {
  const { id } = await world.offer(consumer, listing)
  await world.rows('UPDATE market_offers SET deadline = 1 WHERE id = $1', [id])
  expect((await provider.browser.call('GET', `/v1/agreements/${id}`)).body.stage).toBe('expired')
  await world.restart() // the sweep runs at the start
  await until(async () => {
    const [row] = await world.rows<{ state: string }>('SELECT state FROM market_offers WHERE id = $1', [id])
    return row?.state === 'expired'
  })
})
