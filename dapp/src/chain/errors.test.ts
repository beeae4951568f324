import * as contracts from '@opem/contracts'
import { expect, test } from 'vitest'
import { sentenceOf, sentences } from './errors.ts'

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
})
