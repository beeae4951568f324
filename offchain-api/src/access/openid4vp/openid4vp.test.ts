import { createPublicKey } from 'node:crypto'
import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { didOfJwk } from '@opem/ssi/did'
import { CompactEncrypt } from 'jose'
import { concat, getAddress, recoverAddress, sha256, toHex } from 'viem'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { handMade, type TestKey, testKey } from '../../../../ssi/src/openid4vp/testing/issuer-and-holder.ts'
import { type AccessWorld, openAccessWorld } from '../../testing/access-world.ts'
import type { Browser } from '../../testing/browser.ts'
import { ALL } from '../../testing/systems.ts'

const issuer = testKey()
let world: AccessWorld

beforeAll(async () => {
  const file = join(await mkdtemp(join(tmpdir(), 'opem-issuers-')), 'issuers.json')
  await writeFile(file, JSON.stringify([{ iss: didOfJwk(issuer.jwk), types: ['IdentityCredential'] }]))
  world = await openAccessWorld([ALL], { environment: { OPEM_PINNED_ISSUERS_FILE: file } })
})
afterAll(() => world?.close())

/** What an EU wallet does with a link: fetches the request, presents, and posts the answer. */
async function answer(page: Browser, operation: string, holder: TestKey, name = 'Ana') {
  const { body } = await page.call('POST', '/v1/access/openid4vp/requests', { operation })
  const link = new URL(body.requestUri)
  expect(link.protocol).toBe('openid4vp:')
  const asked = await fetch(link.searchParams.get('request_uri')!, {
    method: 'POST',
    body: new URLSearchParams({ wallet_nonce: 'of-the-wallet' }),
  })
  expect(asked.headers.get('content-type')).toContain('application/oauth-authz-req+jwt')
  const request = JSON.parse(Buffer.from((await asked.text()).split('.')[1]!, 'base64url').toString())
  expect(request).toMatchObject({ wallet_nonce: 'of-the-wallet', client_id: link.searchParams.get('client_id') })
  const now = Math.floor(Date.now() / 1000)
  const presentation = handMade({
    issuer,
    holder,
    payload: {
      ...{ iss: didOfJwk(issuer.jwk), vct: 'urn:opem:credential:IdentityCredential:1', iat: now, exp: now + 3600 },
      ...{ cnf: { jwk: holder.jwk }, name },
    },
    kbPayload: { aud: request.client_id, nonce: request.nonce, iat: now },
  })
  const [encryption] = request.client_metadata.jwks.keys
  const members = { vp_token: { IdentityCredential: [presentation] }, state: request.state }
  const response = await new CompactEncrypt(new TextEncoder().encode(JSON.stringify(members)))
    .setProtectedHeader({ alg: 'ECDH-ES', enc: 'A256GCM', kid: encryption.kid })
    .encrypt(createPublicKey({ key: encryption, format: 'jwk' }))
  const post = () => fetch(request.response_uri, { method: 'POST', body: new URLSearchParams({ response }) })
  return { id: body.id, post }
}
const given = (id: string) => ({ presentation: { kind: 'openid4vp', request: id } })
const application = { kind: 'citizen', roles: ['service-user'], terms: '1' }

test('an EU wallet registers, shows the receipt and signs in with the identity that it holds', async () => {
  const page = world.browser('EU')
  const holder = testKey()
  const registration = await answer(page, 'register-citizen', holder)
  const status = async () => (await page.call('GET', `/v1/access/openid4vp/responses/${registration.id}`)).body.status
  expect(await status()).toBe('waiting')
  const early = await page.call('POST', '/v1/access/registrations', { ...application, ...given(registration.id) })
  expect([early.status, early.body.code]).toEqual([409, 'ERR_WALLET_WAITING'])
  expect((await registration.post()).status).toBe(200)
  expect((await registration.post()).status).toBe(409)
  expect(await status()).toBe('answered')

  const other = await world
    .browser('Other')
    .call('POST', '/v1/access/registrations', { ...application, ...given(registration.id) })
  expect(other.body.code).toBe('ERR_WALLET_REQUEST_UNKNOWN')
  const { body } = await page.call('POST', '/v1/access/registrations', { ...application, ...given(registration.id) })
  expect(body).toMatchObject({ status: 'pending', delivery: 'response' })

  const receipt = await answer(page, 'receipt', holder)
  await receipt.post()
  expect((await page.call('POST', '/v1/access/receipts', given(receipt.id))).body).toEqual({
    ...{ account: body.account, status: 'active', receipt: expect.stringMatching(/^ey/) },
  })
  const signIn = await answer(page, 'sign-in', holder)
  await signIn.post()
  const { session } = (await page.call('POST', '/v1/access/sign-ins', given(signIn.id))).body
  expect(session).toMatchObject({ name: 'Ana', kind: 'citizen', did: didOfJwk(holder.jwk), actors: ['service-user'] })
  expect((await page.call('POST', '/v1/access/sign-ins', given(signIn.id))).body.code).toBe('ERR_CHALLENGE_UNKNOWN')
})

test('whatever the parity of its signature, a request is signed by the marketplace’s key', async () => {
  const page = world.browser('Signed')
  for (let turn = 0; turn < 12; turn++) {
    const { body } = await page.call('POST', '/v1/access/openid4vp/requests', { operation: 'sign-in' })
    const asked = await fetch(new URL(body.requestUri).searchParams.get('request_uri')!, { method: 'POST' })
    const [header, payload, signature] = (await asked.text()).split('.') as [string, string, string]
    const { client_id: client } = JSON.parse(Buffer.from(payload, 'base64url').toString())
    const bytes = Buffer.from(signature, 'base64url')
    expect(bytes.length).toBe(64)
    const hash = sha256(Buffer.from(`${header}.${payload}`))
    const signers = await Promise.all(
      [0n, 1n].map((parity) => recoverAddress({ hash, signature: concat([toHex(bytes), toHex(27n + parity)]) })),
    )
    expect(signers).toContain(getAddress(client.slice(-42)))
  }
})

test('another key opens nobody’s account, whatever name its identity says', async () => {
  const page = world.browser('Thief')
  const signIn = await answer(page, 'sign-in', testKey())
  await signIn.post()
  const { status, body } = await page.call('POST', '/v1/access/sign-ins', given(signIn.id))
  expect([status, body.code]).toEqual([403, 'ERR_ACCOUNT_UNKNOWN'])
})
