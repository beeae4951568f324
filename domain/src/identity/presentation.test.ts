import {
  concat,
  encodeAbiParameters,
  encodePacked,
  hashTypedData,
  keccak256,
  parseAbiParameters,
  stringToHex,
} from 'viem'
import { expect, test } from 'vitest'
import { presentationTypedData } from './presentation.ts'

const hash = (text: string) => keccak256(stringToHex(text))
const word = (digit: string) => `0x${digit.repeat(64)}` as const
const holder = `0x${'ab'.repeat(20)}` as const
const audience = 'did:ethr:0x7a69:0xcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd'

// Encoded by hand from the type strings (EIP-712).
test('a presentation signs operation, holder, challenge, audience, credentials and expiry', () => {
  const data = presentationTypedData({
    chainId: 31337,
    operation: 'sign-in',
    holder,
    challenge: word('5'),
    audience,
    credentials: [word('a'), word('b')],
    expires: 1_700_000_000,
  })
  const domain = keccak256(
    encodeAbiParameters(parseAbiParameters('bytes32, bytes32, bytes32, uint256'), [
      hash('EIP712Domain(string name,string version,uint256 chainId)'),
      hash('OPEM'),
      hash('1'),
      31337n,
    ]),
  )
  const struct = keccak256(
    encodeAbiParameters(parseAbiParameters('bytes32, bytes32, address, bytes32, bytes32, bytes32, uint256'), [
      hash(
        'Presentation(string operation,address holder,bytes32 challenge,string audience,bytes32[] credentials,uint256 expires)',
      ),
      hash('sign-in'),
      holder,
      word('5'),
      hash(audience),
      keccak256(encodePacked(['bytes32[]'], [[word('a'), word('b')]])),
      1_700_000_000n,
    ]),
  )
  expect(hashTypedData(data)).toBe(keccak256(concat(['0x1901', domain, struct])))
})
