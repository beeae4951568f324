import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { accessManagerAbi, agreementRegistryAbi } from '@opem/contracts'
import { createKeyFile } from '@opem/ssi'
import { encodeFunctionData, parseEther } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { keyOf, type Marketplace, openMarketplace } from '../../../contracts/testing/marketplace.ts'

const OPEM = join(import.meta.dirname, '..', '..', 'bin', 'opem.mjs')
const olga = privateKeyToAccount(keyOf('Olga'))

let chain: Marketplace
let home: string
beforeAll(async () => {
  chain = await openMarketplace()
  home = mkdtempSync(join(tmpdir(), 'opem-governance-'))
  const { addresses } = chain
  writeFileSync(join(home, 'deployment.json'), JSON.stringify({ chainId: 31337, block: 0, addresses }))
  mkdirSync(join(home, 'keys'))
  await createKeyFile(join(home, 'keys', 'operator.json'), keyOf('operator'))
  await createKeyFile(join(home, 'keys', 'nobody.json'), keyOf('node 1'))
  await chain.tester.setBalance({ address: olga.address, value: parseEther('10') })
})
afterAll(async () => {
  await chain?.close()
  rmSync(home, { recursive: true, force: true })
})

const run = (...args: string[]) =>
  new Promise<{ stdout: string; stderr: string; refusal: string | undefined }>((resolve) => {
    const env = { ...process.env, OPEM_HOME: home, OPEM_CHAIN_URL: chain.url, OPEM_API_URL: 'http://127.0.0.1:9' }
    execFile(process.execPath, [OPEM, 'governance', ...args], { env }, (error, stdout, stderr) =>
      resolve({ stdout, stderr, refusal: error ? stderr.split(':')[0] : undefined }),
    )
  })
const governors = async () => JSON.parse((await run('list', '--json')).stdout) as { address: string; notice: number }[]
const operatorAddress = () => privateKeyToAccount(keyOf('operator')).address

test('who deployed governs; a wallet that is named governs as well, with its notice', async () => {
  expect(await governors()).toEqual([{ address: operatorAddress(), notice: 0 }])
  const { stdout } = await run('name', olga.address, '--notice', '60')
  expect(stdout).toBe(`${olga.address} gets the governor's role on chain, with 60 s of notice\n`)
  expect(await governors()).toEqual([
    { address: operatorAddress(), notice: 0 },
    { address: olga.address, notice: 60 },
  ])
  expect((await run('list')).stdout).toContain(`${olga.address}  with 60 s of notice`)
})

test('said twice it changes nothing', async () => {
  const before = await chain.client.getBlockNumber({ cacheTime: 0 })
  expect((await run('name', olga.address, '--notice', '60')).stdout).toBe(
    `${olga.address} governs already, with 60 s of notice\n`,
  )
  expect(await chain.client.getBlockNumber({ cacheTime: 0 })).toBe(before)
})

test('the named wallet announces another fee, and carries it out when its notice is over, not before', async () => {
  const { AccessManager, AgreementRegistry } = chain.addresses
  const manager = { address: AccessManager, abi: accessManagerAbi, account: olga } as const
  const data = encodeFunctionData({ abi: agreementRegistryAbi, functionName: 'setFee', args: [300] })
  const send = async (call: object) => chain.mined(await chain.operator.writeContract(call as never))
  await send({ ...manager, functionName: 'schedule', args: [AgreementRegistry, data, 0] })
  const execute = { ...manager, functionName: 'execute', args: [AgreementRegistry, data] }
  await expect(send(execute)).rejects.toThrow('AccessManagerNotReady')
  await chain.tester.increaseTime({ seconds: 60 })
  await chain.tester.mine({ blocks: 1 })
  await send(execute)
  const fee = { address: AgreementRegistry, abi: agreementRegistryAbi, functionName: 'feeBps' } as const
  expect(await chain.client.readContract(fee)).toBe(300)
})

test('a wallet that is removed governs no more; the last one stays', async () => {
  expect((await run('remove', olga.address)).stdout).toBe(`${olga.address} loses the governor's role on chain\n`)
  expect(await governors()).toEqual([{ address: operatorAddress(), notice: 0 }])
  const { refusal, stderr } = await run('remove', operatorAddress())
  expect(refusal).toBe('ERR_LAST_GOVERNOR')
  expect(stderr).toContain('Name another one first')
})

test('without a notice of its own a wallet gets two days', async () => {
  await run('name', olga.address)
  expect(await governors()).toContainEqual({ address: olga.address, notice: 172_800 })
})

test('a key that does not administer the marketplace names nobody', async () => {
  const { refusal } = await run(
    'name',
    privateKeyToAccount(keyOf('Otto')).address,
    '--wallet',
    join(home, 'keys', 'nobody.json'),
  )
  expect(refusal).toBe('ERR_NOT_ADMINISTRATOR')
  expect(await governors()).toHaveLength(2)
})

test.each([
  ['what is no address', ['name', 'olga'], 'ERR_ADDRESS'],
  ['a notice that is no number', ['name', olga.address, '--notice', 'soon'], 'ERR_ARGUMENT'],
  ['a notice of more than a year', ['name', olga.address, '--notice', '31536001'], 'ERR_ARGUMENT'],
] as const)('%s is refused', async (_what, words, code) => {
  expect((await run(...words)).refusal).toBe(code)
})
