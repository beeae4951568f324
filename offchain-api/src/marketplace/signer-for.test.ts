import { ethereumDidRegistryAbi } from '@opem/contracts'
import type { Hex } from '@opem/domain'
import { createPublicClient, createTestClient, createWalletClient, http, parseEther, stringToHex } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type OpenChain, openChain } from '../testing/founded-community.ts'
import { temporaryFolder } from '../testing/harness.ts'
import { signerFor } from './signer-for.ts'

const owner = privateKeyToAccount(`0x${'6'.repeat(64)}`)
const helper = privateKeyToAccount(`0x${'7'.repeat(64)}`)
const stranger = privateKeyToAccount(`0x${'8'.repeat(64)}`)
const DIGEST: Hex = `0x${'d1'.repeat(32)}`
const WALLET: Hex = `0x${'1271'.repeat(10)}`
const ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let chain: OpenChain

beforeAll(async () => {
  folder = await temporaryFolder()
  chain = await openChain(folder.path)
  const { client, administrator, deployment, anvil } = chain
  const mined = async (hash: Hex) => client.waitForTransactionReceipt({ hash })
  await mined(await administrator.sendTransaction({ chain: null, to: owner.address, value: parseEther('1') }))
  const wallet = createWalletClient({ account: owner, transport: http(anvil.url) })
  const args = [owner.address, stringToHex('opem/data-user', { size: 32 }), helper.address, 86_400n] as const
  await mined(
    await wallet.writeContract({
      ...{ chain: null, address: deployment.addresses.EthereumDIDRegistry, abi: ethereumDidRegistryAbi },
      ...{ functionName: 'addDelegate', args },
    }),
  )
}, 120_000)
afterAll(async () => {
  await chain?.anvil.stop()
  await folder?.remove()
})

const ask = (signature: Hex, party: Hex = owner.address, client = chain.client) =>
  signerFor(client as never, chain.deployment.addresses.EthereumDIDRegistry as Hex, {
    ...{ party, roles: ['service-user', 'data-user'], digest: DIGEST, signature },
  })
const signedBy = (who: typeof owner) => who.sign({ hash: DIGEST })

test('the owner of a party signs for it, and a delegate of one of the roles', async () => {
  expect(await ask(await signedBy(owner))).toBe(owner.address.toLowerCase())
  expect(await ask(await signedBy(helper))).toBe(helper.address.toLowerCase())
})

test('a delegate signs in no other role, and a stranger in none', async () => {
  const of = {
    party: owner.address,
    roles: ['service-user'],
    digest: DIGEST,
    signature: await signedBy(helper),
  } as const
  const registry = chain.deployment.addresses.EthereumDIDRegistry as Hex
  expect(await signerFor(chain.client as never, registry, of)).toBe(undefined)
  expect(await ask(await signedBy(stranger))).toBe(undefined)
})

test('what is no signature has been signed by nobody', async () => {
  expect(await ask('0x')).toBe(undefined)
  expect(await ask(`0x${'00'.repeat(65)}`)).toBe(undefined)
})

test('the second spelling of a signature, which the contracts do not take, counts for nothing', async () => {
  const signature = await signedBy(owner)
  const s = ORDER - BigInt(`0x${signature.slice(66, 130)}`)
  const v = signature.endsWith('1b') ? '1c' : '1b'
  expect(await ask(`${signature.slice(0, 66)}${s.toString(16).padStart(64, '0')}${v}` as Hex)).toBe(undefined)
})

test('a contract wallet signs by its own judgement (ERC-1271)', async () => {
  const tester = createTestClient({ mode: 'anvil', transport: http(chain.anvil.url) })
  // isValidSignature by ecrecover of one owner, in the fewest instructions; anything else answers with zero.
  const bytecode: Hex = `0x60043560005260a43560f81c602052606435604052608435606052602060806080600060015afa5073${owner.address.slice(2)}60805114631626ba7e0260e01b60005260206000f3`
  await tester.setCode({ address: WALLET, bytecode })
  expect(await ask(await signedBy(owner), WALLET)).toBe(WALLET)
  expect(await ask(await signedBy(stranger), WALLET)).toBe(undefined)
})

test('a contract that reverts, or knows nothing of signatures, has not signed', async () => {
  const tester = createTestClient({ mode: 'anvil', transport: http(chain.anvil.url) })
  for (const [address, bytecode] of [
    [`0x${'0bad'.repeat(10)}`, '0x60006000fd'],
    [`0x${'0dad'.repeat(10)}`, '0x00'],
    [`0x${'0fad'.repeat(10)}`, '0x600160005260206000f3'],
    [`0x${'0ead'.repeat(10)}`, '0x60016000f3'],
  ] as const) {
    await tester.setCode({ address, bytecode })
    expect(await ask(await signedBy(owner), address)).toBe(undefined)
  }
})

test('a chain that does not answer lets nobody in', async () => {
  const away = createPublicClient({ transport: http('http://127.0.0.1:9', { retryCount: 0 }) })
  await expect(ask(await signedBy(owner), owner.address, away as never)).rejects.toMatchObject({
    ...{ code: 'ERR_CHAIN_AWAY', retryable: true },
  })
})
