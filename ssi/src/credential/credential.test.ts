import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { privateKeyToAccount } from 'viem/accounts'
import { expect, test } from 'vitest'
import { didOfAddress } from '../did/did.ts'
import { otherS } from '../testing/forge.ts'
import { credentialHashOf, credentialIdOf } from './hash.ts'
import { issueCredential } from './issue.ts'
import { credentialSchemas, earlierSchemas } from './schemas.ts'

const wallet = privateKeyToAccount(`0x${'11'.repeat(32)}`)
const options = {
  issuer: didOfAddress(31337, wallet.address),
  signer: wallet,
  type: 'DataSourceCredential',
  subject: didOfAddress(31337, `0x${'ab'.repeat(20)}`),
  claims: { meter: 'meter-7', role: 'data-subject' },
  issuedAt: 1_700_000_000,
  expiresAt: 1_800_000_000,
  jti: 'urn:uuid:00000000-0000-4000-8000-000000000001',
} as const

test('a credential is a VC-JWT of the W3C data model 1.1', async () => {
  const [header, payload, signature] = (await issueCredential(options)).split('.') as [string, string, string]
  expect(JSON.parse(Buffer.from(header, 'base64url').toString())).toEqual({ alg: 'ES256K', typ: 'JWT' })
  expect(JSON.parse(Buffer.from(payload, 'base64url').toString())).toEqual({
    iss: 'did:ethr:0x7a69:0x19e7e376e7c213b7e7e7e46cc70a5dd086daff2a',
    sub: 'did:ethr:0x7a69:0xabababababababababababababababababababab',
    jti: 'urn:uuid:00000000-0000-4000-8000-000000000001',
    nbf: 1700000000,
    exp: 1800000000,
    vc: {
      '@context': ['https://www.w3.org/2018/credentials/v1'],
      type: ['VerifiableCredential', 'DataSourceCredential'],
      credentialSubject: { meter: 'meter-7', role: 'data-subject' },
      credentialSchema: { id: 'urn:opem:schema:DataSourceCredential:1', type: 'JsonSchema' },
    },
  })
  expect(Buffer.from(signature, 'base64url')).toHaveLength(64)
})

test('a credential’s hash is of what was signed, whatever the spelling of the signature', async () => {
  const jwt = await issueCredential(options)
  expect(credentialHashOf(jwt)).toBe('0x2ad2e2c411024d317d0bb9220d92df4340fdb571194002b21c7fe6c528652193')
  expect(credentialHashOf(otherS(jwt))).toBe('0x2ad2e2c411024d317d0bb9220d92df4340fdb571194002b21c7fe6c528652193')
  expect(credentialIdOf(options.jti)).toBe('0xe836b2ecc8f7850847d137dafc34f23266bbf36c4ec973f47949af5161e4f52e')
})

test('the committed schema files are the generated ones', () => {
  for (const { name, version, schema } of credentialSchemas()) {
    const file = join(import.meta.dirname, `../../schemas/${name}.${version}.json`)
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(schema)
  }
})

test('claims that are not of the type are not issued', async () => {
  const claims = { ...options.claims, operator: true }
  await expect(issueCredential({ ...options, claims })).rejects.toMatchObject({ code: 'ERR_CLAIMS' })
})

// When this fails, the claims of a type changed: give it the next version in schemas.ts, and run npm run generate.
test('the published schemas are the ones that the verifier parses with', () => {
  const found = credentialSchemas().map(({ name, version, contentHash }) => [name, version, contentHash])
  expect(found).toEqual([
    ['RepresentativeCredential', 1, '0x2b3d8da5fbd9bb7e7b11cfb4380e439bf0f2e167b3addbbfe6b85f5e303a8099'],
    ['IdentityCredential', 1, '0x3358fc4ee365c630a30074239d92f396a27f89a0c1b6ec7a8701955f4a230b71'],
    ['AccountCredential', 1, '0x024de0bce07c3d6bd3e359eda636c7ca5b4f95a70fcb2f1136447489791135b8'],
    ['MemberCredential', 1, '0x35ab8d5acf71b3c91af283bfb8fa1672632a01e9e2d9738bdcb7d150a082447b'],
    ['DataSourceCredential', 1, '0xb2dbdced153b3e6b8a3936ccfca5d162147492d934a318700cda5783ef073da0'],
    ['ReceiptCredential', 2, '0xbdd8b3a278b3887f9e7ac53e01c50777b3aad5bd41139f3d26bbfee8ccc9efb3'],
  ])
  expect(earlierSchemas().map(({ name, version, contentHash }) => [name, version, contentHash])).toEqual([
    ['ReceiptCredential', 1, '0x5a35db8a64cbe645db1b280640e170710a1e35e1674fc3ced62ccb469650a8a5'],
  ])
  const [representative] = credentialSchemas()
  expect(representative?.schema).toMatchObject({
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'urn:opem:schema:RepresentativeCredential:1',
    required: ['name', 'email', 'roles', 'company'],
    additionalProperties: false,
  })
})
