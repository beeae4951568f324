import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { issueCredential } from '../credential/issue.ts'
import { presentCredentials } from '../credential/present.ts'
import { signPresentation } from '../testing/forge.ts'
import { claimsFor, openWorld, person, type World } from '../testing/world.ts'
import { parseExactObject } from './exact-json.ts'
import { parseJwt } from './parse-jwt.ts'
import { parseHolderProof } from './parse-proof.ts'
import { verifyPresentation } from './presentation.ts'
import { readCredential } from './read-credential.ts'
import type { Expected, HolderProof } from './types.ts'

const NOW = Math.floor(Date.now() / 1000)
const [ann, company] = [person('Ann'), person('Sunny Street')]
let world: World
let expected: Expected
let credential: string
let eip712: Extract<HolderProof, { kind: 'eip712' }>
let vpJwt: string
beforeAll(async () => {
  world = await openWorld()
  credential = await issueCredential({
    issuer: company.did,
    signer: company.wallet,
    type: 'RepresentativeCredential',
    subject: ann.did,
    claims: claimsFor.RepresentativeCredential(company.did),
    issuedAt: NOW - 10,
    expiresAt: NOW + 3600,
  })
  expected = {
    operation: 'sign-in',
    challenge: `0x${'5a'.repeat(32)}`,
    audience: world.seat.did,
    now: NOW,
    types: ['RepresentativeCredential'],
  }
  eip712 = await signPresentation(ann, { ...expected, expires: NOW + 60 }, [credential])
  vpJwt = await presentCredentials({
    holder: ann.did,
    signer: ann.wallet,
    challenge: expected.challenge,
    audience: expected.audience,
    operation: 'sign-in',
    credentials: [credential],
    issuedAt: NOW,
  })
})
afterAll(() => world.close())

const encode = (text: string) => Buffer.from(text).toString('base64url')
const json = fc.oneof(fc.json(), fc.string(), fc.constantFrom('{"a":1,"a":2}', '[]', 'null', '{"__proto__":{}}'))
const anyJwt = fc
  .tuple(
    fc.oneof(json, fc.constant('{"alg":"ES256K","typ":"JWT"}')),
    json,
    fc.uint8Array({ minLength: 60, maxLength: 70 }),
  )
  .map(
    ([header, payload, signature]) =>
      `${encode(header)}.${encode(payload)}.${Buffer.from(signature).toString('base64url')}`,
  )

test('reading whatever comes in never throws', () =>
  fc.assert(
    fc.property(fc.oneof(fc.anything(), fc.string(), anyJwt), (given) => {
      parseJwt(given)
      readCredential(given, 31337)
      parseHolderProof(given)
      parseHolderProof({ kind: 'vp-jwt', jwt: given })
    }),
    { numRuns: 300 },
  ))

test('verifying whatever comes in refuses, and does not throw', () =>
  fc.assert(
    fc.asyncProperty(
      fc.oneof(
        fc.anything(),
        anyJwt.map((jwt) => ({ kind: 'vp-jwt', jwt })),
      ),
      async (given) => {
        expect((await verifyPresentation(given, expected, world.ports)).ok).toBe(false)
      },
    ),
    { numRuns: 100 },
  ))

test('an object is read as JSON reads it, unless it names a member twice', () => {
  const depth = { depthSize: 'small', maxDepth: 4 } as const
  const object = fc.dictionary(fc.string(), fc.jsonValue(depth))
  fc.assert(
    fc.property(object, (value) => {
      expect(parseExactObject(JSON.stringify(value))).toEqual(JSON.parse(JSON.stringify(value)))
    }),
  )
  fc.assert(
    fc.property(fc.string(), fc.jsonValue(depth), fc.jsonValue(depth), (name, one, two) => {
      const pair = (value: unknown) => `${JSON.stringify(name)}:${JSON.stringify(value)}`
      expect(parseExactObject(`{${pair(one)},${pair(two)}}`)).toBeUndefined()
      expect(parseExactObject(`{"x":[{${pair(one)}, ${pair(two)}}]}`)).toBeUndefined()
    }),
  )
})

const TEXT = 'ABCXYZabcxyz0123456789-_.+/= {}"'

/** The text with one character exchanged for another. */
const changed = (text: string) =>
  fc
    .tuple(fc.nat(text.length - 1), fc.constantFrom(...TEXT))
    .filter(([at, by]) => text[at] !== by)
    .map(([at, by]) => text.slice(0, at) + by + text.slice(at + 1))

test('no VP-JWT with any character changed is verified', async () => {
  expect(await verifyPresentation({ kind: 'vp-jwt', jwt: vpJwt }, expected, world.ports)).toMatchObject({ ok: true })
  await fc.assert(
    fc.asyncProperty(changed(vpJwt), async (jwt) => {
      expect((await verifyPresentation({ kind: 'vp-jwt', jwt }, expected, world.ports)).ok).toBe(false)
    }),
    { numRuns: 400 },
  )
})

test('no EIP-712 presentation with any character of any member changed is verified', async () => {
  expect(await verifyPresentation(eip712, expected, world.ports)).toMatchObject({ ok: true })
  const change = fc.oneof(
    changed(eip712.signature).map((signature) => ({ ...eip712, signature })),
    changed(eip712.challenge).map((challenge) => ({ ...eip712, challenge })),
    changed(eip712.credentials[0]!).map((jwt) => ({ ...eip712, credentials: [jwt] })),
    fc.integer().map((by) => ({ ...eip712, expires: eip712.expires + (by || 1) })),
    // The case of a hex digit is another spelling of the same DID.
    changed(eip712.holder)
      .filter((holder) => holder.toLowerCase() !== eip712.holder)
      .map((holder) => ({ ...eip712, holder })),
  )
  await fc.assert(
    fc.asyncProperty(change, async (proof) => {
      expect((await verifyPresentation(proof, expected, world.ports)).ok).toBe(false)
    }),
    { numRuns: 400 },
  )
})

test('no credential with any character changed is verified, even when its holder presents it so', async () => {
  await fc.assert(
    fc.asyncProperty(changed(credential), async (jwt) => {
      const proof = await signPresentation(ann, { ...expected, expires: NOW + 60 }, [jwt])
      expect((await verifyPresentation(proof, expected, world.ports)).ok).toBe(false)
    }),
    { numRuns: 400 },
  )
})
