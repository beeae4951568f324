import { createHash, X509Certificate } from 'node:crypto'
import { secp256k1 } from '@noble/curves/secp256k1.js'
import { compactVerify, decodeProtectedHeader, importX509 } from 'jose'
import { privateKeyToAccount } from 'viem/accounts'
import { expect, test } from 'vitest'
import { certificateClient, didClient } from './client.ts'
import { createPresentationRequest, type PresentationRequest, walletLink } from './request.ts'
import { createResponseKey } from './response-key.ts'
import { AUTHORITY, ISSUER_KEY, MARKET, MARKET_KEY, SELF_SIGNED, SELF_SIGNED_KEY } from './testing/certificates.ts'

const NOW = 1_800_000_000
const DID = 'did:ethr:0x7a69:0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266'
const account = privateKeyToAccount('0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80')
const market = { certificates: MARKET, privateKey: MARKET_KEY, host: 'market.example' } as const
const asked: Omit<PresentationRequest, 'client'> = {
  types: ['DataSourceCredential'],
  challenge: `0x${'ab'.repeat(32)}`,
  state: 'c3RhdGU',
  responseUri: 'https://market.example/v1/access/openid4vp/responses/1',
  now: NOW,
  expiresAt: NOW + 120,
}
const payloadOf = (jwt: string) => JSON.parse(Buffer.from(jwt.split('.')[1] as string, 'base64url').toString())

test('a request under a certificate (x509_hash) is signed by it and asks for exactly the credential, encrypted', async () => {
  const responseKey = createResponseKey()
  const client = certificateClient({ ...market, prefix: 'x509_hash' })
  const jwt = await createPresentationRequest({ ...asked, client, responseKey })
  const { protectedHeader, payload } = await compactVerify(jwt, await importX509(MARKET, 'ES256'))
  expect(protectedHeader).toEqual({
    alg: 'ES256',
    typ: 'oauth-authz-req+jwt',
    x5c: [new X509Certificate(MARKET).raw.toString('base64')],
  })
  const hash = createHash('sha256').update(new X509Certificate(MARKET).raw).digest('base64url')
  const { d: _, ...publicJwk } = responseKey.jwk
  expect(JSON.parse(new TextDecoder().decode(payload))).toEqual({
    aud: 'https://self-issued.me/v2',
    client_id: `x509_hash:${hash}`,
    response_type: 'vp_token',
    response_mode: 'direct_post.jwt',
    response_uri: 'https://market.example/v1/access/openid4vp/responses/1',
    nonce: `0x${'ab'.repeat(32)}`,
    state: 'c3RhdGU',
    dcql_query: {
      credentials: [
        {
          id: 'DataSourceCredential',
          format: 'dc+sd-jwt',
          meta: { vct_values: ['urn:opem:credential:DataSourceCredential:1'] },
          claims: [{ path: ['meter'] }, { path: ['role'] }],
        },
      ],
    },
    client_metadata: {
      jwks: { keys: [{ ...publicJwk, kid: responseKey.kid, use: 'enc', alg: 'ECDH-ES' }] },
      encrypted_response_enc_values_supported: ['A128GCM', 'A256GCM'],
      vp_formats_supported: {
        'dc+sd-jwt': { 'sd-jwt_alg_values': ['ES256', 'EdDSA'], 'kb-jwt_alg_values': ['ES256', 'EdDSA'] },
      },
    },
    iat: NOW,
    exp: NOW + 120,
  })
})

test('a request under the marketplace’s DID names its key and is signed with ES256K', async () => {
  const client = didClient({ did: DID, kid: `${DID}#controller`, signer: account })
  const jwt = await createPresentationRequest({ ...asked, client })
  expect(decodeProtectedHeader(jwt)).toEqual({ alg: 'ES256K', typ: 'oauth-authz-req+jwt', kid: `${DID}#controller` })
  const [header, payload, signature] = jwt.split('.') as [string, string, string]
  const publicKey = Buffer.from(account.publicKey.slice(2), 'hex')
  const signed = Buffer.from(`${header}.${payload}`)
  expect(secp256k1.verify(Buffer.from(signature, 'base64url'), signed, publicKey)).toBe(true)
  expect(payloadOf(jwt)).toMatchObject({ client_id: `decentralized_identifier:${DID}`, response_mode: 'direct_post' })
  expect(payloadOf(jwt).client_metadata).not.toHaveProperty('jwks')
})

test('an identity may be answered by our credential or by a PID; everything else has to be there', async () => {
  const client = certificateClient({ ...market, prefix: 'x509_hash' })
  const { dcql_query } = payloadOf(
    await createPresentationRequest({ ...asked, client, types: ['IdentityCredential', 'AccountCredential'] }),
  )
  expect(dcql_query.credentials.map(({ id }: { id: string }) => id)).toEqual([
    'IdentityCredential',
    'AccountCredential',
    'pid',
  ])
  expect(dcql_query.credentials[2]).toEqual({
    id: 'pid',
    format: 'dc+sd-jwt',
    meta: { vct_values: ['urn:eudi:pid:1'] },
    claims: [{ path: ['given_name'] }, { path: ['family_name'] }, { path: ['issuing_country'] }],
  })
  expect(dcql_query.credential_sets).toEqual([
    { options: [['IdentityCredential'], ['pid']] },
    { options: [['AccountCredential']] },
  ])
})

test('a wallet’s own nonce goes back to it', async () => {
  const client = certificateClient({ ...market, prefix: 'x509_hash' })
  const jwt = await createPresentationRequest({ ...asked, client, walletNonce: 'qPmxiNFCR3QTm19POc8u' })
  expect(payloadOf(jwt).wallet_nonce).toBe('qPmxiNFCR3QTm19POc8u')
})

test('the link opens a wallet with the client id and the address of the request', () => {
  const client = certificateClient({ ...market, prefix: 'x509_san_dns' })
  expect(walletLink(client, 'https://market.example/v1/access/openid4vp/requests/1', 'haip-vp')).toBe(
    'haip-vp://?client_id=x509_san_dns%3Amarket.example&request_uri=https%3A%2F%2Fmarket.example%2Fv1%2Faccess%2Fopenid4vp%2Frequests%2F1&request_uri_method=post',
  )
})

test('a response URI on another host than the client id’s is refused, and values that are not URL-safe are', async () => {
  const client = certificateClient({ ...market, prefix: 'x509_san_dns' })
  const refused = { code: 'ERR_OPENID4VP_REQUEST' }
  const elsewhere = { ...asked, client, responseUri: 'https://other.example/' }
  await expect(createPresentationRequest(elsewhere)).rejects.toMatchObject(refused)
  await expect(createPresentationRequest({ ...asked, client, state: 'a b' })).rejects.toMatchObject(refused)
  await expect(createPresentationRequest({ ...asked, client, challenge: 'a+b' })).rejects.toMatchObject(refused)
})

for (const [what, changes] of [
  ['of another key', { privateKey: ISSUER_KEY }],
  ['that is self-signed', { certificates: SELF_SIGNED, privateKey: SELF_SIGNED_KEY }],
  ['with its trust anchor', { certificates: MARKET + AUTHORITY }],
  ['for another host', { host: 'other.example' }],
  ['that is none', { certificates: '' }],
] as const) {
  test(`a certificate ${what} is no client`, () => {
    expect(() => certificateClient({ ...market, prefix: 'x509_san_dns', ...changes })).toThrow(/ERR_OPENID4VP_CLIENT/)
  })
}
