import { createPrivateKey } from 'node:crypto'
import { bytesToBase58 } from 'did-jwt'
import fc from 'fast-check'
import { beforeEach, expect, test } from 'vitest'
import { didOfJwk } from '../did/key-did.ts'
import type { SdJwtProfile } from './profile.ts'
import { profileOf } from './profile.ts'
import {
  AUTHORITY,
  FORGED,
  FORGED_KEY,
  INTERMEDIATE,
  ISSUER,
  ISSUER_KEY,
  OTHER_AUTHORITY,
  SELF_SIGNED,
  SELF_SIGNED_KEY,
} from './testing/certificates.ts'
import { disclosure, ed25519Key, handMade, library, sha256, signedJws, testKey } from './testing/issuer-and-holder.ts'
import { type SdJwtPorts, verifySdJwtPresentation } from './verify-sd-jwt-presentation.ts'

const NOW = 1_800_000_000
const CHALLENGE = `0x${'ab'.repeat(32)}`
const CLIENT = 'x509_hash:Uvo3HtuIxuhC92rShpgqcT3YXwrqRxWEviRiA0OZszk'
const IDENTITY = profileOf('IdentityCredential') as SdJwtProfile
const PID = profileOf('pid') as SdJwtProfile

const issuer = testKey()
const holder = testKey()
const stranger = testKey()
const URL_OF_ISSUER = 'https://issuer.example'
const base = {
  iss: URL_OF_ISSUER,
  iat: NOW - 100,
  exp: NOW + 3_600,
  vct: 'urn:opem:credential:IdentityCredential:1',
  jti: 'urn:uuid:00000000-0000-4000-8000-000000000001',
  cnf: { jwk: { ...holder.jwk } },
}
const CLAIMS = { name: 'Ann Smith', country: 'ES' }
const KB = { iat: NOW, aud: CLIENT, nonce: CHALLENGE }

let ports: SdJwtPorts
beforeEach(() => {
  ports = {
    chainId: 31337,
    clientIds: [CLIENT],
    issuers: [{ iss: URL_OF_ISSUER, types: ['IdentityCredential'], keys: [issuer.jwk] }],
    isAccredited: async () => false,
    isRevoked: async () => false,
    fetchStatusList: async () => {
      throw new Error('nobody should ask')
    },
  }
})

const verify = (compact: string, profile = IDENTITY, now = NOW) =>
  verifySdJwtPresentation(compact, profile, { challenge: CHALLENGE, now }, ports)
const refusalOf = async (compact: string, profile = IDENTITY, now = NOW) => {
  const verified = await verify(compact, profile, now)
  return verified.ok ? 'accepted' : verified.code
}
const payloadOf = (extra: object = {}) => ({ ...base, ...CLAIMS, ...extra })
const made = (changes: Partial<Parameters<typeof handMade>[0]> = {}) =>
  handMade({ issuer, holder, payload: payloadOf(), kbPayload: KB, ...changes })

/** Issued and presented by the other library: name and country selectively disclosable. */
async function fromLibrary(disclose: Record<string, boolean> = { name: true, country: true }, kb = KB) {
  const wallet = library(issuer, holder)
  const credential = await wallet.issue({ ...base, ...CLAIMS }, { _sd: ['name', 'country'] })
  return wallet.present(credential, disclose as never, { kb: { payload: kb } })
}

test('a credential that another library issued and presented is accepted with what was disclosed', async () => {
  const verified = await verify(await fromLibrary())
  expect(verified).toMatchObject({
    ok: true,
    value: {
      type: 'IdentityCredential',
      subject: didOfJwk(holder.jwk),
      issuer: didOfJwk(issuer.jwk),
      jti: 'urn:uuid:00000000-0000-4000-8000-000000000001',
      issuedAt: NOW - 100,
      expiresAt: NOW + 3_600,
      claims: { name: 'Ann Smith', country: 'ES' },
    },
  })
})

test('what the holder did not disclose is not there', async () => {
  expect(await verify(await fromLibrary({ name: true }))).toMatchObject({
    ok: true,
    value: { claims: { name: 'Ann Smith' } },
  })
})

