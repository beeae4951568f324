import { keccak256, recoverAddress, toHex } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { expect, test } from 'vitest'
import { packSignatures, unpackSignatures } from './signatures.ts'

test('signatures survive packing, whichever half their point is in', async () => {
  const account = privateKeyToAccount(keccak256(toHex('signer')))
  const digests = ['a', 'b', 'c', 'd', 'e', 'f'].map((text) => keccak256(toHex(text)))
  const signatures = await Promise.all(digests.map((hash) => account.sign({ hash })))
  expect(new Set(signatures.map((signature) => signature.slice(-2)))).toEqual(new Set(['1b', '1c']))

  const packed = packSignatures(signatures)
  expect(packed.length).toBe(2 + 128 * signatures.length)
  expect(unpackSignatures(packed)).toEqual(signatures)
  expect(await recoverAddress({ hash: digests[0]!, signature: unpackSignatures(packed)[0]! })).toBe(account.address)
})
