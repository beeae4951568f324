import { readFile } from 'node:fs/promises'
import { accountRegistryAbi } from '@opem/contracts'
import { openKeyFile } from '@opem/ssi'
import { createTestClient, http } from 'viem'
import { foundry } from 'viem/chains'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createOperationalStore, type OperationalStore } from '../../operational/store.ts'
import { type AccessWorld, openAccessWorld } from '../../testing/access-world.ts'
import { until } from '../../testing/harness.ts'
import { ALL } from '../../testing/systems.ts'
import { updateAccountCredential } from '../contract/update-account-credential.ts'
import { type AccessSettings, createAccess } from '../wiring/create-access.ts'
import { accountCalls, writeCall } from './calls.ts'

let world: AccessWorld
let store: OperationalStore
let access: ReturnType<typeof createAccess>

/** Secure access in this process, beside the API's. */
const accessWith = (operator: AccessSettings['operator']) =>
  createAccess({
    ...{ store, chainUrl: world.chain.anvil.url, log: () => undefined },
    deployment: async () => JSON.parse(await readFile(world.chain.deploymentPath, 'utf8')),
    settings: {
      ...{ dir: world.own.dir, systemsFile: undefined, operatorDids: [], pendingSeconds: 3600, development: true },
      ...{
        registrar: () => openKeyFile(world.chain.registrarFile),
        operator,
        developmentIssuer: undefined,
        agentSecret: undefined,
        publicUrl: undefined,
        pinnedIssuers: [],
        limits: {
          perAddress: { burst: 9, perSecond: 9 },
          perHolder: { burst: 9, perSecond: 9 },
          registrationsPerHour: 9,
        },
      },
    },
  })
const operatorKey = () => openKeyFile(world.chain.operatorFile)

beforeAll(async () => {
  world = await openAccessWorld([ALL])
  store = createOperationalStore({ url: world.postgres.url })
  access = accessWith(operatorKey)
})
afterAll(async () => {
  await access?.close()
  await store?.close()
  await world?.close()
})

const events = async <E extends 'AccountOpened' | 'AccountActivated' | 'AccountRenewed' | 'AccountSuspended'>(
  eventName: E,
) =>
  world.chain.client.getContractEvents({
    ...{ address: world.chain.deployment.addresses.AccountRegistry, abi: accountRegistryAbi, eventName, fromBlock: 0n },
  })

test('what was written down before a kill is told to the chain afterwards, once', async () => {
  const chain = createTestClient({ chain: foundry, transport: http(world.chain.anvil.url), mode: 'anvil' })
  const page = world.browser('Ana')
  const application = async () => ({
    ...{ kind: 'citizen', roles: ['service-user'], terms: '1' },
    presentation: await page.present('register-citizen', [await world.identityOf('Ana')]),
  })
  await chain.setAutomine(false)
  const cut = page.call('POST', '/v1/access/registrations', await application()).catch(() => 'cut off')
  await until(async () => (await store.rows(`SELECT 1 FROM chain_calls WHERE state = 'signed'`)).length === 1)
  await world.restart()
  expect(await cut).toBe('cut off')
  await chain.setAutomine(true)
  await chain.mine({ blocks: 1 })
  await until(async () => (await store.rows(`SELECT 1 FROM chain_calls WHERE state = 'done'`)).length === 1)

  const again = world.browser('Ana')
  const { body } = await again.call('POST', '/v1/access/registrations', {
    ...(await application()),
    presentation: await again.present('register-citizen', [await world.identityOf('Ana')]),
  })
  const receipt = await again.present('receipt', [body.credential], body.receipt)
  expect((await again.call('POST', '/v1/access/receipts', { presentation: receipt })).body.status).toBe('active')
  expect([(await events('AccountOpened')).length, (await events('AccountActivated')).length]).toEqual([1, 1])
})

