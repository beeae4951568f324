import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { accessManagerAbi } from '@opem/contracts'
import { deploy } from '@opem/contracts/deploy'
import { type Address, createPublicClient, createTestClient, http, parseEther } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { foundry } from 'viem/chains'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Anvil, startAnvil } from '../../../../contracts/testing/anvil.ts'
import { keyOf } from '../../../../contracts/testing/marketplace.ts'
import { operatorAddresses } from './operator.ts'
import { bringOperatorRoles, operatorKeyFile } from './operator-roles.ts'

const administrator = privateKeyToAccount(keyOf('operator'))
const addressOf = (name: string): Address => privateKeyToAccount(keyOf(name)).address
const [registrar, accountOperator, olga, otto] = ['registrar', 'account operator', 'Olga', 'Otto'].map(addressOf) as [
  Address,
  Address,
  Address,
  Address,
]

let anvil: Anvil
let home: string
let said: string[]
beforeEach(async () => {
  anvil = await startAnvil()
  home = mkdtempSync(join(tmpdir(), 'opem-operators-'))
  said = []
  await tester().setBalance({ address: administrator.address, value: parseEther('100') })
})
afterEach(async () => {
  await anvil.close()
  rmSync(home, { recursive: true, force: true })
})
const tester = () => createTestClient({ chain: foundry, transport: http(anvil.url), mode: 'anvil' })
const client = () => createPublicClient({ chain: foundry, transport: http(anvil.url), pollingInterval: 20 })

/** A marketplace of before: the registrar's key suspends and revokes, too. */
const older = async (timelockSeconds: number) => {
  const { addresses } = await deploy({
    rpcUrl: anvil.url,
    deploymentDir: join(home, 'contracts'),
    operatorKey: keyOf('operator'),
    oracleNodes: [addressOf('node')],
    quorum: 1,
    minimumBond: parseEther('1'),
    correctionWindow: 3600,
    timelockSeconds,
    registrars: [registrar],
    operators: [administrator.address, registrar],
  })
  return addresses.AccessManager
}
const bring = (accessManager: Address, operators: readonly Address[] = [], by = administrator) =>
  bringOperatorRoles({
    home,
    chain: { ...foundry, rpcUrls: { default: { http: [anvil.url] } } },
    ...{ accessManager, administrator: by, accountOperator, registrar, operators },
    say: (line) => said.push(line),
  })
/** Registrar's role, operator's role. */
const rolesOf = async (accessManager: Address, address: Address) => {
  const has = async (role: bigint) =>
    (
      await client().readContract({
        ...{ address: accessManager, abi: accessManagerAbi, functionName: 'hasRole', args: [role, address] },
      })
    )[0]
  return [await has(2n), await has(3n)]
}

test('the registrar loses the operator’s role to a key of its own, and operators named by the settings get it', async () => {
  const manager = await older(0)
  expect(await rolesOf(manager, registrar)).toEqual([true, true])
  expect(await bring(manager, [olga])).toBe(true)
  expect(await rolesOf(manager, registrar)).toEqual([true, false])
  expect(await rolesOf(manager, accountOperator)).toEqual([false, true])
  expect(await rolesOf(manager, olga)).toEqual([false, true])
  expect(await rolesOf(manager, administrator.address)).toEqual([false, true])
  expect(operatorKeyFile(home)).toBe(join(home, 'keys', 'account-operator.json'))
  expect(statSync(join(home, 'access', 'operators.json')).mode & 0o777).toBe(0o600)
})

test('a second start sends nothing', async () => {
  const manager = await older(0)
  await bring(manager, [olga])
  const before = await client().getBlockNumber({ cacheTime: 0 })
  await bring(manager, [olga])
  expect(await client().getBlockNumber({ cacheTime: 0 })).toBe(before)
})

test('whom the settings name no longer loses the role; whom somebody else gave it keeps it', async () => {
  const manager = await older(0)
  await bring(manager, [olga])
  const { createWalletClient } = await import('viem')
  const wallet = createWalletClient({ account: administrator, chain: foundry, transport: http(anvil.url) })
  await wallet.writeContract({
    ...{ address: manager, abi: accessManagerAbi, functionName: 'grantRole', args: [3n, addressOf('by hand'), 0] },
  })
  await bring(manager, [otto])
  expect(await rolesOf(manager, olga)).toEqual([false, false])
  expect(await rolesOf(manager, otto)).toEqual([false, true])
  expect(await rolesOf(manager, addressOf('by hand'))).toEqual([false, true])
})

test('an administrator who decides with notice schedules, says when, and a later start makes the change', async () => {
  const manager = await older(3600)
  expect(await bring(manager, [olga])).toBe(false)
  expect(said).toHaveLength(2)
  expect(said[1]).toMatch(
    new RegExp(
      `^operators {4}NOT YET: ${olga} gets the operator's role on chain; .* 3600 s of notice: start again after 20`,
    ),
  )
  expect(await rolesOf(manager, olga)).toEqual([false, false])
  // Until then the key that may goes on.
  expect(await rolesOf(manager, registrar)).toEqual([true, true])
  expect(operatorKeyFile(home)).toBe(join(home, 'keys', 'registrar.json'))

  // A start in between schedules nothing twice.
  const before = await client().getBlockNumber({ cacheTime: 0 })
  await bring(manager, [olga])
  expect(await client().getBlockNumber({ cacheTime: 0 })).toBe(before)

  await tester().increaseTime({ seconds: 3601 })
  await tester().mine({ blocks: 1 })
  expect(await bring(manager, [olga])).toBe(true)
  expect(await rolesOf(manager, olga)).toEqual([false, true])
  expect(operatorKeyFile(home)).toBe(join(home, 'keys', 'account-operator.json'))
  // Taking the registrar's role back is a decision too, and had to wait for the other.
  expect(said.at(-1)).toMatch(new RegExp(`NOT YET: ${registrar} loses the operator's role`))
  await tester().increaseTime({ seconds: 3601 })
  await tester().mine({ blocks: 1 })
  await bring(manager, [olga])
  expect(await rolesOf(manager, registrar)).toEqual([true, false])
})

test('a key that does not administer the marketplace changes nothing, and says who has to', async () => {
  const manager = await older(0)
  const stranger = privateKeyToAccount(keyOf('stranger'))
  expect(await bring(manager, [], stranger)).toBe(false)
  expect(said[0]).toMatch(/NOT DONE: .* does not administer/)
  expect(await rolesOf(manager, registrar)).toEqual([true, true])
})

test('a setting that names no DID of this chain is refused', () => {
  expect(operatorAddresses({ OPEM_OPERATOR_DIDS: `did:ethr:0x7a69:${olga}, ` }, 31337)).toEqual([olga.toLowerCase()])
  expect(operatorAddresses({}, 31337)).toEqual([])
  expect(() => operatorAddresses({ OPEM_OPERATOR_DIDS: `did:ethr:0x1:${olga}` }, 31337)).toThrow(/OPEM_OPERATOR_DIDS/)
})
