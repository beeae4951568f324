import type { Hex } from '@opem/domain'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type AccessWorld, type Citizen, openAccessWorld, walletOf } from '../../testing/access-world.ts'
import {
  foundOnChain,
  issueTo,
  joinOnChain,
  type SignedConsent,
  signedConsent,
} from '../../testing/founded-community.ts'
import { ALL } from '../../testing/systems.ts'
import { isAuthorisedAt, nextPeriod } from './authorisations.ts'

const HOUR = 3600
const FROM = (Math.floor(Date.now() / 1000 / HOUR) - 24) * HOUR
const profile = { name: 'Sunny Street', timeZone: 'Europe/Madrid', periodSeconds: 3600 as const, batchPeriods: 1 }
const instant = (epoch: number) => new Date(epoch * 1000).toISOString().replace('.000', '')

let world: AccessWorld
let community: Hex
let ana: Citizen
let consent: SignedConsent

beforeAll(async () => {
  world = await openAccessWorld([ALL], { lake: true })
  const founded = await foundOnChain(world.chain, { ...profile, from: FROM })
  community = founded.id
  await ask('POST', '/v1/communities', { id: community, ...profile, rules: [founded.rules] })
  ana = await world.registerCitizen('Ana')
  await ana.browser.signIn([ana.credential])
  consent = await signedConsent(world.chain, { community, name: 'Ana', meter: 'home-0', from: FROM })
})
afterAll(() => world?.close())

async function ask(method: string, path: string, body?: unknown) {
  const response = await world.own.fetch.all!(`${world.api().url}${path}`, {
    method,
    ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  })
  return { status: response.status, body: await response.json() }
}
const consents = () => `/v1/communities/${community}/consents`
const authorisations = () => `/v1/communities/${community}/meter-authorisations`
const oracle = async () =>
  (await ask('GET', `/v1/communities/${community}/oracle?from=${instant(FROM)}&to=${instant(FROM + 48 * HOUR)}`)).body

test('a member joins with a credential for each meter, that says it is theirs', async () => {
  const join = async (dataSources: string[]) =>
    (await ana.browser.call('POST', consents(), { ...consent, dataSources })).body
  const about = (name: string, meter: string) =>
    issueTo(world.chain, {
      ...{ address: walletOf(name).address, type: 'DataSourceCredential', claims: { meter, role: 'data-subject' } },
    })
  expect((await join([])).code).toBe('ERR_DATA_SOURCE')
  expect((await join([await about('Bea', 'home-0')])).code).toBe('ERR_DATA_SOURCE')
  expect((await join([await about('Ana', 'home-1')])).code).toBe('ERR_DATA_SOURCE')
  expect((await join([consent.dataSources[0]!, consent.dataSources[0]!])).code).toBe('ERR_DATA_SOURCE')
  expect((await join([ana.credential])).code).toBe('ERR_VP_TYPES')
  expect((await join(consent.dataSources)).status).toBe('pending')
})

test("nobody takes another's place in the queue of members", async () => {
  const bea = await world.registerCitizen('Bea')
  await bea.browser.signIn([bea.credential])
  const forged = await signedConsent(world.chain, { community, name: 'Bea', meter: 'home-0', from: FROM })
  const { status, body } = await bea.browser.call('POST', consents(), { ...forged, member: consent.member })
  expect([status, body.code]).toEqual([409, 'ERR_MEMBER_EXISTS'])
  const posted = await bea.browser.call('POST', consents(), consent)
  expect([posted.status, posted.body.code]).toEqual([403, 'ERR_NOT_ALLOWED'])
})

test('readings are used from the time that the member consented to', async () => {
  await joinOnChain(world.chain, community, consent)
  const reading = (start: number) => ({
    ...{ meter: 'home-0', start: instant(start), seconds: 3600, importWh: 5, exportWh: 0, quality: 'measured' },
    ...{ source: 'test', knownAt: instant(FROM) },
  })
  await ask('POST', '/v1/readings', { readings: [reading(FROM - HOUR), reading(FROM), reading(FROM + 26 * HOUR)] })
  const { members, readings } = await oracle()
  expect(members[0].meters).toEqual([
    { meter: 'home-0', participation: 100, authorised: [{ from: instant(FROM), until: null }] },
  ])
  expect(readings.map(({ start }: { start: string }) => start)).toEqual([instant(FROM), instant(FROM + 26 * HOUR)])
  expect((await ana.browser.call('GET', authorisations())).body).toEqual({
    authorisations: [{ meter: 'home-0', from: instant(FROM), until: null }],
  })
})

test('a withdrawal stops their use at the next period, and a new authorisation takes it up again', async () => {
  const next = nextPeriod(Math.floor(Date.now() / 1000), HOUR)
  const withdrawn = await ana.browser.call('DELETE', `${authorisations()}/home-0`)
  expect(withdrawn.body).toEqual({ meter: 'home-0', until: instant(next) })
  const { members, readings } = await oracle()
  expect(members[0].meters[0].authorised).toEqual([{ from: instant(FROM), until: instant(next) }])
  expect(readings.map(({ start }: { start: string }) => start)).toEqual([instant(FROM)])
  expect((await ana.browser.call('DELETE', `${authorisations()}/home-0`)).status).toBe(404)

  const presentation = await ana.browser.present('authorise-meter', consent.dataSources)
  const again = await ana.browser.call('POST', authorisations(), { presentation })
  expect(again.body).toEqual({ meter: 'home-0', from: instant(FROM), until: null })
  expect((await oracle()).readings).toHaveLength(2)
})

test('names and meters of members are shown to themselves and the administrator alone', async () => {
  const seen = async (page: Citizen) => (await page.browser.call('GET', `/v1/communities/${community}`)).body.members
  expect((await seen(ana)).map(({ name }: { name: string }) => name)).toEqual(['Ana'])
  const administrator = await world.registerCitizen('administrator')
  await administrator.browser.signIn([administrator.credential])
  expect(await seen(administrator)).toHaveLength(1)
  const stranger = await world.registerCitizen('Stranger')
  await stranger.browser.signIn([stranger.credential])
  expect(await seen(stranger)).toEqual([])
})

test('a period is authorised when it starts in an interval', () => {
  const intervals = [
    { from: 3600, until: 7200 },
    { from: 10_800, until: null },
  ]
  expect([0, 3600, 7199, 7200, 10_800, 99_999].map((start) => isAuthorisedAt(intervals, start))).toEqual([
    ...[false, true, true, false, true, true],
  ])
  expect([nextPeriod(3600, 3600), nextPeriod(7199, 3600)]).toEqual([7200, 7200])
})