test('a claim that was asked for and not disclosed is missing', async () => {
  expect(await refusalOf(await fromLibrary({ country: true }))).toBe('ERR_VC_SCHEMA')
})

test('Ed25519 keys of issuer and holder are accepted', async () => {
  const [anotherIssuer, anotherHolder] = [ed25519Key(), ed25519Key()]
  ports = { ...ports, issuers: [{ iss: URL_OF_ISSUER, types: ['IdentityCredential'], keys: [anotherIssuer.jwk] }] }
  const payload = payloadOf({ cnf: { jwk: anotherHolder.jwk } })
  expect(await refusalOf(made({ issuer: anotherIssuer, holder: anotherHolder, payload }))).toBe('accepted')
})

test('the same made by hand is accepted, so that each refusal below has one reason', async () => {
  expect(await refusalOf(made())).toBe('accepted')
})

// The issuer.

test('an issuer that is neither pinned nor accredited is refused', async () => {
  ports = { ...ports, issuers: [] }
  expect(await refusalOf(made())).toBe('ERR_VC_ISSUER')
})

test('an issuer that is pinned for another type is refused', async () => {
  ports = { ...ports, issuers: [{ iss: URL_OF_ISSUER, types: ['DataSourceCredential'], keys: [issuer.jwk] }] }
  expect(await refusalOf(made())).toBe('ERR_VC_ISSUER')
})

test('another key’s signature in the name of a pinned issuer is refused', async () => {
  expect(await refusalOf(made({ issuer: stranger }))).toBe('ERR_VC_SIGNATURE')
})

test('a did:jwk that is accredited on chain is accepted, and otherwise refused', async () => {
  const did = didOfJwk(stranger.jwk)
  const compact = made({ issuer: stranger, payload: payloadOf({ iss: did }) })
  expect(await refusalOf(compact)).toBe('ERR_VC_ISSUER')
  const asked: unknown[] = []
  ports = { ...ports, isAccredited: async (...question) => asked.push(question) > 0 }
  expect(await refusalOf(compact)).toBe('accepted')
  expect(asked).toEqual([[did, 'IdentityCredential', NOW - 100]])
})

test('a did:key that is accredited on chain is accepted, and not signed for by another key', async () => {
  ports = { ...ports, isAccredited: async () => true }
  const accredited = ed25519Key()
  const { x } = accredited.jwk
  const iss = `did:key:z${bytesToBase58(Buffer.concat([Buffer.from('ed01', 'hex'), Buffer.from(x, 'base64url')]))}`
  expect(await refusalOf(made({ issuer: accredited, payload: payloadOf({ iss }) }))).toBe('accepted')
  expect(await refusalOf(made({ issuer: ed25519Key(), payload: payloadOf({ iss }) }))).toBe('ERR_VC_SIGNATURE')
  ports = { ...ports, isAccredited: async () => false }
  expect(await refusalOf(made({ issuer: accredited, payload: payloadOf({ iss }) }))).toBe('ERR_VC_ISSUER')
})

test('a did:jwk of one key is not signed for by another', async () => {
  ports = { ...ports, isAccredited: async () => true }
  expect(await refusalOf(made({ issuer: stranger, payload: payloadOf({ iss: didOfJwk(issuer.jwk) }) }))).toBe(
    'ERR_VC_SIGNATURE',
  )
})

test('accreditation does not make an issuer of accounts', async () => {
  ports = { ...ports, isAccredited: async () => true }
  const account = profileOf('AccountCredential') as SdJwtProfile
  const { accountIdOf } = await import('../did/did.ts')
  const claims = {
    account: accountIdOf(didOfJwk(holder.jwk) as never),
    kind: 'citizen',
    version: 1,
    previous: null,
    roles: ['service-user'],
    name: 'Ann Smith',
    contracts: [],
  }
  const payload = { ...base, ...claims, iss: didOfJwk(stranger.jwk), vct: account.vct }
  expect(await refusalOf(made({ issuer: stranger, payload }), account)).toBe('ERR_VC_ISSUER')
  ports = { ...ports, issuers: [{ iss: didOfJwk(stranger.jwk), types: ['AccountCredential'] }] }
  expect(await refusalOf(made({ issuer: stranger, payload }), account)).toBe('accepted')
  const another = { ...payload, account: `0x${'11'.repeat(32)}` }
  expect(await refusalOf(made({ issuer: stranger, payload: another }), account)).toBe('ERR_VC_SCHEMA')
})

