import * as contracts from '@opem/contracts'
import { sentenceOf, sentences } from '@opem/domain'
import { BaseError, HttpRequestError } from 'viem'
import { expect, test } from 'vitest'
import { houseErrors, refusalOf } from './revert.ts'

type Item = { type: string; name?: string; inputs?: readonly { type: string }[] }
/** The registry's ABI is not ours and the page never writes to it. */
const errors = Object.entries(contracts)
  .filter(([name, abi]) => name.endsWith('Abi') && name !== 'ethereumDidRegistryAbi' && Array.isArray(abi))
  .flatMap(([, abi]) => abi as unknown as readonly Item[])
  .filter((item) => item.type === 'error')

test('every custom error of every contract has its sentence', () => {
  expect(errors.length).toBeGreaterThan(40)
  expect(errors.map((error) => error.name!).filter((name) => sentences[name] === undefined)).toEqual([])
})

test('an error of any of our contracts is read, whichever of them was called', () => {
  const read = new Set(houseErrors.map((item) => (item.type === 'error' ? item.name : undefined)))
  expect(errors.map((error) => error.name!).filter((name) => !read.has(name))).toEqual([])
})

test('no sentence speaks of an argument that its error does not carry', () => {
  const wrong = errors.filter((error) =>
    [...(sentences[error.name!] ?? '').matchAll(/\{(\d)/g)].some(
      (place) => Number(place[1]) >= (error.inputs ?? []).length,
    ),
  )
  expect(wrong.map((error) => error.name)).toEqual([])
})

test('arguments are filled in, times as times', () => {
  expect(sentenceOf('CommunityInThePast', [1_433_131_200n, 1_433_134_800n])).toBe(
    'The time 2015-06-01 04:00:00Z is too early: the earliest possible is 2015-06-01 05:00:00Z.',
  )
  expect(sentenceOf('CommunityMemberLeft', ['0xab', 18_446_744_073_709_551_615n])).toBe(
    'The member 0xab left the community at never.',
  )
  expect(sentenceOf('SomethingNew', [1n])).toBe('The contract refused: SomethingNew(1).')
  expect(sentenceOf('EscrowBalanceTooLow', ['0xab', 12_500_000n, 1n])).toBe(
    'There are 0.000001 EUR in the purse of 0xab; 12.50 EUR are needed.',
  )
  expect(sentenceOf('PartyNotActive', ['0xab', 2, 3, 8])).toBe(
    'The account of 0xab is not active as service-user: register it, or ask the operator.',
  )
  expect(sentenceOf('ListingInState', ['0xab', 3])).toBe('The listing is suspended: this is not possible now.')
})

test('a chain that does not answer is said in a sentence, however deep the library wrapped it', () => {
  const cause = new HttpRequestError({ url: 'http://127.0.0.1:8400/chain' })
  expect(refusalOf(new BaseError('An unknown error occurred while executing the contract function.', { cause }))).toBe(
    'The chain does not answer at the moment. Try again in a few seconds.',
  )
})

test('of a library’s error for its authors people read the first sentence alone', () => {
  const told = Object.assign(new Error('Connector not connected.\n\nVersion: @wagmi/core@3'), {
    shortMessage: 'Connector not connected.',
  })
  expect(refusalOf(told)).toBe('Connector not connected.')
})
