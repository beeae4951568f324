import { generateKeyPairSync, sign as nodeSign } from 'node:crypto'
import type { Operation } from '@opem/domain'
import type { Hex } from 'viem'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { CredentialType } from '../credential/claims.ts'
import { issueCredential } from '../credential/issue.ts'
import { presentCredentials } from '../credential/present.ts'
import { type Did, parseDid } from '../did/did.ts'
import { didOfJwk } from '../did/key-did.ts'
import { es256k, forge, signPresentation } from '../testing/forge.ts'
import { claimsFor, openWorld, person, type World } from '../testing/world.ts'
import { verifyPresentation } from './presentation.ts'
import type { Expected } from './types.ts'

const NOW = Math.floor(Date.now() / 1000)
const CHALLENGE: Hex = `0x${'5a'.repeat(32)}`
const OTHER_CHALLENGE: Hex = `0x${'a5'.repeat(32)}`

const [ann, eve, company] = [person('Ann'), person('Eve'), person('Sunny Street')]
let world: World
let representative: string
let account: string
beforeAll(async () => {
  world = await openWorld()
  representative = await representativeOf(ann.did)
  account = await accountOf(company.did)
})
afterAll(() => world.close())

const life = { issuedAt: NOW - 100, expiresAt: NOW + 3600 }
const representativeOf = (subject: Did, by = company, of = by.did) =>
  issueCredential({
    ...life,
    issuer: by.did,
    signer: by.wallet,
    type: 'RepresentativeCredential',
    subject,
    claims: claimsFor.RepresentativeCredential(of),
  })
const accountOf = (subject: Did) =>
  issueCredential({
    ...life,
    issuer: world.seat.did,
    signer: world.seat.wallet,
    type: 'AccountCredential',
    subject,
    claims: claimsFor.AccountCredential(subject),
  })

const expected = (types: readonly CredentialType[] = ['RepresentativeCredential', 'AccountCredential']): Expected => ({
  operation: 'sign-in',
  challenge: CHALLENGE,
  audience: world.seat.did,
  now: NOW,
  types,
})
const terms = (change: { operation?: Operation; challenge?: Hex; audience?: string; expires?: number } = {}) => ({
  operation: 'sign-in' as const,
  challenge: CHALLENGE,
  audience: world.seat.did as string,
  expires: NOW + 120,
  ...change,
})
const vpJwt = async (change: Partial<Parameters<typeof presentCredentials>[0]> = {}) =>
  presentCredentials({
    holder: ann.did,
    signer: ann.wallet,
    challenge: CHALLENGE,
    audience: world.seat.did,
    operation: 'sign-in',
    credentials: [representative, account],
    issuedAt: NOW,
    ...change,
  })
const verify = (proof: unknown, wanted = expected()) => verifyPresentation(proof, wanted, world.ports)
const refused = (code: string) => expect.objectContaining({ ok: false, code })