test('a company issues for its own representatives, and for no other company’s', async () => {
  const representative = profileOf('RepresentativeCredential') as SdJwtProfile
  const company = (did: string) => ({
    name: 'Ann Smith',
    email: 'ann@energia.example',
    roles: ['administrator'],
    company: { did, name: 'Energia', url: 'https://energia.example', walletEndpoint: 'https://wallet.energia.example' },
  })
  const issued = (did: string) =>
    made({
      issuer: stranger,
      payload: { ...base, ...company(did), iss: didOfJwk(stranger.jwk), vct: representative.vct },
    })
  expect(await refusalOf(issued(didOfJwk(stranger.jwk)), representative)).toBe('accepted')
  expect(await refusalOf(issued(didOfJwk(issuer.jwk)), representative)).toBe('ERR_VC_ISSUER')
})

// Certificates.

const x5cOf = (...pems: string[]) => ({ x5c: pems.map((pem) => pem.replace(/-----[^-]+-----|\n/g, '')) })
const certified = testKey(createPrivateKey(ISSUER_KEY))
const PID_CLAIMS = { given_name: 'Ann', family_name: 'Smith', issuing_country: 'ES' }
const pid = (extra: object = {}) => ({
  ...base,
  iss: 'https://pid.example',
  jti: undefined,
  sub: 'person-4711',
  vct: 'urn:eudi:pid:1',
  ...PID_CLAIMS,
  ...extra,
})

test('a PID of an EU wallet under a pinned authority’s certificate is an IdentityCredential of name and country', async () => {
  ports = {
    ...ports,
    issuers: [{ iss: 'https://pid.example', types: ['IdentityCredential'], certificates: [AUTHORITY] }],
  }
  const wallet = library(certified, holder)
  const credential = await wallet.issue(
    pid({ birthdate: '1990-01-01' }) as never,
    { _sd: ['given_name', 'family_name', 'issuing_country', 'birthdate'] } as never,
    { header: x5cOf(ISSUER) },
  )
  const frame = { given_name: true, family_name: true, issuing_country: true } as never
  const verified = await verify(await wallet.present(credential, frame, { kb: { payload: KB } }), PID)
  expect(verified).toMatchObject({
    ok: true,
    value: { type: 'IdentityCredential', claims: { name: 'Ann Smith', country: 'ES' }, subject: didOfJwk(holder.jwk) },
  })
  expect(verified.ok && verified.value.jti).toMatch(/^urn:opem:sd-jwt:0x[0-9a-f]{64}$/)
  const everything = { given_name: true, family_name: true, issuing_country: true, birthdate: true } as never
  expect(await refusalOf(await wallet.present(credential, everything, { kb: { payload: KB } }), PID)).toBe(
    'ERR_VC_MEMBERS',
  )
})

const withCertificate = (header: object, key = certified) => made({ issuer: key, payload: pid(), header })

test('a certificate that nobody pinned is refused, although the signature is its key’s', async () => {
  ports = { ...ports, issuers: [{ iss: 'https://pid.example', types: ['IdentityCredential'], keys: [certified.jwk] }] }
  expect(await refusalOf(withCertificate(x5cOf(ISSUER)), PID)).toBe('ERR_VC_ISSUER')
  ports = {
    ...ports,
    issuers: [{ iss: 'https://pid.example', types: ['IdentityCredential'], certificates: [OTHER_AUTHORITY] }],
  }
  expect(await refusalOf(withCertificate(x5cOf(ISSUER)), PID)).toBe('ERR_VC_ISSUER')
})

