import type { Hex } from 'viem'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { issueCredential } from '../credential/issue.ts'
import { type Did, didOfAddress } from '../did/did.ts'
import { signPresentation } from '../testing/forge.ts'
import { claimsFor, openWorld, person, type World } from '../testing/world.ts'
import { createChainPorts } from './chain-ports.ts'
import { verifyPresentation } from './presentation.ts'
import type { Expected, HolderProof } from './types.ts'

const NOW = Math.floor(Date.now() / 1000)
const owner = person('owner of a contract wallet')
const company = person('Sunny Street')
const WALLET: Hex = `0x${'1271'.repeat(10)}`

/** isValidSignature by ecrecover of one owner, in the fewest instructions; anything else answers with zero. */
const walletOf = (address: Hex): Hex =>
  `0x60043560005260a43560f81c602052606435604052608435606052602060806080600060015afa5073${address.slice(2)}60805114631626ba7e0260e01b60005260206000f3`

let world: World
let expected: Expected
beforeAll(async () => {
  world = await openWorld()
  await world.tester.setCode({ address: WALLET, bytecode: walletOf(owner.wallet.address) })
  expected = {
    operation: 'sign-in',
    challenge: `0x${'5a'.repeat(32)}`,
    audience: world.seat.did,
    now: NOW,
    types: ['RepresentativeCredential'],
  }
})
afterAll(() => world.close())

const credentialFor = (subject: Did) =>
  issueCredential({
    issuer: company.did,
    signer: company.wallet,
    type: 'RepresentativeCredential',
    subject,
    claims: claimsFor.RepresentativeCredential(company.did),
    expiresAt: NOW + 3600,
  })
const present = async (holder: Did, by = owner): Promise<HolderProof> =>
  signPresentation(by, { ...expected, expires: NOW + 60 }, [await credentialFor(holder)], holder)

test('a contract wallet presents by its own judgement (ERC-1271)', async () => {
  const did = didOfAddress(31337, WALLET)
  expect(await verifyPresentation(await present(did), expected, world.ports)).toMatchObject({
    ok: true,
    value: { holder: did },
  })
  expect(await verifyPresentation(await present(did, person('Eve')), expected, world.ports)).toMatchObject({
    ok: false,
    code: 'ERR_VP_SIGNATURE',
  })
})

test('a contract wallet that took over a DID presents for it', async () => {
  const moved = person('moving to a contract wallet')
  const proof = await present(moved.did)
  expect(await verifyPresentation(proof, expected, world.ports)).toMatchObject({ code: 'ERR_VP_SIGNATURE' })
  await world.changeOwner(moved.did, moved, WALLET)
  expect(await verifyPresentation(proof, expected, world.ports)).toMatchObject({ ok: true })
})

test('a contract that reverts, or knows nothing of signatures, has not signed', async () => {
  for (const [address, bytecode] of [
    [`0x${'0bad'.repeat(10)}`, '0x60006000fd'],
    [`0x${'0dad'.repeat(10)}`, '0x00'],
    [`0x${'0fad'.repeat(10)}`, '0x600160005260206000f3'],
  ] as const) {
    await world.tester.setCode({ address, bytecode })
    expect(await verifyPresentation(await present(didOfAddress(31337, address)), expected, world.ports)).toMatchObject({
      ok: false,
      code: 'ERR_VP_SIGNATURE',
    })
  }
})

test('a wallet that cannot be asked has not signed', async () => {
  const { isContractSignature } = createChainPorts({ rpcUrl: 'http://127.0.0.1:9', addresses: world.addresses })
  const proof = await present(didOfAddress(31337, WALLET))
  await expect(verifyPresentation(proof, expected, { ...world.ports, isContractSignature })).rejects.toMatchObject({
    code: 'ERR_CHAIN_UNREACHABLE',
    retryable: true,
  })
})
