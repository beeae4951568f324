import { hashTypedData, keccak256 } from 'viem'
import { expect, test } from 'vitest'
import { type Agreement, agreementId, agreementTypedData, extensionTypedData, paymentId } from './agreement.ts'
import { listingApproval } from './listing-approval.ts'
import { voucherTypedData } from './voucher.ts'

const keccak = (bytes: Uint8Array) => keccak256(bytes, 'bytes')
const word = (digit: string) => `0x${digit.repeat(64)}` as const
const address = (digit: string) => `0x${digit.repeat(40)}` as const

const AGREEMENT: Agreement = {
  listing: word('1'),
  version: 2,
  provider: address('a'),
  consumer: address('b'),
  terms: word('3'),
  plan: 2,
  price: 9_900_000n,
  interval: 2_592_000,
  feeBps: 250,
  start: 1_704_067_200,
  end: 1_735_689_600,
  notice: 2_592_000,
  salt: 7n,
  deadline: 1_704_153_600n,
}

test('an agreement has the id that the chain gives it', () => {
  expect(agreementId(keccak, AGREEMENT)).toBe('0x641de8a1a7b6dd2b642dfdb8e780b96abe155d1aad1011b1551f2e15cbfa4ed5')
})

test('its first and second payment are told apart', () => {
  expect(paymentId(keccak, word('1'), 0)).toBe('0x5c75bb376affa44a4f06c8a768453c2f7945122a65eb322a0dd3cc2edcbd6f0a')
  expect(paymentId(keccak, word('1'), 1)).toBe('0x7deb3b60ec0f1bf56dbdd0ffedbadafddeaa08947884ff0f215ce93ee1826102')
})

test('numbers that do not fit their fields have no id', () => {
  expect(() => agreementId(keccak, { ...AGREEMENT, end: 2 ** 40 })).toThrow('ERR_RANGE')
  expect(() => agreementId(keccak, { ...AGREEMENT, price: -1n })).toThrow('ERR_RANGE')
  expect(() => agreementId(keccak, { ...AGREEMENT, terms: '0x12' })).toThrow('ERR_HEX')
})

test('what parties and operators sign is of one chain and one contract', () => {
  const onChain = { chainId: 31_337, agreements: address('c') }
  expect(hashTypedData(agreementTypedData({ ...onChain, agreement: AGREEMENT }))).toBe(
    '0x1c150f2f58cef9b200b1192778e05258000cb04c1c70b0e38ddbab6122c925ac',
  )
  const extension = { agreement: word('4'), end: 1_767_225_600, deadline: 1_704_153_600n }
  expect(hashTypedData(extensionTypedData({ ...onChain, extension }))).toBe(
    '0x404f6838a1f06dacc2e0d49b06bc643dffa9d8f3823f986a8318fd823f37c05c',
  )
  const voucher = { agreement: word('4'), cumulative: 12_500_000n }
  expect(hashTypedData(voucherTypedData({ chainId: 31_337, escrow: address('c'), voucher }))).toBe(
    '0x51adc519dd20af2d7122c18d30be5758db7379fcea1f03b177dcc339a1e9103d',
  )
  const approval = { listing: word('1'), provider: address('a'), kind: 1, version: 1, content: word('5') }
  const signed = { ...approval, providerContract: word('6'), deadline: 1_704_153_600n }
  expect(hashTypedData(listingApproval({ chainId: 31_337, listings: address('c'), approval: signed }))).toBe(
    '0x191a1902a5b958bff1c1a7e95cb05f1945ae8c63686ed9a9595a5c7b32e4bf16',
  )
})