test('an issuer’s own certificate may be pinned; another one, or a chain that brings the pinned authority along, does not count', async () => {
  ports = { ...ports, issuers: [{ iss: 'https://pid.example', types: ['IdentityCredential'], certificates: [ISSUER] }] }
  expect(await refusalOf(withCertificate(x5cOf(ISSUER)), PID)).toBe('accepted')
  expect(await refusalOf(withCertificate(x5cOf(ISSUER), stranger), PID)).toBe('ERR_VC_SIGNATURE')
  ports = {
    ...ports,
    issuers: [{ iss: 'https://pid.example', types: ['IdentityCredential'], certificates: [AUTHORITY] }],
  }
  const self = testKey(createPrivateKey(SELF_SIGNED_KEY))
  expect(await refusalOf(withCertificate(x5cOf(SELF_SIGNED, AUTHORITY), self), PID)).toBe('ERR_VC_ISSUER')
  expect(await refusalOf(withCertificate(x5cOf(AUTHORITY)), PID)).toBe('ERR_VC_SIGNATURE')
})

test('a certificate forged in the pinned authority’s name, or of an authority below it, is refused', async () => {
  ports = {
    ...ports,
    issuers: [{ iss: 'https://pid.example', types: ['IdentityCredential'], certificates: [AUTHORITY] }],
  }
  const forger = testKey(createPrivateKey(FORGED_KEY))
  expect(await refusalOf(withCertificate(x5cOf(FORGED), forger), PID)).toBe('ERR_VC_ISSUER')
  expect(await refusalOf(withCertificate(x5cOf(INTERMEDIATE), forger), PID)).toBe('ERR_VC_ISSUER')
})

test('a certificate that is pinned for one issuer does not speak for another', async () => {
  ports = {
    ...ports,
    issuers: [{ iss: 'https://other.example', types: ['IdentityCredential'], certificates: [ISSUER] }],
  }
  expect(await refusalOf(withCertificate(x5cOf(ISSUER)), PID)).toBe('ERR_VC_ISSUER')
})

test('a pinned certificate is refused before and after its time', async () => {
  ports = { ...ports, issuers: [{ iss: 'https://pid.example', types: ['IdentityCredential'], certificates: [ISSUER] }] }
  const later = NOW + 11 * 31_557_600
  const times = (now: number) => ({ payload: pid({ iat: now, exp: now + 60 }), kbPayload: { ...KB, iat: now } })
  const header = x5cOf(ISSUER)
  expect(await refusalOf(made({ issuer: certified, header, ...times(later) }), PID, later)).toBe('ERR_VC_ISSUER')
  expect(await refusalOf(made({ issuer: certified, header, ...times(1_700_000_000) }), PID, 1_700_000_000)).toBe(
    'ERR_VC_ISSUER',
  )
})

// The issuer's JWT.

for (const [what, header] of [
  ['alg none', { alg: 'none' }],
  ['alg HS256', { alg: 'HS256' }],
  ['the algorithm of another kind of key', { alg: 'ES384' }],
  ['an embedded key', { jwk: stranger.jwk }],
  ['a key address', { jku: 'https://evil.example' }],
  ['crit', { crit: ['exp'] }],
  ['the type of another JWT', { typ: 'JWT' }],
  ['the type of the time before dc+sd-jwt', { typ: 'vc+sd-jwt' }],
] as const) {
  test(`a credential with ${what} in its header is refused`, async () => {
    expect(await refusalOf(made({ header }))).toBe('ERR_ALG')
  })
}

test('an algorithm that is not the key’s own is refused', async () => {
  expect(await refusalOf(made({ header: { alg: 'EdDSA' } }))).toBe('ERR_VC_SIGNATURE')
})

test('another type of credential than was asked for is refused', async () => {
  expect(await refusalOf(made({ payload: payloadOf({ vct: 'urn:opem:credential:MemberCredential:1' }) }))).toBe(
    'ERR_VC_SCHEMA',
  )
})