describe('an EIP-712 presentation', () => {
  test('of a representative with the company’s account is verified', async () => {
    const proof = await signPresentation(ann, terms(), [representative, account])
    expect(await verify(proof)).toMatchObject({
      ok: true,
      value: {
        holder: ann.did,
        credentials: [
          {
            type: 'RepresentativeCredential',
            issuer: company.did,
            subject: ann.did,
            claims: { roles: ['administrator'] },
          },
          { type: 'AccountCredential', issuer: world.seat.did, subject: company.did, claims: { version: 1 } },
        ],
      },
    })
  })

  test('is verified with its types asked for in another order and its holder written otherwise', async () => {
    const holder = `did:ethr:31337:${ann.wallet.address}`
    const proof = await signPresentation(ann, terms(), [representative, account], holder)
    expect(await verify(proof, expected(['AccountCredential', 'RepresentativeCredential']))).toMatchObject({
      ok: true,
      value: { holder: ann.did },
    })
  })

  test('for another challenge is refused', async () => {
    const proof = await signPresentation(ann, terms({ challenge: OTHER_CHALLENGE }), [representative, account])
    expect(await verify(proof)).toEqual(refused('ERR_VP_CHALLENGE'))
  })

  test('whose challenge was exchanged after signing is refused', async () => {
    const proof = await signPresentation(ann, terms({ challenge: OTHER_CHALLENGE }), [representative, account])
    expect(await verify({ ...proof, challenge: CHALLENGE })).toEqual(refused('ERR_VP_SIGNATURE'))
  })

  test('for another marketplace is refused', async () => {
    const proof = await signPresentation(ann, terms({ audience: eve.did }), [representative, account])
    expect(await verify(proof)).toEqual(refused('ERR_VP_SIGNATURE'))
  })

  test('for another operation is refused', async () => {
    const proof = await signPresentation(ann, terms({ operation: 'contract' }), [representative, account])
    expect(await verify(proof)).toEqual(refused('ERR_VP_OPERATION'))
  })

  test('that has expired is refused', async () => {
    const proof = await signPresentation(ann, terms({ expires: NOW }), [representative, account])
    expect(await verify(proof)).toEqual(refused('ERR_VP_EXPIRED'))
  })

  test('valid for more than five minutes is refused', async () => {
    const proof = await signPresentation(ann, terms({ expires: NOW + 301 }), [representative, account])
    expect(await verify(proof)).toEqual(refused('ERR_VP_EXPIRED'))
  })

  test('whose expiry was moved after signing is refused', async () => {
    const proof = await signPresentation(ann, terms(), [representative, account])
    expect(await verify({ ...proof, expires: proof.expires + 1 })).toEqual(refused('ERR_VP_SIGNATURE'))
  })

  test('with credentials in another order than signed is refused', async () => {
    const proof = await signPresentation(ann, terms(), [representative, account])
    expect(await verify({ ...proof, credentials: [account, representative] })).toEqual(refused('ERR_VP_SIGNATURE'))
  })

  test('with a member added is refused', async () => {
    const proof = await signPresentation(ann, terms(), [representative, account])
    expect(await verify({ ...proof, operation: 'sign-in' })).toEqual(refused('ERR_VP_SHAPE'))
  })

  test('that brings its own types is refused', async () => {
    const proof = await signPresentation(ann, terms(), [representative, account])
    expect(await verify({ ...proof, types: { Presentation: [] }, domain: { name: 'OPEM' } })).toEqual(
      refused('ERR_VP_SHAPE'),
    )
  })

  test('signed by somebody else than its holder is refused', async () => {
    const proof = await signPresentation(eve, terms(), [representative, account], ann.did)
    expect(await verify(proof)).toEqual(refused('ERR_VP_SIGNATURE'))
  })

  test('with the other spelling of its signature is refused', async () => {
    const proof = await signPresentation(ann, terms(), [representative, account])
    const s = BigInt(`0x${proof.signature.slice(66, 130)}`)
    const other = (0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n - s)
      .toString(16)
      .padStart(64, '0')
    const v = proof.signature.endsWith('1b') ? '1c' : '1b'
    expect(await verify({ ...proof, signature: `${proof.signature.slice(0, 66)}${other}${v}` })).toEqual(
      refused('ERR_VP_SIGNATURE'),
    )
  })

  test('of a did:key is refused: it signs no typed data', async () => {
    const proof = await signPresentation(ann, terms(), [representative, account])
    const holder = 'did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK'
    expect(await verify({ ...proof, holder })).toEqual(refused('ERR_ALG'))
  })

  test('of a DID of another chain is refused', async () => {
    const proof = await signPresentation(ann, terms(), [representative, account])
    expect(await verify({ ...proof, holder: `did:ethr:0x1:${ann.wallet.address}` })).toEqual(refused('ERR_DID'))
  })
})

