import { LISTING_EXAMPLES, type ListingDocument } from '@opem/domain'
import { privateKeyToAccount } from 'viem/accounts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Answer, Browser } from '../../testing/browser.ts'
import { until } from '../../testing/harness.ts'
import { openPublishingWorld, type PublishingWorld } from '../../testing/publishing-world.ts'

const { analytic, data } = LISTING_EXAMPLES
const SERVICES = '/v1/market/services'

let it: PublishingWorld
let pia: Browser
let operator: Browser

beforeAll(async () => {
  it = await openPublishingWorld()
  pia = it.pia.browser
  operator = it.operator.browser
}, 180_000)
afterAll(() => it?.close())

const coded = ({ status, body }: Answer) => [status, body.code]
const draft = async (document: object = analytic, by = pia): Promise<string> => {
  const { body } = await by.call('POST', SERVICES, { document })
  if (!body.listing) throw new Error(JSON.stringify(body))
  return body.listing
}
const notesOf = async (listing: string): Promise<string[]> => {
  const { Pool } = await import('pg')
  const pool = new Pool({ connectionString: it.world.postgres.url })
  const { rows } = await pool.query(
    `SELECT action FROM market_audit_log WHERE about->>'listing' = $1 ORDER BY number`,
    [listing],
  )
  await pool.end()
  return rows.map(({ action }) => action)
}

describe('a draft', () => {
  test('is saved as it is, and says field by field what is not as needed yet', async () => {
    const listing = await draft({ title: 'Wind', plans: [{ id: 'a', kind: 'free', price: 1 }] })
    const { body } = await pia.call('GET', `${SERVICES}/${listing}`)
    expect(body.document).toEqual({
      schema: 'opem/listing/1',
      title: 'Wind',
      plans: [{ id: 'a', kind: 'free', price: 1 }],
    })
    expect(body.problems).toContainEqual({ path: 'summary', message: 'this is missing' })
    expect(body.problems).toContainEqual({ path: 'plans.0.price', message: 'a free plan costs 0' })
    expect(body.next).toEqual({ who: 'provider', what: 'Complete the draft: 15 fields are not as needed yet.' })
    const whole = await pia.call('PUT', `${SERVICES}/${listing}/draft`, { revision: 1, document: analytic })
    expect(whole.body).toEqual({
      revision: 2,
      problems: [],
      next: { who: 'provider', what: 'The draft is complete: submit it for review.' },
    })
    const before = await pia.call('GET', `${SERVICES}/${listing}/revisions/1`)
    expect(before.body.document.title).toBe('Wind')
  })

  test('that somebody else saved meanwhile is not overwritten', async () => {
    const listing = await draft()
    await pia.call('PUT', `${SERVICES}/${listing}/draft`, { revision: 1, document: { ...analytic, title: 'First' } })
    const second = await pia.call('PUT', `${SERVICES}/${listing}/draft`, { revision: 1, document: analytic })
    expect(coded(second)).toEqual([409, 'ERR_DRAFT_CHANGED'])
    expect((await pia.call('GET', `${SERVICES}/${listing}`)).body.title).toBe('First')
  })

  test('of others is not there', async () => {
    const listing = await draft()
    const rob = it.rob.browser
    expect(coded(await rob.call('GET', `${SERVICES}/${listing}`))).toEqual([404, 'ERR_LISTING_UNKNOWN'])
    const saved = await rob.call('PUT', `${SERVICES}/${listing}/draft`, { revision: 1, document: analytic })
    expect(coded(saved)).toEqual([404, 'ERR_LISTING_UNKNOWN'])
    expect(coded(await rob.call('DELETE', `${SERVICES}/${listing}/draft`))).toEqual([404, 'ERR_LISTING_UNKNOWN'])
    expect((await rob.call('GET', SERVICES)).body.items).toEqual([])
  })

  test('is for providers: of services, or of data for those of data', async () => {
    expect(coded(await it.sam.browser.call('POST', SERVICES, { document: analytic }))).toEqual([403, 'ERR_NOT_ALLOWED'])
    expect(coded(await it.rob.browser.call('POST', SERVICES, { document: data }))).toEqual([403, 'ERR_NOT_ALLOWED'])
    expect((await pia.call('POST', SERVICES, { document: data })).status).toBe(200)
    const nobody = it.world.browser('nobody')
    expect(coded(await nobody.call('POST', SERVICES, { document: data }))).toEqual([401, 'ERR_SIGN_IN_NEEDED'])
  })

  test('with a field that no listing has is refused', async () => {
    const answer = await pia.call('POST', SERVICES, { document: { ...analytic, script: '<script>' } })
    expect(coded(answer)).toEqual([400, 'ERR_BODY'])
  })

  test('is discarded by its provider', async () => {
    const listing = await draft()
    expect((await pia.call('DELETE', `${SERVICES}/${listing}/draft`)).status).toBe(200)
    expect(coded(await pia.call('GET', `${SERVICES}/${listing}`))).toEqual([404, 'ERR_LISTING_UNKNOWN'])
    expect(await notesOf(listing)).toEqual(['listing.drafted', 'listing.discarded'])
  })
})