test('an expired credential is refused, from the second of its expiry on', async () => {
  expect(await refusalOf(made({ payload: payloadOf({ exp: NOW + 1 }) }))).toBe('accepted')
  expect(await refusalOf(made({ payload: payloadOf({ exp: NOW }) }))).toBe('ERR_VC_EXPIRED')
})

test('a credential that is not valid yet is refused', async () => {
  expect(await refusalOf(made({ payload: payloadOf({ iat: NOW + 61 }) }))).toBe('ERR_VC_NOT_YET')
  expect(await refusalOf(made({ payload: payloadOf({ nbf: NOW + 61 }) }))).toBe('ERR_VC_NOT_YET')
  expect(await refusalOf(made({ payload: payloadOf({ iat: NOW + 61, nbf: NOW }) }))).toBe('ERR_VC_NOT_YET')
})

for (const name of ['iat', 'exp', 'vct', 'cnf']) {
  test(`a credential without ${name} is refused`, async () => {
    expect(await refusalOf(made({ payload: payloadOf({ [name]: undefined }) }))).toBe('ERR_VC_SHAPE')
  })
}

test('a credential that is valid for longer than a day needs a status list', async () => {
  expect(await refusalOf(made({ payload: payloadOf({ iat: NOW, exp: NOW + 86_400 }) }))).toBe('accepted')
  expect(await refusalOf(made({ payload: payloadOf({ iat: NOW, exp: NOW + 86_401 }) }))).toBe('ERR_VC_SHAPE')
})

test('a claim that the type does not have is refused', async () => {
  expect(await refusalOf(made({ payload: payloadOf({ roles: ['administrator'] }) }))).toBe('ERR_VC_MEMBERS')
})

test('a member that stands twice in the signed text is refused', async () => {
  const payload = Buffer.from(JSON.stringify(payloadOf()).replace('{', '{"name":"Bob",')).toString('base64url')
  const input = `${Buffer.from('{"alg":"ES256","typ":"dc+sd-jwt"}').toString('base64url')}.${payload}`
  const presented = `${input}.${issuer.sign(input)}~`
  const kb = signedJws({ typ: 'kb+jwt' }, { ...KB, sd_hash: sha256(presented) }, holder)
  expect(await refusalOf(presented + kb)).toBe('ERR_VC_SHAPE')
})

// Disclosures.

const named = disclosure('salt', 'name', 'Ann Smith')
const { name: _, ...nameless } = payloadOf()
const digested = (digests: unknown, extra: object = {}) => ({ ...nameless, _sd: digests, ...extra })

test('a disclosure that the issuer signed is accepted', async () => {
  expect(await refusalOf(made({ payload: digested([sha256(named)]), disclosures: [named] }))).toBe('accepted')
})

for (const [what, payload, disclosures] of [
  ['belongs to no digest', payloadOf(), [disclosure('salt', 'country', 'PT')]],
  ['stands twice', digested([sha256(named)]), [named, named]],
  ['belongs to a digest that stands twice', digested([sha256(named), sha256(named)]), [named]],
  ['says a claim that is visible already', { ...payloadOf(), _sd: [sha256(named)] }, [named]],
  [
    'has a salt that is no text',
    digested([sha256(disclosure(7, 'name', 'Ann Smith'))]),
    [disclosure(7, 'name', 'Ann Smith')],
  ],
  ['has a brother in two places', { ...payloadOf(), _sd: [sha256('x'), sha256('x')] }, []],
  ['is hashed otherwise', digested([sha256(named)], { _sd_alg: 'sha-512' }), [named]],
  ['is not base64url', digested([sha256(`${named}=`)]), [`${named}=`]],
] as [string, object, string[]][]) {
  test(`a disclosure that ${what} is refused`, async () => {
    expect(await refusalOf(made({ payload, disclosures }))).toBe('ERR_VC_SHAPE')
  })
}

