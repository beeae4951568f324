import { createHash, createPrivateKey, createPublicKey, X509Certificate } from 'node:crypto'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CompactEncrypt, compactVerify, decodeProtectedHeader } from 'jose'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  AUTHORITY,
  ISSUER,
  ISSUER_KEY,
  MARKET,
  MARKET_KEY,
  OTHER_AUTHORITY,
} from '../../../../ssi/src/openid4vp/testing/certificates.ts'
import {
  disclosure,
  handMade,
  sha256,
  type TestKey,
  testKey,
} from '../../../../ssi/src/openid4vp/testing/issuer-and-holder.ts'
import { type AccessWorld, openAccessWorld } from '../../testing/access-world.ts'
import { startApi } from '../../testing/harness.ts'
import { ALL } from '../../testing/systems.ts'

const PUBLIC = 'https://market.example'
const issuerKey = testKey(createPrivateKey(ISSUER_KEY))
const now = () => Math.floor(Date.now() / 1000)
let world: AccessWorld
let files: { certificate: string; key: string }

beforeAll(async () => {
  const folder = mkdtempSync(join(tmpdir(), 'opem-verifier-'))
  const file = (name: string, text: string) => {
    writeFileSync(join(folder, name), text, { mode: 0o600 })
    return join(folder, name)
  }
  files = { certificate: file('market.pem', MARKET), key: file('market.key', MARKET_KEY) }
  // The issuer of PIDs is known by the authority that issued its certificate.
  const pinned = [{ iss: 'https://pid.example', types: ['IdentityCredential'], certificates: [AUTHORITY] }]
  world = await openAccessWorld([ALL], {
    environment: {
      OPEM_PUBLIC_URL: PUBLIC,
      OPEM_VERIFIER_CERTIFICATE: files.certificate,
      OPEM_VERIFIER_KEY: files.key,
      OPEM_PINNED_ISSUERS_FILE: file('issuers.json', JSON.stringify(pinned)),
    },
  })
})
afterAll(() => world?.close())

/** What this wallet reads of a request object. */
interface WalletRequest {
  readonly client_id: string
  readonly response_uri: string
  readonly nonce: string
  readonly state: string
  readonly dcql_query: {
    readonly credentials: readonly {
      readonly id: string
      readonly format: string
      readonly meta: { readonly vct_values: readonly string[] }
      readonly claims: readonly { readonly path: readonly string[] }[]
    }[]
  }
  readonly client_metadata: { readonly jwks: { readonly keys: readonly { readonly kid: string }[] } }
}

/** The proxy before the marketplace, which ends TLS. */
const reach = (url: string, init: RequestInit) => {
  expect(url.startsWith(`${PUBLIC}/`)).toBe(true)
  return fetch(world.api().url + url.slice(PUBLIC.length), init)
}

/**
 * A wallet of the EU's profile, as HAIP 1.0 §5 and OpenID4VP 1.0 §5 have it: it believes a request when the certificate in it
 * comes from an authority that the wallet trusts, is what the client id hashes, stands for the host that is answered, and signed.
 */
async function walletOpens(link: string, trusted: string): Promise<WalletRequest> {
  const { protocol, searchParams } = new URL(link)
  if (protocol !== 'haip-vp:') throw new Error('not for this wallet')
  const asked = await reach(searchParams.get('request_uri')!, {
    method: 'POST',
    body: new URLSearchParams({ wallet_nonce: 'fresh' }),
  })
  const jwt = await asked.text()
  const { x5c = [], typ, alg } = decodeProtectedHeader(jwt) as { x5c?: string[]; typ: string; alg: string }
  if (typ !== 'oauth-authz-req+jwt' || alg !== 'ES256') throw new Error('another kind of request')
  const chain = x5c.map((der) => new X509Certificate(Buffer.from(der, 'base64')))
  const anchor = new X509Certificate(trusted)
  const links = [...chain.slice(1), anchor]
  for (const [index, one] of chain.entries()) {
    const above = links[index]!
    const valid = Date.now() >= one.validFromDate.getTime() && Date.now() < one.validToDate.getTime()
    if (!valid || !one.checkIssued(above) || !one.verify(above.publicKey)) throw new Error('the chain does not hold')
  }
  const [leaf] = chain
  if (!leaf || leaf.raw.equals(anchor.raw)) throw new Error('there has to be a certificate, and not the trust anchor')
  const { payload } = await compactVerify(jwt, leaf.publicKey)
  const request = JSON.parse(new TextDecoder().decode(payload))
  const clientId = `x509_hash:${createHash('sha256').update(leaf.raw).digest('base64url')}`
  if (request.client_id !== clientId || searchParams.get('client_id') !== clientId) throw new Error('another client')
  if (leaf.checkHost(new URL(request.response_uri).hostname) === undefined) throw new Error('another host')
  if (request.response_mode !== 'direct_post.jwt' || request.wallet_nonce !== 'fresh')
    throw new Error('not the profile')
  if (request.aud !== 'https://self-issued.me/v2' || request.exp <= now()) throw new Error('not for wallets, or over')
  return request
}

