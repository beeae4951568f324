import { expect, test } from 'vitest'
import { sayableOf } from './failure.ts'

test('a wallet without ether is told so, and how it gets some', () => {
  const cause = new Error('Out of gas: gas required exceeds allowance: 0')
  const { code, message } = sayableOf(new Error('Execution reverted.', { cause }))
  expect([code, message]).toEqual([
    'ERR_NO_ETHER',
    'The wallet that sends this transaction has no ether to pay for it: send it some (on a development chain: opem development ether --to ADDRESS), then say it again.',
  ])
})

test('a node without old states is told from an error of ours', () => {
  const cause = new Error('BlockOutOfRangeError: block height is 200 but requested was 150')
  expect(sayableOf(new Error('Invalid parameters were provided to the RPC method.', { cause })).code).toBe(
    'ERR_OLD_STATE',
  )
})