for (const one of [
  disclosure('salt', '_sd', ['x']),
  disclosure('salt', '...', 'x'),
  disclosure('salt', '__proto__', { name: 'x' }),
  disclosure('salt', 'Ann Smith'),
  disclosure('salt', 'name', 'Ann Smith', 'more'),
  disclosure('salt'),
  disclosure('salt', 'status', { status_list: { idx: 0, uri: 'https://evil.example' } }),
  disclosure('salt', 'nbf', 0),
]) {
  test(`a signed disclosure ${Buffer.from(one, 'base64url')} is refused`, async () => {
    const payload = { ...payloadOf(), _sd: [sha256(one)] }
    expect(await refusalOf(made({ payload, disclosures: [one] }))).toBe('ERR_VC_SHAPE')
  })
}

// The holder.

test('a presentation without key binding is refused', async () => {
  const compact = made()
  expect(await refusalOf(compact.slice(0, compact.lastIndexOf('~') + 1))).toBe('ERR_VP_SHAPE')
})

test('a stolen credential, signed for by another key, is refused', async () => {
  expect(await refusalOf(made({ holder: stranger }))).toBe('ERR_VP_SIGNATURE')
})

test('a presentation for another verifier is refused', async () => {
  expect(await refusalOf(made({ kbPayload: { ...KB, aud: 'x509_hash:other' } }))).toBe('ERR_VP_AUDIENCE')
  expect(await refusalOf(made({ kbPayload: { ...KB, aud: CLIENT.slice('x509_hash:'.length) } }))).toBe(
    'ERR_VP_AUDIENCE',
  )
})

test('a presentation with another nonce is refused', async () => {
  expect(await refusalOf(made({ kbPayload: { ...KB, nonce: `0x${'cd'.repeat(32)}` } }))).toBe('ERR_VP_CHALLENGE')
})

test('a key binding over other disclosures is refused: one taken out, or none hashed', async () => {
  const payload = digested([sha256(named)])
  const compact = made({ payload, disclosures: [named] })
  expect(await refusalOf(made({ kbPayload: { ...KB, sd_hash: sha256('') } }))).toBe('ERR_VP_SIGNATURE')
  const country = disclosure('salt', 'country', 'PT')
  const two = made({ payload: { ...base, _sd: [sha256(named), sha256(country)] }, disclosures: [named, country] })
  expect(await refusalOf(two)).toBe('accepted')
  expect(await refusalOf(two.replace(`~${country}`, ''))).toBe('ERR_VP_SIGNATURE')
  expect(await refusalOf(compact)).toBe('accepted')
})

test('a presentation of more than five minutes ago, or from the future, is refused', async () => {
  const at = (iat: number, extra: object = {}) => refusalOf(made({ kbPayload: { ...KB, iat, ...extra } }))
  expect(await at(NOW - 299)).toBe('accepted')
  expect(await at(NOW - 300)).toBe('ERR_VP_EXPIRED')
  expect(await at(NOW + 60)).toBe('accepted')
  expect(await at(NOW + 61)).toBe('ERR_VP_EXPIRED')
  expect(await at(NOW - 300, { exp: NOW + 1_000 })).toBe('ERR_VP_EXPIRED')
  expect(await at(NOW - 20, { exp: NOW })).toBe('ERR_VP_EXPIRED')
  expect(await at(NOW, { nbf: NOW + 61 })).toBe('ERR_VP_EXPIRED')
})

for (const [what, kbHeader] of [
  ['alg none', { alg: 'none' }],
  ['the type of another JWT', { typ: 'JWT' }],
  ['an embedded key', { jwk: stranger.jwk }],
  ['certificates', x5cOf(ISSUER)],
] as const) {
  test(`a key binding with ${what} in its header is refused`, async () => {
    expect(await refusalOf(made({ kbHeader }))).toBe('ERR_ALG')
  })
}

for (const name of ['iat', 'aud', 'nonce', 'sd_hash']) {
  test(`a key binding without ${name} is refused`, async () => {
    expect(await refusalOf(made({ kbPayload: { ...KB, [name]: undefined } }))).toBe('ERR_VP_SHAPE')
  })
}

test('a key binding that says more is refused', async () => {
  expect(await refusalOf(made({ kbPayload: { ...KB, transaction_data_hashes: ['x'] } }))).toBe('ERR_VP_SHAPE')
})

