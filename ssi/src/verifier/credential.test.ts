import { createHmac, generateKeyPairSync, sign as nodeSign } from 'node:crypto'
import { hexToBytes } from 'viem'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ClaimsOf, CredentialType } from '../credential/claims.ts'
import { credentialHashOf } from '../credential/hash.ts'
import { issueCredential } from '../credential/issue.ts'
import { type Did, parseDid } from '../did/did.ts'
import { didOfJwk } from '../did/key-did.ts'
import { es256k, forge, otherS, payloadOf } from '../testing/forge.ts'
import { COMMUNITY, claimsFor, openWorld, type Person, person, type World } from '../testing/world.ts'
import { createChainPorts } from './chain-ports.ts'
import { verifyCredential } from './credential.ts'

const NOW = Math.floor(Date.now() / 1000)
const [ann, eve, company, registry, grid] = ['Ann', 'Eve', 'Sunny Street', 'citizen registry', 'grid operator'].map(
  person,
) as [Person, Person, Person, Person, Person]

let world: World
beforeAll(async () => {
  world = await openWorld()
  await world.accredit(registry, 'IdentityCredential')
  await world.accredit(grid, 'DataSourceCredential')
})
afterAll(() => world.close())

const issue = <T extends CredentialType>(
  type: T,
  claims: ClaimsOf<T>,
  by: Person,
  change: { subject?: Did; issuer?: Did; issuedAt?: number; expiresAt?: number } = {},
) =>
  issueCredential({
    issuer: by.did,
    signer: by.wallet,
    type,
    subject: ann.did,
    claims,
    issuedAt: NOW - 10,
    expiresAt: NOW + 3600,
    ...change,
  })
const representative = (by = company, change: Parameters<typeof issue>[3] = {}) =>
  issue('RepresentativeCredential', claimsFor.RepresentativeCredential(change.issuer ?? by.did), by, change)
const verify = (jwt: unknown, now = NOW) => verifyCredential(jwt, { now }, world.ports)
const refused = (code: string) => expect.objectContaining({ ok: false, code })
type Payload = Record<string, unknown> & { vc?: Record<string, unknown> }
const inVc = (added: object) => ({ payload: (p: Payload) => ({ ...p, vc: { ...p.vc, ...added } }) })
const inSubject = (added: object) => ({
  payload: (p: Payload) => ({
    ...p,
    vc: { ...p.vc, credentialSubject: { ...(p.vc?.credentialSubject as object), ...added } },
  }),
})

test('a credential of each type is verified when its own issuer signed it', async () => {
  const right = [
    await representative(),
    await issue('IdentityCredential', claimsFor.IdentityCredential(), registry),
    await issue('DataSourceCredential', claimsFor.DataSourceCredential(), grid),
    await issue('AccountCredential', claimsFor.AccountCredential(ann.did), world.seat),
    await issue('MemberCredential', claimsFor.MemberCredential(), person('administrator')),
  ]
  for (const jwt of right) expect(await verify(jwt)).toMatchObject({ ok: true, value: { subject: ann.did, jwt } })
})

test('what is verified says who, when and what', async () => {
  const jwt = await representative()
  expect(await verify(jwt)).toEqual({
    ok: true,
    value: {
      type: 'RepresentativeCredential',
      issuer: company.did,
      subject: ann.did,
      jti: payloadOf(jwt).jti,
      hash: credentialHashOf(jwt),
      issuedAt: NOW - 10,
      expiresAt: NOW + 3600,
      claims: claimsFor.RepresentativeCredential(company.did),
      jwt,
    },
  })
})

test('a credential added to is refused wherever the member was added', async () => {
  const jwt = await representative()
  for (const change of [
    { payload: (p: Payload) => ({ ...p, aud: 'x' }) },
    inVc({ id: 'urn:x' }),
    inVc({ credentialStatus: { id: 'https://status.example/1', type: 'StatusList2021Entry' } }),
    inSubject({ operator: true }),
    inSubject({ id: eve.did }),
    inSubject({ company: { ...claimsFor.RepresentativeCredential(company.did).company, admin: true } }),
  ])
    expect(await verify(await forge(jwt, change, es256k(company)))).toEqual(refused('ERR_VC_MEMBERS'))
})

test('a credential with evidence is refused', async () => {
  const jwt = await forge(
    await representative(),
    inVc({ evidence: [{ type: 'DocumentVerification' }] }),
    es256k(company),
  )
  expect(await verify(jwt)).toEqual(refused('ERR_VC_MEMBERS'))
})

test('a credential with a context of others, or with a type more, is refused', async () => {
  for (const change of [
    { '@context': ['https://www.w3.org/2018/credentials/v1', 'https://schema.org'] },
    { '@context': ['https://www.w3.org/ns/credentials/v2'] },
    { type: ['VerifiableCredential', 'RepresentativeCredential', 'AccountCredential'] },
  ])
    expect(await verify(await forge(await representative(), inVc(change), es256k(company)))).toEqual(
      refused('ERR_VC_SHAPE'),
    )
})

