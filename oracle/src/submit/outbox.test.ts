import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Address, Hex } from 'viem'
import { afterAll, expect, test } from 'vitest'
import { openState } from '../state/open-state.ts'
import { openBatches } from '../watch/batches.ts'
import { openOutbox } from './outbox.ts'

const dir = mkdtempSync(join(tmpdir(), 'opem-outbox-'))
afterAll(() => rmSync(dir, { recursive: true }))

const COMMUNITY: Address = `0x${'c0'.repeat(20)}`
const entry = {
  kind: 'settle',
  community: COMMUNITY,
  sequence: 2n ** 70n,
  deadline: 1_433_131_200,
  accountNonce: 7,
  hash: `0x${'11'.repeat(32)}`,
  raw: '0x02f8',
} as const

test('what was signed is there after the process is gone, until the chain shows what became of it', () => {
  const first = openState(dir, 'chain 1')
  openOutbox(first).add(entry)
  first.close()

  const second = openState(dir, 'chain 1')
  const outbox = openOutbox(second)
  expect(outbox.open()).toMatchObject([entry])
  expect([outbox.count(), outbox.highestNonce(), outbox.holds(COMMUNITY)]).toEqual([1, 7, true])
  outbox.close(outbox.open()[0]!, 'dropped', 'somebody else settled first')
  expect([outbox.count(), outbox.highestNonce(), outbox.holds(COMMUNITY)]).toEqual([0, -1, false])
  second.close()
})

test('nobody else may look into the folder', () => {
  expect(statSync(dir).mode & 0o777).toBe(0o700)
})

test('state about other contracts is dropped', () => {
  const one = openState(dir, 'chain 1')
  openOutbox(one).add(entry)
  one.close()
  const other = openState(dir, 'chain 2')
  expect(openOutbox(other).count()).toBe(0)
  other.close()
})

test('a batch that fell stands again with its next revision, and still owes another look', () => {
  const db = openState(dir, 'chain 3')
  const batches = openBatches(db)
  const root = (byte: string): Hex => `0x${byte.repeat(32)}`
  const batch = {
    community: COMMUNITY,
    start: 3600,
    end: 7200,
    periods: 1,
    revision: 0,
    rules: 1,
    settledAt: 10_000,
    signers: 2n ** 255n,
    root: root('aa'),
    totalsHash: root('bb'),
  }
  batches.put(batch)
  batches.paid(batch)
  expect(batches.get(COMMUNITY, 3600)).toEqual(batch)
  expect(batches.containing(COMMUNITY, 7199)).toEqual(batch)
  expect(batches.containing(COMMUNITY, 7200)).toBeUndefined()
  expect([batches.owed(COMMUNITY, 9), batches.nextDirty(COMMUNITY)]).toEqual([[], undefined])

  batches.put({ ...batch, root: root('00'), totalsHash: root('00'), signers: 0n })
  expect(batches.nextDirty(COMMUNITY)).toMatchObject({ root: root('00') })
  expect(batches.owed(COMMUNITY, 9)).toEqual([])

  batches.put({ ...batch, revision: 1, root: root('cc') })
  expect(batches.owed(COMMUNITY, 9)).toMatchObject([{ revision: 1 }])
  expect(batches.nextDirty(COMMUNITY)).toMatchObject({ revision: 1 })
  db.close()
})