describe('a VP-JWT', () => {
  test('of a representative with the company’s account is verified', async () => {
    expect(await verify({ kind: 'vp-jwt', jwt: await vpJwt() })).toMatchObject({ ok: true, value: { holder: ann.did } })
  })

  test('for another challenge is refused', async () => {
    const jwt = await vpJwt({ challenge: OTHER_CHALLENGE })
    expect(await verify({ kind: 'vp-jwt', jwt })).toEqual(refused('ERR_VP_CHALLENGE'))
  })

  test('for another marketplace is refused', async () => {
    const jwt = await vpJwt({ audience: eve.did })
    expect(await verify({ kind: 'vp-jwt', jwt })).toEqual(refused('ERR_VP_AUDIENCE'))
  })

  test('for this marketplace and another is refused', async () => {
    const jwt = await forge(await vpJwt(), { payload: (p) => ({ ...p, aud: [p.aud, eve.did] }) }, es256k(ann))
    expect(await verify({ kind: 'vp-jwt', jwt })).toEqual(refused('ERR_VP_SHAPE'))
  })

  test('for another operation is refused', async () => {
    const jwt = await vpJwt({ operation: 'register-company' })
    expect(await verify({ kind: 'vp-jwt', jwt })).toEqual(refused('ERR_VP_OPERATION'))
  })

  test('that does not say for which operation is refused', async () => {
    const jwt = await forge(await vpJwt(), { payload: ({ operation: _, ...rest }) => rest }, es256k(ann))
    expect(await verify({ kind: 'vp-jwt', jwt })).toEqual(refused('ERR_VP_SHAPE'))
  })

  test('that has expired is refused', async () => {
    const jwt = await vpJwt({ issuedAt: NOW - 200 })
    expect(await verify({ kind: 'vp-jwt', jwt })).toEqual(refused('ERR_VP_EXPIRED'))
  })

  test('valid for more than five minutes is refused', async () => {
    const jwt = await vpJwt({ lifetime: 301 })
    expect(await verify({ kind: 'vp-jwt', jwt })).toEqual(refused('ERR_VP_EXPIRED'))
  })

  test('from the future is refused', async () => {
    const jwt = await vpJwt({ issuedAt: NOW + 120 })
    expect(await verify({ kind: 'vp-jwt', jwt })).toEqual(refused('ERR_VP_EXPIRED'))
  })

  test('without an expiry is refused', async () => {
    const jwt = await forge(await vpJwt(), { payload: ({ exp: _, ...p }) => p }, es256k(ann))
    expect(await verify({ kind: 'vp-jwt', jwt })).toEqual(refused('ERR_VP_SHAPE'))
  })

  test('with a member added to its payload is refused', async () => {
    const jwt = await forge(await vpJwt(), { payload: (p) => ({ ...p, sub: ann.did }) }, es256k(ann))
    expect(await verify({ kind: 'vp-jwt', jwt })).toEqual(refused('ERR_VP_SHAPE'))
  })

  test('with a member added to its vp is refused', async () => {
    const change = { payload: (p: Record<string, unknown>) => ({ ...p, vp: { ...(p.vp as object), holder: eve.did } }) }
    const jwt = await forge(await vpJwt(), change, es256k(ann))
    expect(await verify({ kind: 'vp-jwt', jwt })).toEqual(refused('ERR_VP_SHAPE'))
  })

  test('signed by somebody else than its holder is refused', async () => {
    const jwt = await vpJwt({ signer: eve.wallet })
    expect(await verify({ kind: 'vp-jwt', jwt })).toEqual(refused('ERR_VP_SIGNATURE'))
  })

  test.each(['jku', 'jwk', 'x5c', 'x5u', 'crit', 'b64', 'zip'])('with %s in its header is refused', async (name) => {
    const jwt = await forge(await vpJwt(), { header: (h) => ({ ...h, [name]: ['x'] }) }, es256k(ann))
    expect(await verify({ kind: 'vp-jwt', jwt })).toEqual(refused('ERR_ALG'))
  })

  test('of another typ is refused', async () => {
    const jwt = await forge(await vpJwt(), { header: (h) => ({ ...h, typ: 'at+jwt' }) }, es256k(ann))
    expect(await verify({ kind: 'vp-jwt', jwt })).toEqual(refused('ERR_ALG'))
  })

  test('that names another key of its holder than the one that signed is refused', async () => {
    const header = (kid: string) => ({ header: (h: object) => ({ ...h, kid }) })
    const right = await forge(await vpJwt(), header(`${ann.did}#controller`), es256k(ann))
    expect(await verify({ kind: 'vp-jwt', jwt: right })).toMatchObject({ ok: true })
    const wrong = await forge(await vpJwt(), header(`${eve.did}#controller`), es256k(ann))
    expect(await verify({ kind: 'vp-jwt', jwt: wrong })).toEqual(refused('ERR_VP_SIGNATURE'))
  })

  test('of a did:jwk holder is verified by its P-256 key, and by no other algorithm', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const { x, y } = publicKey.export({ format: 'jwk' }) as { x: string; y: string }
    const did = parseDid(didOfJwk({ kty: 'EC', crv: 'P-256', x, y }), 31337)
    if (!did.ok) throw new Error(did.reason)
    const credential = await representativeOf(did.value)
    const es256 = (input: string) =>
      nodeSign('sha256', Buffer.from(input), { key: privateKey, dsaEncoding: 'ieee-p1363' }).toString('base64url')
    const draft = await vpJwt({ holder: did.value, credentials: [credential, account] })
    const jwt = await forge(draft, { header: (h) => ({ ...h, alg: 'ES256' }) }, es256)
    expect(await verify({ kind: 'vp-jwt', jwt })).toMatchObject({ ok: true, value: { holder: did.value } })
    expect(await verify({ kind: 'vp-jwt', jwt: draft })).toEqual(refused('ERR_ALG'))
  })
})