test('a credential of data model 2.0 is refused, by its header and by its claims', async () => {
  const asOfTwo = ({ iss, sub, vc = {}, ...times }: Payload) => ({
    ...times,
    '@context': ['https://www.w3.org/ns/credentials/v2'],
    type: vc.type,
    issuer: iss,
    validFrom: '2026-01-01T00:00:00Z',
    credentialSubject: { id: sub, ...(vc.credentialSubject as object) },
  })
  const jwt = await forge(await representative(), { payload: asOfTwo }, es256k(company))
  expect(await verify(jwt)).toEqual(refused('ERR_VC_MEMBERS'))
  const typed = { header: (h: object) => ({ ...h, typ: 'vc+jwt' }), payload: asOfTwo }
  expect(await verify(await forge(await representative(), typed, es256k(company)))).toEqual(refused('ERR_ALG'))
})

test('a member named twice is refused', async () => {
  const [header, ,] = (await representative()).split('.')
  const twice = JSON.stringify(payloadOf(await representative())).replace('{', `{"sub":"${eve.did}",`)
  const input = `${header}.${Buffer.from(twice).toString('base64url')}`
  expect(await verify(`${input}.${await es256k(company)(input)}`)).toEqual(refused('ERR_VC_SHAPE'))
})

test.each(['iss', 'sub', 'jti', 'nbf', 'exp', 'vc'])('a credential without %s is refused', async (name) => {
  const change = { payload: (p: Payload) => ({ ...p, [name]: undefined }) }
  expect(await verify(await forge(await representative(), change, es256k(company)))).toEqual(refused('ERR_VC_SHAPE'))
})

test('a tampered credential is refused', async () => {
  const jwt = await forge(await representative(), inSubject({ name: 'Eve' }))
  expect(await verify(jwt)).toEqual(refused('ERR_VC_SIGNATURE'))
})

test('a credential given to another subject is refused', async () => {
  const jwt = await forge(await representative(), { payload: (p) => ({ ...p, sub: eve.did }) })
  expect(await verify(jwt)).toEqual(refused('ERR_VC_SIGNATURE'))
})

test('a credential signed by another key than its issuer’s is refused', async () => {
  expect(await verify(await representative(eve, { issuer: company.did }))).toEqual(refused('ERR_VC_SIGNATURE'))
})

test('a self-issued credential is refused, whatever its type', async () => {
  for (const jwt of [
    await issue('IdentityCredential', claimsFor.IdentityCredential(), ann),
    await issue('DataSourceCredential', claimsFor.DataSourceCredential(), ann),
    await issue('AccountCredential', claimsFor.AccountCredential(ann.did), ann),
    await issue('MemberCredential', claimsFor.MemberCredential(), ann),
    await issue('RepresentativeCredential', claimsFor.RepresentativeCredential(company.did), ann),
  ])
    expect(await verify(jwt)).toEqual(refused('ERR_VC_ISSUER'))
})

test('an issuer accredited for one type may not issue another', async () => {
  const jwt = await issue('DataSourceCredential', claimsFor.DataSourceCredential(), registry)
  expect(await verify(jwt)).toEqual(refused('ERR_VC_ISSUER'))
})

test('what an issuer issued before it was accredited is refused', async () => {
  const jwt = await issue('IdentityCredential', claimsFor.IdentityCredential(), registry, { issuedAt: NOW - 3600 })
  expect(await verify(jwt)).toEqual(refused('ERR_VC_ISSUER'))
})

test('an accredited issuer may issue for a company', async () => {
  const chamber = person('chamber of commerce')
  const jwt = await issue('RepresentativeCredential', claimsFor.RepresentativeCredential(company.did), chamber)
  expect(await verify(jwt)).toEqual(refused('ERR_VC_ISSUER'))
  await world.accredit(chamber, 'RepresentativeCredential')
  expect(await verify(jwt)).toMatchObject({ ok: true })
})

test('an administrator of one community may not issue for another', async () => {
  const claims = { ...claimsFor.MemberCredential(), community: `0x${'d0'.repeat(20)}` as const }
  expect(claims.community).not.toBe(COMMUNITY)
  expect(await verify(await issue('MemberCredential', claims, person('administrator')))).toEqual(
    refused('ERR_VC_ISSUER'),
  )
})

test('an account credential for another account than its subject’s is refused', async () => {
  const jwt = await issue('AccountCredential', claimsFor.AccountCredential(eve.did), world.seat)
  expect(await verify(jwt)).toEqual(refused('ERR_VC_SCHEMA'))
})

