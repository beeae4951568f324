import { accessManagerAbi } from '@opem/contracts'
import { type Account, parseEther } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { keyOf, type Marketplace, openMarketplace } from '../../../contracts/testing/marketplace.ts'
import type { Call } from '../actions/action.ts'
import type { Settings } from '../api/settings.ts'
import { cancelOperation, executeOperation, SET_FEE, scheduleFee } from './actions.ts'
import { callInWords, governorsQuery, readHand, readOperations, readPower, readTerms, stateOf } from './operations.ts'

const GOVERNOR = 1n
const DELAY = 3600
let market: Marketplace
let settings: Settings
// Governs behind a timelock of an hour.
const governor = privateKeyToAccount(keyOf('governor'))

beforeAll(async () => {
  market = await openMarketplace()
  const { addresses, operator, mined, tester } = market
  settings = { chainId: 31_337, development: true, block: 0, addresses } as unknown as Settings
  await tester.setBalance({ address: governor.address, value: parseEther('10') })
  const manager = { address: addresses.AccessManager, abi: accessManagerAbi } as const
  await mined(
    await operator.writeContract({ ...manager, functionName: 'grantRole', args: [GOVERNOR, governor.address, DELAY] }),
  )
})
afterAll(() => market?.close())

const send = async (call: Call, account: Account = governor) =>
  market.mined(await market.operator.writeContract({ ...call, account } as never))
const read = async () => {
  const { timestamp } = await market.client.getBlock()
  const { expiration } = await readTerms(market.client, settings)
  const operations = await readOperations(market.client, settings)
  return operations.map((one) => ({ ...one, state: stateOf(one, Number(timestamp), expiration) }))
}
const announce = (feeBps: number) => {
  const { AccessManager: manager, AgreementRegistry: agreements } = settings.addresses
  return send(scheduleFee.prepare({ manager, agreements, feeBps, delay: DELAY }))
}

test('the page knows whether a wallet changes the fee at once, after the timelock, or not at all', async () => {
  const { client, operator, nodes } = market
  const of = (account: Account) =>
    readPower(client, settings, account.address, settings.addresses.AgreementRegistry, SET_FEE)
  expect(await of(operator.account)).toEqual({ immediate: true, delay: 0 })
  expect(await of(governor)).toEqual({ immediate: false, delay: 3600 })
  expect(await of(nodes[0]!.account)).toEqual({ immediate: false, delay: 0 })
})

test('whoever cannot decide is told who can, and with how much notice', async () => {
  const { queryFn } = governorsQuery(market.client, settings)
  expect(await (queryFn as () => Promise<unknown>)()).toEqual([
    { address: market.operator.account.address, notice: 0 },
    { address: governor.address, notice: 3600 },
  ])
})

test('only who announced a change carries it out; an administrator of the contracts may cancel it as well', async () => {
  const { client, operator, nodes } = market
  const hand = (account: Account) => readHand(client, settings, account.address, { caller: governor.address })
  expect(await hand(governor)).toEqual({ executes: true, cancels: true })
  expect(await hand(operator.account)).toEqual({ executes: false, cancels: true })
  expect(await hand(nodes[0]!.account)).toEqual({ executes: false, cancels: false })
})

test('an announced change waits, is carried out after the timelock, and is in force then', async () => {
  await announce(300)
  const [one] = await read()
  expect([callInWords(one!.data), one!.state]).toEqual(['setFee(300)', 'waiting'])
  const manager = settings.addresses.AccessManager
  await expect(send(executeOperation.prepare({ manager, operation: one! }))).rejects.toThrow('AccessManagerNotReady')
  await market.tester.increaseTime({ seconds: DELAY })
  await market.tester.mine({ blocks: 1 })
  expect((await read())[0]?.state).toBe('ready')
  await send(executeOperation.prepare({ manager, operation: one! }))
  expect((await read())[0]?.state).toBe('executed')
  expect((await readTerms(market.client, settings)).feeBps).toBe(300)
})

test('an announced change can be cancelled, and announced again', async () => {
  await announce(400)
  const [one] = await read()
  await send(cancelOperation.prepare({ manager: settings.addresses.AccessManager, operation: one! }))
  expect((await read())[0]?.state).toBe('cancelled')
  await announce(400)
  expect((await read()).map(({ state, nonce }) => [state, nonce])).toEqual([
    ['waiting', 2],
    ['cancelled', 1],
    ['executed', 1],
  ])
  expect((await readTerms(market.client, settings)).feeBps).toBe(300)
})
