import { agreementRegistryAbi } from '@opem/contracts'
import { encodeFunctionData } from 'viem'
import { expect, test } from 'vitest'
import { firstBroken } from './check-entries.ts'
import { callInWords, stateOf } from './operations.ts'

// As `printf '%s' PREVIOUS ENTRY | sha256sum` says.
const first = {
  number: 1,
  entry:
    '{"about":{"listing":"0xa"},"account":"0x1111111111111111111111111111111111111111111111111111111111111111","action":"listing.approved","at":1800000000,"by":"did:ethr:0x7a69:0x0000000000000000000000000000000000000001","detail":{"version":1}}',
  previous: '0x0000000000000000000000000000000000000000000000000000000000000000',
  hash: '0x132da917e1ad4eebb7913497e8431ca624e110a85b609de774bbe41be8329f61',
} as const

test('entries are checked in the page, by their own hashes', () => {
  expect(firstBroken([first])).toBeUndefined()
  expect(firstBroken([{ ...first, entry: first.entry.replace('approved', 'rejected') }])).toBe(1)
  const second = { ...first, number: 2, previous: first.hash }
  expect(firstBroken([second, first])).toBe(2)
})

test('a scheduled operation waits for its time, can be carried out for a week, and then expires', () => {
  const operation = { schedule: 1000, ended: undefined } as const
  expect(stateOf(operation, 999, 604_800)).toBe('waiting')
  expect(stateOf(operation, 1000, 604_800)).toBe('ready')
  expect(stateOf(operation, 605_800, 604_800)).toBe('expired')
  expect(stateOf({ ...operation, ended: 'executed' }, 2000, 604_800)).toBe('executed')
})

test('what a scheduled call does is said in words', () => {
  const data = encodeFunctionData({ abi: agreementRegistryAbi, functionName: 'setFee', args: [300] })
  expect(callInWords(data)).toBe('setFee(300)')
  expect(callInWords('0x12345678')).toBe('0x12345678')
})