describe('credentials in a presentation', () => {
  const present = async (credentials: readonly string[], who = ann) => signPresentation(who, terms(), credentials)

  test('stolen from their subject are refused', async () => {
    expect(await verify(await present([representative, account], eve))).toEqual(refused('ERR_VP_HOLDER'))
  })

  test('with the account of another company are refused', async () => {
    const foreign = await accountOf(person('another company').did)
    expect(await verify(await present([representative, foreign]))).toEqual(refused('ERR_VP_HOLDER'))
  })

  test('of fewer types than asked for are refused', async () => {
    expect(await verify(await present([representative]))).toEqual(refused('ERR_VP_TYPES'))
  })

  test('of more types than asked for are refused', async () => {
    const proof = await present([representative, account])
    expect(await verify(proof, expected(['RepresentativeCredential']))).toEqual(refused('ERR_VP_TYPES'))
  })

  test('of one type twice in place of two are refused', async () => {
    expect(await verify(await present([representative, representative]))).toEqual(refused('ERR_VP_TYPES'))
  })

  test('that were tampered with are refused', async () => {
    const claims = { ...claimsFor.RepresentativeCredential(company.did), roles: ['administrator', 'data-user'] }
    const tampered = await forge(representative, {
      payload: (p) => ({ ...p, vc: { ...(p.vc as object), credentialSubject: claims } }),
    })
    expect(await verify(await present([tampered, account]))).toEqual(refused('ERR_VC_SIGNATURE'))
  })

  test('of which one is revoked are refused, to their holder only', async () => {
    const revoked = await representativeOf(ann.did)
    const jti = JSON.parse(Buffer.from(revoked.split('.')[1]!, 'base64url').toString()).jti as string
    await world.revoke(company, jti)
    expect(await verify(await present([revoked, account]))).toEqual(refused('ERR_VC_REVOKED'))
    expect(await verify(await present([revoked, account], eve))).toEqual(refused('ERR_VP_HOLDER'))
  })

  test('presented by a key that the holder has rotated away are refused', async () => {
    const ben = person('Ben')
    const [credential, newKey] = [await representativeOf(ben.did), person('Ben’s new key')]
    await world.changeOwner(ben.did, ben, newKey.wallet.address)
    expect(await verify(await present([credential, account], ben))).toEqual(refused('ERR_VP_SIGNATURE'))
    const renewed = await signPresentation(newKey, terms(), [credential, account], ben.did)
    expect(await verify(renewed)).toMatchObject({ ok: true, value: { holder: ben.did } })
    const old = await vpJwt({ holder: ben.did, signer: ben.wallet, credentials: [credential, account] })
    expect(await verify({ kind: 'vp-jwt', jwt: old })).toEqual(refused('ERR_VP_SIGNATURE'))
  })

  test('of a holder who gave up the DID are refused', async () => {
    const kim = person('Kim')
    await world.changeOwner(kim.did, kim, `0x${'0'.repeat(40)}`)
    expect(await verify(await present([await representativeOf(kim.did), account], kim))).toEqual(refused('ERR_DID'))
  })

  test('presented by a key that the holder declared stolen are refused', async () => {
    const lea = person('Lea')
    await world.setAttribute(lea.did, lea, 'opem/compromised', lea.wallet.address)
    const credentials = [await representativeOf(lea.did), account]
    expect(await verify(await present(credentials, lea))).toEqual(refused('ERR_VP_SIGNATURE'))
    const jwt = await vpJwt({ holder: lea.did, signer: lea.wallet, credentials })
    expect(await verify({ kind: 'vp-jwt', jwt })).toEqual(refused('ERR_VP_SIGNATURE'))
  })
})

test('an OpenID4VP presentation is refused where nothing verifies it', async () => {
  expect(await verify({ kind: 'openid4vp', vpToken: { account: ['x'] } })).toEqual(refused('ERR_VP_SHAPE'))
})
