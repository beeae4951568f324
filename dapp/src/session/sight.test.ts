import { expect, test } from 'vitest'
import { sightOf } from './sight.ts'

const ANA = { did: 'did:ethr:0x7a69:0x70997970c51812dc3a010c7d01b50e0d17dc79c8' }
const member = (id: string, account: string) => ({
  id: id as `0x${string}`,
  name: '',
  account: account as `0x${string}`,
  meters: [],
})
const ana = member('0xaa', '0x70997970c51812dc3a010c7d01b50e0d17dc79c8')
const bo = member('0xbb', '0x3c44cdddb6a900fa2b585dd299e03d12fa4293bc')

test('who is shown others may read all balances', () => {
  expect(sightOf({ members: [ana, bo] }, ANA)).toEqual({ of: 'all' })
})

test('who is shown only themselves reads their own', () => {
  expect(sightOf({ members: [ana] }, ANA)).toEqual({ of: 'member', member: '0xaa' })
})

test('who is shown nobody reads nothing', () => {
  expect(sightOf({ members: [] }, ANA)).toEqual({ of: 'nobody' })
})