describe('an application', () => {
  test('is not taken while a field is not as needed, and says which', async () => {
    const listing = await draft({ ...analytic, summary: undefined })
    const answer = await pia.call('POST', `${SERVICES}/${listing}/submit`, { revision: 1 })
    expect(coded(answer)).toEqual([409, 'ERR_LISTING_INCOMPLETE'])
    expect(answer.body.detail).toBe('one field is not as needed: summary: this is missing')
  })

  test('cannot be changed while it waits, and can when it is withdrawn', async () => {
    const listing = await it.submitted(pia, analytic)
    const save = () => pia.call('PUT', `${SERVICES}/${listing}/draft`, { revision: 1, document: analytic })
    expect(coded(await save())).toEqual([409, 'ERR_DRAFT_STATE'])
    expect(coded(await pia.call('POST', `${SERVICES}/${listing}/submit`, { revision: 1 }))).toEqual([
      409,
      'ERR_DRAFT_STATE',
    ])
    expect((await pia.call('POST', `${SERVICES}/${listing}/withdraw`)).body.state).toBe('draft')
    expect((await save()).status).toBe(200)
    expect(coded(await pia.call('POST', `${SERVICES}/${listing}/withdraw`))).toEqual([409, 'ERR_DRAFT_STATE'])
    expect(coded(await it.approve(listing))).toEqual([409, 'ERR_NOT_WAITING'])
  })

  test('waits in the queue of the operator, and of nobody else', async () => {
    const listing = await it.submitted(pia, { ...analytic, title: 'In the queue' })
    const { body } = await operator.call('GET', '/v1/market/reviews?limit=100')
    expect(body.items).toContainEqual(expect.objectContaining({ listing, title: 'In the queue', provider: 'Pia' }))
    for (const one of [pia, it.sam.browser])
      expect(coded(await one.call('GET', '/v1/market/reviews'))).toEqual([403, 'ERR_NOT_ALLOWED'])
    expect(coded(await pia.call('GET', `/v1/market/reviews/${listing}`))).toEqual([403, 'ERR_NOT_ALLOWED'])
  })

  test('is rejected with a reason for each item, which its provider reads, corrects and submits again', async () => {
    const listing = await it.submitted(pia, analytic)
    const { checks } = await it.review(listing)
    const reject = (wrong: object, reason = '') =>
      operator.call('POST', `/v1/market/reviews/${listing}/reject`, {
        checks: checks.map((check: { item: string }) => (check.item === 'privacy' ? { ...check, ...wrong } : check)),
        reason,
      })
    expect(coded(await reject({ ok: true }))).toEqual([400, 'ERR_REASON'])
    expect(coded(await reject({ ok: false }))).toEqual([400, 'ERR_REASON'])
    expect((await reject({ ok: false, reason: 'Say how long readings are kept.' })).status).toBe(200)
    const { body } = await pia.call('GET', `${SERVICES}/${listing}`)
    expect([body.state, body.next.what]).toEqual(['rejected', 'Correct what the operator named, and submit it again.'])
    expect(body.submissions[0].checks).toContainEqual({
      item: 'privacy',
      ok: false,
      reason: 'Say how long readings are kept.',
    })
    await pia.call('PUT', `${SERVICES}/${listing}/draft`, {
      revision: 1,
      document: { ...analytic, title: 'Corrected' },
    })
    const again = await pia.call('POST', `${SERVICES}/${listing}/submit`, { revision: 2 })
    expect([again.body.state, again.body.submissions.map(({ state }: { state: string }) => state)]).toEqual([
      'submitted',
      ['waiting', 'rejected'],
    ])
    expect(await notesOf(listing)).toEqual([
      'listing.drafted',
      'listing.submitted',
      'listing.rejected',
      'listing.submitted',
    ])
  })

  test('is approved by an operator’s key alone, with every item right, and for the document that was read', async () => {
    const listing = await it.submitted(pia, analytic)
    const { toSign, checks } = await it.review(listing)
    const send = (change: object) =>
      operator.call('POST', `/v1/market/reviews/${listing}/approve`, {
        ...{ checks, content: toSign.content, providerContract: toSign.providerContract, deadline: toSign.deadline },
        ...change,
      })
    const [signature, stranger] = [
      await it.signApproval(toSign),
      await it.signApproval(toSign, privateKeyToAccount(`0x${'5'.repeat(64)}`)),
    ]
    expect(coded(await send({ signature: stranger }))).toEqual([400, 'ERR_APPROVAL_SIGNATURE'])
    expect(coded(await send({ signature: `0x${'00'.repeat(65)}` }))).toEqual([400, 'ERR_APPROVAL_SIGNATURE'])
    expect(coded(await send({ signature, checks: checks.slice(1) }))).toEqual([400, 'ERR_CHECKS'])
    const wrong = [{ ...checks[0], ok: false, reason: 'no' }, ...checks.slice(1)]
    expect(coded(await send({ signature, checks: wrong }))).toEqual([400, 'ERR_CHECKS'])
    expect(coded(await send({ signature, content: `0x${'1'.repeat(64)}` }))).toEqual([409, 'ERR_SUBMISSION_CHANGED'])
    expect(coded(await send({ signature, providerContract: `0x${'1'.repeat(64)}` }))).toEqual([
      409,
      'ERR_CONTRACT_CHANGED',
    ])
    expect(coded(await send({ signature, deadline: '2020-01-01T00:00:00Z' }))).toEqual([400, 'ERR_DEADLINE'])
    expect((await send({ signature })).status).toBe(200)
    expect((await pia.call('GET', `${SERVICES}/${listing}`)).body.next.what).toBe(
      'Approved: read the provider contract and publish it from your wallet.',
    )
  })
})