test('a contract makes the next version of the credential: pending, receipt, in force, and older sessions end', async () => {
  const bea = await world.registerCitizen('Bea')
  await bea.browser.signIn([bea.credential])
  const line = { contract: `0x${'c0'.repeat(32)}`, kind: 'data', role: 'user', since: '2026-11-26T00:00:00Z' } as const
  const update = () =>
    updateAccountCredential(access, { account: bea.account, addLines: [line], request: 'contract 1' })
  const [first, second] = await Promise.all([update(), update()])
  expect(first).toMatchObject({ version: 2, status: 'pending' })
  expect(second).toEqual(first)
  const other = updateAccountCredential(access, { account: bea.account, addLines: [line], request: 'contract 2' })
  await expect(other).rejects.toMatchObject({ code: 'ERR_UPDATE_PENDING' })
  expect((await bea.browser.call('GET', '/v1/access/session')).status).toBe(200)

  const presentation = await bea.browser.present('receipt', [first.credential!])
  expect((await bea.browser.call('POST', '/v1/access/receipts', { presentation })).body.status).toBe('active')
  expect((await events('AccountRenewed')).map(({ args }) => [args.version, args.credentialHash])).toEqual([
    [2, first.credentialHash],
  ])
  expect((await bea.browser.call('GET', '/v1/access/session')).body.code).toBe('ERR_SESSION_ENDED')
  expect((await bea.browser.signIn([bea.credential])).body.code).toBe('ERR_ACCOUNT_VERSION')
  expect((await bea.browser.signIn([first.credential!])).status).toBe(200)
  expect(await update()).toEqual({ ...first, status: 'active', credential: null })
  const next = await updateAccountCredential(access, { account: bea.account, addLines: [line], request: 'contract 2' })
  expect(next.version).toBe(3)
})

test("a company's wallet is brought the next version and shows its receipt by itself", async () => {
  const company = await world.registerCompany('Solar Works', ['service-provider'])
  const line = {
    contract: `0x${'c1'.repeat(32)}`,
    kind: 'service',
    role: 'provider',
    since: '2026-11-26T00:00:00Z',
  } as const
  const { credentialHash } = await updateAccountCredential(access, {
    ...{ account: company.account, addLines: [line], request: 'contract 1' },
  })
  await until(async () => (await events('AccountRenewed')).some(({ args }) => args.credentialHash === credentialHash))
  const administrator = world.browser('Solar Works administrator')
  const credential = await company.employ('Solar Works administrator', ['administrator'])
  await until(async () => (await administrator.signIn([credential])).status === 200)
  await company.close()
})

const senderOf = async (hash: `0x${string}`) => (await world.chain.client.getTransaction({ hash })).from
const addressIn = async (file: string) => (await openKeyFile(file)).address.toLowerCase()

test('accounts are opened with the key of the registrar and suspended with that of the operator', async () => {
  const [citizen, operator] = [await world.registerCitizen('Eve'), await world.registerCitizen('operator')]
  await operator.browser.signIn([operator.credential])
  const path = `/v1/accounts/${citizen.account}/suspend`
  expect((await operator.browser.call('POST', path, { reason: 'a test' })).status).toBe(200)
  await until(async () => (await events('AccountSuspended')).length === 1)
  const opened = (await events('AccountOpened')).find(({ args }) => args.account === citizen.account)!
  const [suspended] = await events('AccountSuspended')
  expect(await senderOf(opened.transactionHash)).toBe(await addressIn(world.chain.registrarFile))
  expect(await senderOf(suspended!.transactionHash)).toBe(await addressIn(world.chain.operatorFile))
  expect(await addressIn(world.chain.registrarFile)).not.toBe(await addressIn(world.chain.operatorFile))
})

test('without the operator’s key its decisions wait, and accounts are kept all the same', async () => {
  const citizen = await world.registerCitizen('Fay')
  await access.close()
  await world.api().stop()
  const half = accessWith(undefined)
  const opening = {
    kind: 'open' as const,
    ...{ accountKind: 1, roles: 8, pendingUntil: Math.floor(Date.now() / 1000) + 3600 },
    credentialHash: `0x${'0e'.repeat(32)}` as const,
  }
  const suspend = await writeCall(store.rows, citizen.account, { kind: 'suspend' }, 0)
  const open = await writeCall(store.rows, `0x${'0f'.repeat(32)}`, opening, 0)
  expect(await half.outbox.settle(open, 10_000)).toEqual({ status: 'done' })
  expect((await accountCalls.read(store.rows, suspend))?.state).toBe('wanted')
  await half.close()

  access = accessWith(operatorKey)
  expect(await access.outbox.settle(suspend, 10_000)).toEqual({ status: 'done' })
  await world.restart()
})
