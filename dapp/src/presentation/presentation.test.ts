import { VERIFIER_CODES } from '@opem/ssi/verifier'
import { recoverTypedDataAddress } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { expect, test, vi } from 'vitest'
import type { Credential } from '../credentials/decode.ts'
import { adviceFor } from './advice.ts'
import type { Asked } from './present.ts'
import { present } from './present.ts'
import { whatIsProved } from './what-is-proved.ts'

const NOW = 1_760_000_000
const ANA = 'did:ethr:0x7a69:0x70997970c51812dc3a010c7d01b50e0d17dc79c8'
const holder = { did: ANA, address: '0x70997970C51812dc3A010C7d01b50e0d17dc79C8' } as const
// Account 1 of the development phrase, whose keys are public.
const wallet = privateKeyToAccount('0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d')
const identity: Credential = {
  jwt: 'h.p.s',
  type: 'IdentityCredential',
  issuer: 'did:ethr:0x7a69:0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266',
  subject: ANA,
  jti: 'urn:uuid:1',
  hash: `0x${'ab'.repeat(32)}`,
  issuedAt: 0,
  expiresAt: undefined,
  claims: { name: 'Ana García' },
}
const asked: Asked = {
  operation: 'register-citizen',
  challenge: `0x${'cd'.repeat(32)}`,
  audience: 'did:ethr:0x7a69:0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266',
  chainId: 31337,
  expiresAt: NOW + 120,
}
const expected = { operation: 'register-citizen', chainId: 31337, now: NOW } as const

test('what will be proved is said before: what for, to whom, every claim, and who says so', () => {
  const proved = whatIsProved('register-citizen', [identity], 'the marketplace at opem.example')
  expect(proved.sentence).toBe(
    'You show this credential to the marketplace at opem.example, and nobody else, to open an account for yourself. Your wallet’s signature proves that you are its holder; it moves no money and cannot be used for anything else.',
  )
  expect(proved.credentials).toEqual([
    {
      title: 'Identity: Ana García',
      issuer: 'did:ethr:0x7a69:0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266',
      claims: [['Name', 'Ana García']],
    },
  ])
})

test('a presentation holds the credentials and a signature over their hashes, the challenge and the audience', async () => {
  const proof = await present(asked, holder, [identity], expected, (typedData) => wallet.signTypedData(typedData))
  expect(proof).toMatchObject({
    kind: 'eip712',
    holder: ANA,
    challenge: `0x${'cd'.repeat(32)}`,
    expires: 1_760_000_120,
    credentials: ['h.p.s'],
  })
  // Written out here, as the verifier's types say: whoever changes the signed message sees it.
  const signer = await recoverTypedDataAddress({
    domain: { name: 'OPEM', version: '1', chainId: 31337 },
    primaryType: 'Presentation',
    types: {
      Presentation: [
        { name: 'operation', type: 'string' },
        { name: 'holder', type: 'address' },
        { name: 'challenge', type: 'bytes32' },
        { name: 'audience', type: 'string' },
        { name: 'credentials', type: 'bytes32[]' },
        { name: 'expires', type: 'uint256' },
      ],
    },
    message: {
      operation: 'register-citizen',
      holder: '0x70997970c51812dc3a010c7d01b50e0d17dc79c8',
      challenge: `0x${'cd'.repeat(32)}`,
      audience: 'did:ethr:0x7a69:0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266',
      credentials: [`0x${'ab'.repeat(32)}`],
      expires: 1_760_000_120n,
    },
    signature: proof.signature,
  })
  expect(signer).toBe('0x70997970C51812dc3A010C7d01b50e0d17dc79C8')
})

test('a presentation is never good for more than five minutes', async () => {
  const proof = await present({ ...asked, expiresAt: NOW + 3600 }, holder, [identity], expected, async () => '0x')
  expect(proof.expires).toBe(1_760_000_300)
})

test.each([
  ['a challenge for something else', { ...asked, operation: 'sign-in' }, 'ERR_OPERATION'],
  ['another chain', { ...asked, chainId: 1 }, 'ERR_CHAIN'],
  ['a challenge that ran out', { ...asked, expiresAt: NOW }, 'ERR_CHALLENGE_EXPIRED'],
] as const)('the wallet is not asked to sign %s', async (_, question, code) => {
  const sign = vi.fn()
  await expect(present(question, holder, [identity], expected, sign)).rejects.toMatchObject({ code })
  expect(sign).not.toHaveBeenCalled()
})

test('the wallet is not asked to present credentials of somebody else only', async () => {
  const stolen = { ...identity, subject: 'did:ethr:0x7a69:0x3c44cdddb6a900fa2b585dd299e03d12fa4293bc' }
  const sign = vi.fn()
  await expect(present(asked, holder, [stolen], expected, sign)).rejects.toMatchObject({ code: 'ERR_HOLDER' })
  expect(sign).not.toHaveBeenCalled()
})

test('every refusal of the verifier comes with something to do', () => {
  expect(VERIFIER_CODES.filter((code) => adviceFor(code) === undefined)).toEqual([])
  expect(adviceFor('ERR_SOMETHING_NEW')).toBeUndefined()
  expect(adviceFor('constructor')).toBeUndefined()
})