for (const [what, jwk] of [
  ['another curve', { kty: 'EC', crv: 'secp256k1', x: holder.jwk.x, y: holder.jwk.x }],
  ['a private part', { ...holder.jwk, d: holder.jwk.x }],
  ['no point of its curve', { ...holder.jwk, y: holder.jwk.x }],
  ['a secret', { kty: 'oct', k: 'AAAA' }],
] as const) {
  test(`a credential bound to a key with ${what} is refused`, async () => {
    expect(await refusalOf(made({ payload: payloadOf({ cnf: { jwk } }) }))).toBe('ERR_VC_SHAPE')
  })
}

test('a credential about another DID than the key that it is bound to is refused', async () => {
  expect(await refusalOf(made({ payload: payloadOf({ sub: didOfJwk(stranger.jwk) }) }))).toBe('ERR_VP_HOLDER')
  expect(await refusalOf(made({ payload: payloadOf({ sub: didOfJwk(holder.jwk) }) }))).toBe('accepted')
})

// Revocation.

test('a credential that its issuer’s status list revokes is refused, and accepted as long as it does not', async () => {
  const uri = 'https://issuer.example/status/1'
  // Token Status List §4: entry 0 is 1, entry 1 is 0.
  const list = { sub: uri, iat: NOW, exp: NOW + 60, status_list: { bits: 1, lst: 'eNrbuRgAAhcBXQ' } }
  ports = { ...ports, fetchStatusList: async () => signedJws({ typ: 'statuslist+jwt' }, list, issuer) }
  const at = (idx: number) =>
    refusalOf(made({ payload: payloadOf({ exp: NOW + 31_536_000, status: { status_list: { idx, uri } } }) }))
  expect(await at(1)).toBe('accepted')
  expect(await at(0)).toBe('ERR_VC_REVOKED')
})

test('no status is asked for a credential that is refused anyhow', async () => {
  let asked = 0
  ports = { ...ports, fetchStatusList: async () => String(++asked) }
  const status = { status_list: { idx: 0, uri: 'https://inside.example/' } }
  expect(await refusalOf(made({ issuer: stranger, payload: payloadOf({ status }) }))).toBe('ERR_VC_SIGNATURE')
  const own = payloadOf({ status, iss: didOfJwk(stranger.jwk) })
  expect(await refusalOf(made({ issuer: stranger, payload: own }))).toBe('ERR_VC_ISSUER')
  expect(asked).toBe(0)
})

test('a credential of a did:ethr whose key is pinned is refused when the chain says revoked', async () => {
  const iss = 'did:ethr:0x7a69:0x00000000000000000000000000000000000000aa'
  ports = { ...ports, issuers: [{ iss, types: ['IdentityCredential'], keys: [issuer.jwk] }] }
  const compact = made({ payload: payloadOf({ iss }) })
  expect(await verify(compact)).toMatchObject({ ok: true, value: { issuer: iss } })
  ports = { ...ports, isRevoked: async (did, jti) => did === iss && jti === base.jti }
  expect(await refusalOf(compact)).toBe('ERR_VC_REVOKED')
  ports = { ...ports, isRevoked: () => Promise.reject(new Error('no chain')) }
  await expect(verify(compact)).rejects.toThrow('no chain')
})

test('no presentation with one changed character is accepted', async () => {
  const compact = await fromLibrary()
  await fc.assert(
    fc.asyncProperty(fc.nat({ max: compact.length - 1 }), fc.integer({ min: 33, max: 126 }), async (at, code) => {
      const other = String.fromCharCode(code)
      fc.pre(other !== compact[at])
      expect(await refusalOf(compact.slice(0, at) + other + compact.slice(at + 1))).toMatch(/^ERR_/)
    }),
    { numRuns: 300 },
  )
})

test('no text at all makes the verification throw', () =>
  fc.assert(
    fc.asyncProperty(fc.array(fc.string(), { minLength: 1 }), async (parts) => {
      expect(await refusalOf(parts.join('~'))).toMatch(/^ERR_/)
    }),
  ))