/** Presents the PID that the DCQL query asks for, and of it only the claims asked for. */
async function walletAnswers(request: WalletRequest, holder: TestKey): Promise<Response> {
  const query = request.dcql_query.credentials.find(
    (one) => one.format === 'dc+sd-jwt' && one.meta.vct_values.includes('urn:eudi:pid:1'),
  )!
  const held = { given_name: 'Ana', family_name: 'Ro', issuing_country: 'ES', birthdate: '1990-01-01' }
  const all = Object.entries(held).map(([name, value]) => [name, disclosure(`salt of ${name}`, name, value)] as const)
  const asked = query.claims.map(({ path }) => path[0])
  const presentation = handMade({
    issuer: issuerKey,
    holder,
    header: { x5c: [new X509Certificate(ISSUER).raw.toString('base64')] },
    payload: {
      ...{ iss: 'https://pid.example', vct: 'urn:eudi:pid:1', iat: now(), exp: now() + 3600, cnf: { jwk: holder.jwk } },
      ...{ _sd_alg: 'sha-256', _sd: all.map(([, encoded]) => sha256(encoded)) },
    },
    disclosures: all.filter(([name]) => asked.includes(name)).map(([, encoded]) => encoded),
    kbPayload: { aud: request.client_id, nonce: request.nonce, iat: now() },
  })
  const encryption = request.client_metadata.jwks.keys[0]!
  const members = { vp_token: { [query.id]: [presentation] }, state: request.state }
  const response = await new CompactEncrypt(new TextEncoder().encode(JSON.stringify(members)))
    .setProtectedHeader({ alg: 'ECDH-ES', enc: 'A128GCM', kid: encryption.kid })
    .encrypt(createPublicKey({ key: encryption, format: 'jwk' }))
  return reach(request.response_uri, { method: 'POST', body: new URLSearchParams({ response }) })
}

const ask = async (name: string, operation: string) => {
  const page = world.browser(name)
  const { body } = await page.call('POST', '/v1/access/openid4vp/requests', { operation })
  return { page, ...(body as { id: string; requestUri: string }) }
}
const presented = (id: string) => ({ presentation: { kind: 'openid4vp', request: id } })

test('a wallet that trusts the authority of the certificate opens the request, and its holder registers with a PID', async () => {
  const holder = testKey()
  const { page, id, requestUri } = await ask('Ana of the EU', 'register-citizen')
  const request = await walletOpens(requestUri, AUTHORITY)
  expect((await walletAnswers(request, holder)).status).toBe(200)
  const application = { kind: 'citizen', roles: ['service-user'], terms: '1', ...presented(id) }
  const { body } = await page.call('POST', '/v1/access/registrations', application)
  expect(body).toMatchObject({ status: 'pending', delivery: 'response' })

  const receipt = await ask('Ana of the EU', 'receipt')
  await walletAnswers(await walletOpens(receipt.requestUri, AUTHORITY), holder)
  const taken = await receipt.page.call('POST', '/v1/access/receipts', presented(receipt.id))
  expect(taken.body).toMatchObject({ account: body.account, status: 'active' })
  const signIn = await ask('Ana of the EU', 'sign-in')
  await walletAnswers(await walletOpens(signIn.requestUri, AUTHORITY), holder)
  const { session } = (await signIn.page.call('POST', '/v1/access/sign-ins', presented(signIn.id))).body
  expect(session).toMatchObject({ name: 'Ana Ro', kind: 'citizen' })
})

test('each request has a key of its own for the answer, on P-256', async () => {
  const requests = [await ask('Ana of the EU', 'sign-in'), await ask('Ana of the EU', 'sign-in')]
  const keys: unknown[] = []
  for (const { requestUri } of requests) {
    const { client_metadata } = await walletOpens(requestUri, AUTHORITY)
    keys.push(...client_metadata.jwks.keys)
  }
  const p256 = { kty: 'EC', crv: 'P-256', use: 'enc', alg: 'ECDH-ES' }
  expect(keys).toEqual([expect.objectContaining(p256), expect.objectContaining(p256)])
  const [one, other] = keys as { x: string }[]
  expect(one!.x).not.toBe(other!.x)
})

test('a wallet that does not trust the authority opens nothing', async () => {
  const { requestUri } = await ask('Bea of the EU', 'sign-in')
  await expect(walletOpens(requestUri, OTHER_AUTHORITY)).rejects.toThrow('the chain does not hold')
})

test('an API whose certificate is for another host does not start, and says why', async () => {
  const start = startApi({
    postgresUrl: world.postgres.url,
    lakeUrl: 'http://127.0.0.1:9',
    deploymentPath: world.chain.deploymentPath,
    access: world.own,
    environment: {
      OPEM_PUBLIC_URL: 'https://other.example',
      OPEM_VERIFIER_CERTIFICATE: files.certificate,
      OPEM_VERIFIER_KEY: files.key,
    },
  })
  await expect(start).rejects.toThrow(/ended with 2 .*ERR_VERIFIER_CERTIFICATE: .* is for DNS:market.example/)
})