test('a company whose DID is not canonical is refused', async () => {
  const claims = claimsFor.RepresentativeCredential(`did:ethr:31337:${company.wallet.address}` as Did)
  expect(await verify(await issue('RepresentativeCredential', claims, company))).toEqual(refused('ERR_DID'))
})

test('an issuer written otherwise is the same issuer', async () => {
  const change = { payload: (p: Payload) => ({ ...p, iss: `did:ethr:0x7A69:${company.wallet.publicKey}` }) }
  const long = await forge(await representative(), change, es256k(company))
  expect(await verify(long)).toEqual(refused('ERR_DID'))
  const cased = await forge(
    await representative(),
    { payload: (p) => ({ ...p, iss: `did:ethr:31337:${company.wallet.address}` }) },
    es256k(company),
  )
  expect(await verify(cased)).toMatchObject({ ok: true, value: { issuer: company.did } })
})

test('a credential that has expired is refused', async () => {
  expect(await verify(await representative(company, { expiresAt: NOW }))).toEqual(refused('ERR_VC_EXPIRED'))
})

test('a credential that is not valid yet is refused', async () => {
  expect(await verify(await representative(company, { issuedAt: NOW + 61 }))).toEqual(refused('ERR_VC_NOT_YET'))
})

test('a clock that is a minute ahead of ours makes no refusal', async () => {
  expect(await verify(await representative(company, { issuedAt: NOW + 60 }))).toMatchObject({ ok: true })
})

test('a revoked credential is refused', async () => {
  const jwt = await representative()
  await world.revoke(company, payloadOf(jwt).jti as string)
  expect(await verify(jwt)).toEqual(refused('ERR_VC_REVOKED'))
})

test('the other spelling of a signature has the same hash, and does not undo a revocation', async () => {
  const jwt = await representative()
  const copy = otherS(jwt)
  expect(copy).not.toBe(jwt)
  expect(await verify(copy)).toMatchObject({ ok: true, value: { hash: credentialHashOf(jwt) } })
  await world.revoke(company, payloadOf(jwt).jti as string)
  expect(await verify(copy)).toEqual(refused('ERR_VC_REVOKED'))
})

test('a revocation by another issuer with the same jti does nothing', async () => {
  const jwt = await representative()
  await world.revoke(eve, payloadOf(jwt).jti as string)
  expect(await verify(jwt)).toMatchObject({ ok: true })
})

test('a credential of before a key rotation is verified by the old key, a later one by the new key only', async () => {
  const [old, fresh] = [person('rotating'), person('rotating, with a new key')]
  const before = await representative(old)
  await world.tester.increaseTime({ seconds: 30 })
  const { blockNumber } = await world.changeOwner(old.did, old, fresh.wallet.address)
  const rotated = Number((await world.client.getBlock({ blockNumber })).timestamp)
  expect(await verify(before)).toMatchObject({ ok: true })
  const after = { issuer: old.did, issuedAt: rotated + 1, expiresAt: rotated + 3600 }
  expect(await verify(await representative(old, after), rotated + 2)).toEqual(refused('ERR_VC_SIGNATURE'))
  expect(await verify(await representative(fresh, after), rotated + 2)).toMatchObject({ ok: true })
})

test('what a stolen key signed is refused, even of before the theft, once its owner says so', async () => {
  const [old, fresh] = [person('robbed'), person('robbed, with a new key')]
  const before = await representative(old)
  await world.tester.increaseTime({ seconds: 30 })
  await world.changeOwner(old.did, old, fresh.wallet.address)
  expect(await verify(before)).toMatchObject({ ok: true })
  await world.setAttribute(old.did, fresh, 'opem/compromised', old.wallet.address)
  expect(await verify(before)).toEqual(refused('ERR_VC_SIGNATURE'))
  expect(await verify(await representative(fresh, { issuer: old.did }))).toMatchObject({ ok: true })
})

test('a delegate of the issuer may sign', async () => {
  const [owner, delegate] = [person('owner of a signing service'), person('signing service')]
  expect(await verify(await representative(delegate, { issuer: owner.did }))).toEqual(refused('ERR_VC_SIGNATURE'))
  await world.addDelegate(owner.did, owner, 'veriKey', delegate.wallet.address, 3600)
  expect(await verify(await representative(delegate, { issuer: owner.did }))).toMatchObject({ ok: true })
})

test('a credential of an issuer who gave up its DID is refused', async () => {
  const gone = person('dissolved company')
  const jwt = await representative(gone)
  await world.changeOwner(gone.did, gone, `0x${'0'.repeat(40)}`)
  expect(await verify(jwt)).toEqual(refused('ERR_DID'))
})

