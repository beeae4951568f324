import { createHash, X509Certificate } from 'node:crypto'
import { request } from 'node:https'
import { join } from 'node:path'
import type { Hex } from '@opem/domain'
import { createSignedFetch, createSystemKey, type SystemKey, signRequest } from '@opem/ssi/http-signature'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runInstance } from '../../testing/provider-service.ts'
import { certificateOf, type ServiceWorld } from '../../testing/service-world.ts'

const now = () => Math.floor(Date.now() / 1000)

/** Machines of companies at the gateway: by signed requests (RFC 9421) and by client certificates. */
export function machineCallSteps(open: () => ServiceWorld): void {
  type Company = Awaited<ReturnType<ServiceWorld['company']>>
  let world: ServiceWorld
  let bolt: Company
  let rival: Company
  let agreement: Hex
  let [key, rivalKey, unknownKey] = [] as unknown as [SystemKey, SystemKey, SystemKey]
  const certificates = {
    bolt: certificateOf('bolt', now() - 3600),
    rival: certificateOf('rival', now() - 3600),
    unknown: certificateOf('unknown', now() - 3600),
    over: certificateOf('over', now() - 3 * 86_400),
  }
  type Certificate = (typeof certificates)['bolt']

  beforeAll(async () => {
    world = open()
    bolt = await world.company('Bolt Retail', ['service-user'])
    rival = await world.company('Rival Retail', ['service-user'])
    ;({ id: agreement } = await world.conclude(bolt.representative, world.provider, world.listing))
    await runInstance(world.provider, bolt.representative, agreement, world.service.baseUrl)
    const file = (name: string) => join(world.folder.path, name)
    key = await createSystemKey(file('bolt.json'))
    rivalKey = await createSystemKey(file('rival.json'))
    unknownKey = await createSystemKey(file('unknown.json'))
  })
  afterAll(async () => {
    await bolt?.close()
    await rival?.close()
  })

  const url = (path = '/day') => `${world.api().url}/v1/services/${agreement}${path}`
  /** The contract's line in the Account credential ends the sessions of the version before, at any moment. */
  const administratorOf = async ({ administrator: { browser, credential } }: Company) => {
    await browser.signIn([credential])
    return browser
  }
  const configure = async (of: Company, name: string, authentication: object, over: object = {}) => {
    const body = { name, authentication, meters: [], scopes: ['services'], ...over }
    return (await administratorOf(of)).call('POST', '/v1/company/systems', body)
  }
  const byKey = ({ publicJwk }: SystemKey) => ({ kind: 'signature', publicKey: publicJwk })
  const byCertificate = ({ certificate }: Certificate) => ({
    kind: 'mtls',
    certificateSha256: createHash('sha256').update(new X509Certificate(certificate).raw).digest('hex'),
  })
  const said = async (response: Response) => [response.status, ((await response.json()) as { code?: string }).code]
  const signed = async (by: SystemKey, path?: string) => said(await createSignedFetch(by)(url(path)))
  const sign = (by: SystemKey, at = now()) => signRequest({ method: 'GET', url: url() }, by, { now: at })

  test('is configured by the administrator of a user, without meters', async () => {
    const { status, body } = await configure(bolt, 'planner', byKey(key))
    expect([status, body.meters, body.scopes]).toEqual([200, [], ['services']])
    expect((await configure(rival, 'planner', byKey(rivalKey))).status).toBe(200)
  })

  test('is not configured to send readings of a company that provides none', async () => {
    const over = { meters: ['home-1'], scopes: ['readings'] }
    const { status, body } = await configure(bolt, 'meter', byKey(unknownKey), over)
    expect([status, body.code]).toEqual([403, 'ERR_NOT_ALLOWED'])
  })

  test('is not configured for meters that it does not send for', async () => {
    const { status, body } = await configure(bolt, 'planner', byKey(unknownKey), { meters: ['home-1'] })
    expect([status, body.code]).toEqual([400, 'ERR_BODY'])
  })

  test('calls with a signed request, and with a signed body; both are counted', async () => {
    expect(await signed(key)).toEqual([200, undefined])
    const post = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"days":2}' }
    expect(await said(await createSignedFetch(key)(url('/plan'), post))).toEqual([200, undefined])
    expect(world.service.asked.at(-1)).toEqual({ method: 'POST', path: '/v1/plan', body: '{"days":2}' })
    const { body } = await world.provider.browser.call('GET', `/v1/agreements/${agreement}/usage`)
    expect(body.total).toEqual({ calls: 2, units: '2' })
  })

  test('is refused with a key that nobody configured', async () => {
    expect(await signed(unknownKey)).toEqual([401, 'ERR_SIGNATURE_KEY'])
  })

  test('is refused with another key under the name of its own', async () => {
    expect(await signed({ ...unknownKey, keyid: key.keyid })).toEqual([401, 'ERR_SIGNATURE_INVALID'])
  })

  test('is refused when its request comes twice', async () => {
    const headers = sign(key)
    expect(await said(await fetch(url(), { headers }))).toEqual([200, undefined])
    expect(await said(await fetch(url(), { headers }))).toEqual([401, 'ERR_SIGNATURE_REPLAY'])
  })

  test('is refused when its signature is over', async () => {
    const headers = sign(key, now() - 120)
    expect(await said(await fetch(url(), { headers }))).toEqual([401, 'ERR_SIGNATURE_EXPIRED'])
  })

  test('is refused when the path or the body is another than was signed', async () => {
    expect(await said(await fetch(url('/night'), { headers: sign(key) }))).toEqual([401, 'ERR_SIGNATURE_INVALID'])
    const outgoing = { method: 'POST', url: url(), headers: { 'content-type': 'application/json' }, body: '2' }
    const changed = { method: 'POST', headers: signRequest(outgoing, key), body: '10' }
    expect(await said(await fetch(url(), changed))).toEqual([401, 'ERR_SIGNATURE_DIGEST'])
  })

  test('of another company does not find the service', async () => {
    expect(await signed(rivalKey)).toEqual([404, 'ERR_AGREEMENT_UNKNOWN'])
  })

  test('that sends readings calls no service', async () => {
    const { status, body } = await world.own.fetch
      .all(url())
      .then(async (it) => ({ status: it.status, body: await it.json() }))
    expect([status, body.code]).toEqual([403, 'ERR_NOT_ALLOWED'])
  })

  const over = (of: Certificate | undefined): Promise<unknown[]> =>
    new Promise((resolve, reject) => {
      request(
        {
          ...{ host: '127.0.0.1', port: world.tlsPort, path: new URL(url()).pathname, rejectUnauthorized: false },
          ...(of && { key: of.key, cert: of.certificate }),
          agent: false,
        },
        (answer) => {
          let text = ''
          answer.on('data', (chunk) => (text += chunk))
          answer.on('end', () => resolve([answer.statusCode, JSON.parse(text).code]))
        },
      )
        .on('error', reject)
        .end()
    })

  test('calls with its client certificate, and with no other', async () => {
    await configure(bolt, 'gate', byCertificate(certificates.bolt))
    expect(await over(certificates.bolt)).toEqual([200, undefined])
    expect(await over(certificates.unknown)).toEqual([401, 'ERR_SYSTEM_UNKNOWN'])
    expect(await over(undefined)).toEqual([401, 'ERR_SIGN_IN_NEEDED'])
  })

  test('is refused with a certificate whose time is over, although its company configured it', async () => {
    await configure(bolt, 'old gate', byCertificate(certificates.over))
    expect(await over(certificates.over)).toEqual([401, 'ERR_SIGN_IN_NEEDED'])
  })

  test('of another company does not find the service by its certificate', async () => {
    await configure(rival, 'gate', byCertificate(certificates.rival))
    expect(await over(certificates.rival)).toEqual([404, 'ERR_AGREEMENT_UNKNOWN'])
  })

  test('is refused as soon as its company removes it', async () => {
    const administrator = await administratorOf(bolt)
    const { body } = await administrator.call('GET', '/v1/company/systems')
    for (const { id } of body.systems) await administrator.call('DELETE', `/v1/company/systems/${id}`)
    expect(await signed(key)).toEqual([401, 'ERR_SIGNATURE_KEY'])
    expect(await over(certificates.bolt)).toEqual([401, 'ERR_SYSTEM_UNKNOWN'])
  })
}
