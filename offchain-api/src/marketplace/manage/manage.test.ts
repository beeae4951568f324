import { LISTING_EXAMPLES } from '@opem/domain'
import { Pool } from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { didOf } from '../../testing/access-world.ts'
import type { Answer, Browser } from '../../testing/browser.ts'
import { openPublishingWorld, type PublishingWorld } from '../../testing/publishing-world.ts'
import { isListed, policyOf } from './policy.ts'

let it: PublishingWorld
let pia: Browser
let listing: `0x${string}`
let path: string
let pool: Pool

beforeAll(async () => {
  it = await openPublishingWorld()
  pia = it.pia.browser
  listing = await it.published('Pia', pia, LISTING_EXAMPLES['energy-grid'])
  path = `/v1/market/services/${listing}`
  pool = new Pool({ connectionString: it.world.postgres.url })
}, 180_000)
afterAll(async () => {
  await pool?.end()
  await it?.close()
})

const rows = async (sql: string, values: readonly unknown[] = []) => (await pool.query(sql, [...values])).rows as never
const coded = ({ status, body }: Answer) => [status, body.code]
const policy = {
  restricted: true,
  authentication: ['signature', 'mtls'],
  addressRanges: ['192.0.2.0/24', '2001:db8::/32'],
  requestsPerMinute: 60,
}

test('a listing that says nothing is open to everybody, with every way to sign', async () => {
  const { body } = await pia.call('GET', `${path}/manage`)
  expect([body.yours, body.policy, body.access]).toEqual([
    true,
    {
      ...{ restricted: false, authentication: ['token', 'signature', 'mtls'], addressRanges: [] },
      ...{ requestsPerMinute: 600, revision: 0 },
    },
    [],
  ])
  expect(await isListed(rows, listing, it.sam.account)).toBe(true)
})

test('its provider puts a policy in force, which the gateway reads; nobody overwrites another’s unseen', async () => {
  const put = (body: object, by = pia) => by.call('PUT', `${path}/policy`, body)
  expect((await put({ ...policy, revision: 0 })).body.policy).toEqual({ ...policy, revision: 1 })
  expect(await policyOf(rows, listing)).toEqual({ ...policy, revision: 1 })
  expect(coded(await put({ ...policy, revision: 0 }))).toEqual([409, 'ERR_POLICY_CHANGED'])
  expect(coded(await put({ ...policy, addressRanges: ['192.0.2.7/24'], revision: 1 }))).toEqual([
    400,
    'ERR_ADDRESS_RANGE',
  ])
  for (const wrong of [{ authentication: [] }, { addressRanges: ['everywhere'] }, { requestsPerMinute: 0 }])
    expect(coded(await put({ ...policy, ...wrong, revision: 1 }))).toEqual([400, 'ERR_BODY'])
})

test('a restricted listing is for whom it was assigned to, until that is revoked', async () => {
  expect(await isListed(rows, listing, it.sam.account)).toBe(false)
  expect(await isListed(rows, listing, it.pia.account)).toBe(true)
  const assigned = await pia.call('POST', `${path}/access`, {
    did: didOf('Sam').toUpperCase().replace('DID:ETHR', 'did:ethr'),
  })
  expect(assigned.body.access).toEqual([
    { account: it.sam.account, did: didOf('Sam'), name: 'Sam', addedAt: expect.stringMatching(/Z$/) },
  ])
  expect(await isListed(rows, listing, it.sam.account)).toBe(true)
  expect((await pia.call('DELETE', `${path}/access/${it.sam.account}`)).body.access).toEqual([])
  expect(await isListed(rows, listing, it.sam.account)).toBe(false)
  expect(coded(await pia.call('DELETE', `${path}/access/${it.sam.account}`))).toEqual([404, 'ERR_NOT_LISTED'])
  expect(coded(await pia.call('POST', `${path}/access`, { did: 'Sam' }))).toEqual([400, 'ERR_BODY'])
})

test('nobody but its provider manages it; the operator looks', async () => {
  const { browser: rob } = it.rob
  for (const answer of [
    await rob.call('GET', `${path}/manage`),
    await rob.call('PUT', `${path}/policy`, { ...policy, revision: 1 }),
    await rob.call('POST', `${path}/access`, { did: didOf('Rob') }),
    await rob.call('DELETE', `${path}/access/${it.sam.account}`),
    await it.operator.browser.call('PUT', `${path}/policy`, { ...policy, revision: 1 }),
  ])
    expect(coded(answer)).toEqual([404, 'ERR_LISTING_UNKNOWN'])
  const seen = await it.operator.browser.call('GET', `${path}/manage`)
  expect([seen.status, seen.body.yours]).toEqual([200, false])
  expect(coded(await it.sam.browser.call('GET', `${path}/manage`))).toEqual([403, 'ERR_NOT_ALLOWED'])
})

test('every step is in the audit log', async () => {
  const found: { action: string }[] = await rows(
    `SELECT action FROM market_audit_log WHERE about->>'listing' = $1 AND action LIKE 'listing.%' ORDER BY number`,
    [listing],
  )
  expect(found.map(({ action }) => action).slice(-3)).toEqual([
    'listing.policy-changed',
    'listing.assigned',
    'listing.revoked',
  ])
})