test('a credential of an issuer that is not on chain is refused: it could not revoke', async () => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const { x, y } = publicKey.export({ format: 'jwk' }) as { x: string; y: string }
  const did = parseDid(didOfJwk({ kty: 'EC', crv: 'P-256', x, y }), 31337)
  if (!did.ok) throw new Error(did.reason)
  const es256 = (input: string) =>
    nodeSign('sha256', Buffer.from(input), { key: privateKey, dsaEncoding: 'ieee-p1363' }).toString('base64url')
  const jwt = await forge(
    await issue('IdentityCredential', claimsFor.IdentityCredential(), registry, { issuer: did.value }),
    { header: (h) => ({ ...h, alg: 'ES256' }) },
    es256,
  )
  expect(await verify(jwt)).toEqual(refused('ERR_VC_ISSUER'))
})

test('a header that asks for no signature is refused', async () => {
  const jwt = await forge(await representative(), { header: (h) => ({ ...h, alg: 'none' }) }, () => '')
  expect(await verify(jwt)).toEqual(refused('ERR_ALG'))
})

test('a header that asks to take the public key for a secret is refused', async () => {
  const mac = (key: Uint8Array | string) => (input: string) =>
    createHmac('sha256', key).update(input).digest('base64url')
  for (const key of [hexToBytes(company.wallet.publicKey), company.wallet.publicKey, company.wallet.address]) {
    const jwt = await forge(await representative(), { header: (h) => ({ ...h, alg: 'HS256' }) }, mac(key))
    expect(await verify(jwt)).toEqual(refused('ERR_ALG'))
  }
})

test.each(['ES256K-R', 'ES256', 'EdDSA', 'es256k', 'RS256'])(
  'a header that says %s over a secp256k1 key is refused',
  async (alg) => {
    const jwt = await forge(await representative(), { header: (h) => ({ ...h, alg }) }, es256k(company))
    expect(await verify(jwt)).toEqual(refused('ERR_ALG'))
  },
)

test('an ES256 signature of another key is refused for a did:ethr', async () => {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const es256 = (input: string) =>
    nodeSign('sha256', Buffer.from(input), { key: privateKey, dsaEncoding: 'ieee-p1363' }).toString('base64url')
  const jwt = await forge(await representative(), { header: (h) => ({ ...h, alg: 'ES256' }) }, es256)
  expect(await verify(jwt)).toEqual(refused('ERR_ALG'))
})

test('a credential that names another schema is refused', async () => {
  const id = 'urn:opem:schema:IdentityCredential:1'
  const jwt = await forge(
    await representative(),
    inVc({ credentialSchema: { id, type: 'JsonSchema' } }),
    es256k(company),
  )
  expect(await verify(jwt)).toEqual(refused('ERR_VC_SCHEMA'))
})

test('claims that are not those of the type are refused', async () => {
  for (const wrong of [{ roles: ['king'] }, { roles: [] }, { roles: ['data-user', 'data-user'] }, { email: 'nobody' }])
    expect(await verify(await forge(await representative(), inSubject(wrong), es256k(company)))).toEqual(
      refused('ERR_VC_SCHEMA'),
    )
})

test('a type that nobody knows is refused', async () => {
  for (const type of ['PassportCredential', 'constructor', '__proto__'])
    expect(
      await verify(
        await forge(await representative(), inVc({ type: ['VerifiableCredential', type] }), es256k(company)),
      ),
    ).toEqual(refused('ERR_VC_SCHEMA'))
})

test('a refusal names no personal data', async () => {
  const jwt = await forge(await representative(), inSubject({ email: 'ann.private' }), es256k(company))
  expect(JSON.stringify(await verify(jwt))).not.toContain('ann.private')
})

test('while the chain does not answer nothing is accepted, and it may be tried again', async () => {
  const unreachable = createChainPorts({ rpcUrl: 'http://127.0.0.1:9', addresses: world.addresses })
  const jwt = await representative()
  const silent = { code: 'ERR_CHAIN_UNREACHABLE', retryable: true }
  await expect(verifyCredential(jwt, { now: NOW }, { ...world.ports, ...unreachable })).rejects.toMatchObject(silent)
  const identity = await issue('IdentityCredential', claimsFor.IdentityCredential(), registry)
  const { isAccredited } = unreachable
  await expect(verifyCredential(identity, { now: NOW }, { ...world.ports, isAccredited })).rejects.toMatchObject(silent)
})

test('a registry that is not where it should be is no answer either', async () => {
  const nowhere = `0x${'34'.repeat(20)}` as const
  const { isRevoked } = createChainPorts({
    rpcUrl: world.rpcUrl,
    addresses: { ...world.addresses, RevocationRegistry: nowhere },
  })
  await expect(
    verifyCredential(await representative(), { now: NOW }, { ...world.ports, isRevoked }),
  ).rejects.toMatchObject({ code: 'ERR_CHAIN_UNREACHABLE' })
})