describe('the publishing process', () => {
  test('is the operator’s to define, and everybody’s to read', async () => {
    const { body } = await pia.call('GET', '/v1/market/publishing')
    expect([body.checklist.version, body.checklist.items.length, body.providerContract.version]).toEqual([0, 9, 0])
    const items = [{ id: 'safety', title: 'It is safe', hint: 'Nothing that harms a grid.' }]
    expect(coded(await pia.call('PUT', '/v1/market/publishing/checklist', { items }))).toEqual([403, 'ERR_NOT_ALLOWED'])
    const changed = await operator.call('PUT', '/v1/market/publishing/checklist', { items })
    expect(changed.body.checklist).toEqual({ version: 1, items })
    const contract = await operator.call('PUT', '/v1/market/publishing/provider-contract', {
      ...{ title: 'Contract', text: 'Be true.\nBe fair.' },
    })
    expect(contract.body.providerContract.version).toBe(1)
    const { digest } = contract.body.providerContract
    const read = await pia.call('GET', `/v1/market/provider-contracts/${digest}`)
    expect(read.body.content).toEqual({
      ...{ schema: 'opem/provider-contract/1', version: 1, title: 'Contract', text: 'Be true.\nBe fair.' },
    })
    // The one before is still read by its digest: listings were published under it.
    const first = await pia.call('GET', `/v1/market/provider-contracts/${body.providerContract.digest}`)
    expect(first.body.version).toBe(0)
  })

  test('shows the schema of a listing to everybody', async () => {
    const answer = await it.world.browser('nobody').call('GET', '/v1/market/schemas/listing')
    expect([answer.status, answer.body.$schema]).toEqual([200, 'https://json-schema.org/draft/2020-12/schema'])
  })
})

