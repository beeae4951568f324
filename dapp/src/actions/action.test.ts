import { energyCommunityAbi } from '@opem/contracts'
import type { TransactionReceipt, WalletClient } from 'viem'
import { BaseError, ContractFunctionRevertedError, encodeErrorResult } from 'viem'
import { expect, test } from 'vitest'
import { houseErrors } from '../chain/revert.ts'
import type { Deps, Stage } from './action.ts'
import { perform } from './action.ts'
import { startSettlement } from './community-actions.ts'

const community = `0x${'c0'.repeat(20)}` as const
const hash = `0x${'11'.repeat(32)}` as const
const input = { community, timeZone: 'UTC' }
const receipt = { status: 'success', blockNumber: 7n } as TransactionReceipt

const deps = (change: Partial<Deps> = {}): Deps => ({
  publicClient: {
    simulateContract: async () => ({}) as never,
    waitForTransactionReceipt: async () => receipt as never,
  },
  walletClient: {
    account: { address: community, type: 'json-rpc' },
    writeContract: async () => hash,
  } as unknown as WalletClient,
  untilIndexed: async () => {},
  ...change,
})
async function stages(given: Deps, after?: () => Promise<void>) {
  const seen: Stage[] = []
  await perform(given, startSettlement, input, (stage) => seen.push(stage), after)
  return seen
}

test('a transaction is sent, then confirmed, then indexed, and each is said when it is true', async () => {
  expect((await stages(deps())).map((stage) => stage.at)).toEqual([
    'checking',
    'signing',
    'sent',
    'confirmed',
    'indexed',
  ])
})

test('what the contract would refuse is never sent, and the reason is a sentence', async () => {
  const data = encodeErrorResult({ abi: houseErrors, errorName: 'CommunityAlreadyRunning', args: [] })
  const refused = new ContractFunctionRevertedError({ abi: houseErrors, data, functionName: 'start' })
  const seen = await stages(
    deps({
      publicClient: {
        simulateContract: async () => {
          throw new BaseError('refused', { cause: refused })
        },
        waitForTransactionReceipt: async () => receipt as never,
      },
    }),
  )
  expect(seen.at(-1)).toEqual({ at: 'refused', reason: 'Settlement runs already.' })
  expect(seen.some((stage) => stage.at === 'sent')).toBe(false)
})

test('a document that could not be stored is said, with the transaction that stands', async () => {
  const seen = await stages(deps(), async () => {
    throw new Error('the marketplace does not answer')
  })
  expect(seen.at(-1)).toEqual({ at: 'refused', reason: 'the marketplace does not answer', hash })
})

test('an error of the settlement contract is read although the community was called', () => {
  expect(
    energyCommunityAbi.some((item) => item.type === 'error' && (item.name as string) === 'SettlementNotRunning'),
  ).toBe(false)
  expect(houseErrors.some((item) => item.type === 'error' && item.name === 'SettlementNotRunning')).toBe(true)
})