describe('a listing', () => {
  let listing: `0x${string}`

  test('is published when its provider sends the approval from their wallet', async () => {
    listing = await it.published('Pia', pia, analytic)
    const { body } = await pia.call('GET', `${SERVICES}/${listing}`)
    expect([body.state, body.version, body.chain]).toEqual([
      'published',
      1,
      { state: 'published', version: 1, reason: null },
    ])
    expect(body.submissions[0].state).toBe('published')
    expect(await notesOf(listing)).toEqual([
      'listing.drafted',
      'listing.submitted',
      'listing.approved',
      'listing.published',
    ])
  })

  test('adds a line to its provider’s Account credential, which they present back', async () => {
    await until(async () => (await pia.call('GET', `${SERVICES}/${listing}`)).body.credential?.state === 'issued')
    const { body } = await pia.call('GET', `${SERVICES}/${listing}`)
    expect(body.credential).toEqual({
      ...{ state: 'issued', version: 2, hash: expect.stringMatching(/^0x[0-9a-f]{64}$/) },
      credential: expect.stringMatching(/^eyJ/),
    })
  })

  test('has a next version, which shows how it differs and is approved anew', async () => {
    expect((await pia.call('POST', `${SERVICES}/${listing}/update`)).body.version).toBe(2)
    const next: ListingDocument = { ...analytic, title: 'Better forecast of wind energy' }
    await pia.call('PUT', `${SERVICES}/${listing}/draft`, { revision: 2, document: next })
    const { body } = await pia.call('GET', `${SERVICES}/${listing}`)
    expect(body.differences).toEqual([
      { path: 'title', before: 'Day-ahead forecast of wind energy', after: 'Better forecast of wind energy' },
    ])
    await pia.call('POST', `${SERVICES}/${listing}/submit`, { revision: 3 })
    expect((await it.review(listing)).differences).toEqual(body.differences)
    await it.approve(listing)
    await it.publish('Pia', pia, listing)
    const after = await pia.call('GET', `${SERVICES}/${listing}`)
    expect([after.body.title, after.body.chain.version]).toEqual(['Better forecast of wind energy', 2])
  })

  test('keeps its kind: an update to another is said at the field, and not taken', async () => {
    await pia.call('POST', `${SERVICES}/${listing}/update`)
    const { revision } = (await pia.call('GET', `${SERVICES}/${listing}`)).body
    const other = LISTING_EXAMPLES['energy-grid']
    const saved = await pia.call('PUT', `${SERVICES}/${listing}/draft`, { revision, document: other })
    expect(saved.body.problems).toEqual([
      { path: 'kind', message: 'a published listing stays “analytic”; begin another listing for another kind' },
    ])
    const answer = await pia.call('POST', `${SERVICES}/${listing}/submit`, { revision: revision + 1 })
    expect(coded(answer)).toEqual([409, 'ERR_LISTING_INCOMPLETE'])
    await pia.call('DELETE', `${SERVICES}/${listing}/draft`)
  })

  test('goes back to what is published when its update is discarded', async () => {
    await pia.call('POST', `${SERVICES}/${listing}/update`)
    const { body } = await pia.call('GET', `${SERVICES}/${listing}`)
    await pia.call('PUT', `${SERVICES}/${listing}/draft`, { revision: body.revision, document: { title: 'Half' } })
    expect((await pia.call('DELETE', `${SERVICES}/${listing}/draft`)).status).toBe(200)
    const back = await pia.call('GET', `${SERVICES}/${listing}`)
    expect([back.body.state, back.body.title, back.body.version]).toEqual([
      'published',
      'Better forecast of wind energy',
      2,
    ])
  })

  test('is stopped with a reason whose words stay off the chain', async () => {
    const { body } = await pia.call('POST', `/v1/market/listings/${listing}/reasons`, { words: 'We move our servers.' })
    await it.send('Pia', 'stop', [listing, body.reason])
    expect((await pia.call('GET', `${SERVICES}/${listing}`)).body.chain).toEqual({
      ...{ state: 'stopped', version: 2, reason: 'We move our servers.' },
    })
    await it.send('Pia', 'start', [listing])
    expect((await pia.call('GET', `${SERVICES}/${listing}`)).body.chain).toEqual({
      ...{ state: 'published', version: 2, reason: null },
    })
    const rob = await it.rob.browser.call('POST', `/v1/market/listings/${listing}/reasons`, { words: 'mine' })
    expect(coded(rob)).toEqual([404, 'ERR_LISTING_UNKNOWN'])
  })

  test('that is stopped says so when its next version is published', async () => {
    await it.send('Pia', 'stop', [listing, `0x${'0'.repeat(64)}`])
    await pia.call('POST', `${SERVICES}/${listing}/update`)
    const { revision } = (await pia.call('GET', `${SERVICES}/${listing}`)).body
    await pia.call('POST', `${SERVICES}/${listing}/submit`, { revision })
    await it.approve(listing)
    await it.publish('Pia', pia, listing)
    const told = await pia.call('GET', '/v1/notifications')
    expect(told.body.items.find(({ kind }: { kind: string }) => kind === 'listing-published').text).toBe(
      'Version 3 takes the place of the one before. The listing is stopped: nothing new is contracted until you start it again.',
    )
    await it.send('Pia', 'start', [listing])
  })

  test('is handed over to whom it was offered: they see it when it is offered, and manage it when they took it', async () => {
    const rob = it.rob.browser
    expect(coded(await rob.call('GET', `${SERVICES}/${listing}/manage`))).toEqual([404, 'ERR_LISTING_UNKNOWN'])
    // What the operator approved for the one before is published by nobody.
    await pia.call('POST', `${SERVICES}/${listing}/update`)
    const { revision } = (await pia.call('GET', `${SERVICES}/${listing}`)).body
    await pia.call('POST', `${SERVICES}/${listing}/submit`, { revision })
    await it.approve(listing)
    await it.send('Pia', 'offer', [listing, rob.wallet.address])
    const offered = await rob.call('GET', `${SERVICES}/${listing}/manage`)
    expect([offered.body.yours, offered.body.offeredTo.you, offered.body.owner.name]).toEqual([false, true, 'Pia'])
    await it.send('Rob', 'accept', [listing])
    expect((await rob.call('GET', `${SERVICES}/${listing}/manage`)).body.yours).toBe(true)
    const { state, submissions, next } = (await rob.call('GET', `${SERVICES}/${listing}`)).body
    expect([state, submissions[0].state, next]).toEqual([
      ...['draft', 'withdrawn'],
      { who: 'provider', what: 'The draft is complete: submit it for review.' },
    ])
    expect(coded(await pia.call('GET', `${SERVICES}/${listing}`))).toEqual([404, 'ERR_LISTING_UNKNOWN'])
    await until(async () => (await rob.call('GET', `${SERVICES}/${listing}`)).body.credential?.state === 'issued')
  })
})
