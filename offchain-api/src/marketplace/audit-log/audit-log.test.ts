import { afterAll, beforeAll, expect, test } from 'vitest'
import { createOperationalStore, type OperationalStore } from '../../operational/store.ts'
import { type Running, startPostgres, temporaryFolder } from '../../testing/harness.ts'
import { noteAction } from './note.ts'
import { findEntries, verifyAuditLog } from './read.ts'

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let postgres: Running
let store: OperationalStore

beforeAll(async () => {
  folder = await temporaryFolder()
  postgres = await startPostgres({ dir: `${folder.path}/postgres` })
  store = createOperationalStore({ url: postgres.url })
  await store.migrate()
})
afterAll(async () => {
  await store?.close()
  await postgres?.stop()
  await folder?.remove()
})

const ACCOUNT = `0x${'11'.repeat(32)}` as const
const BY = 'did:ethr:0x7a69:0x0000000000000000000000000000000000000001'
const note = (listing: string, at = 1_800_000_000) =>
  store.transaction((rows) =>
    noteAction(
      rows,
      { by: BY, account: ACCOUNT, action: 'listing.approved', about: { listing }, detail: { version: 1 } },
      at,
    ),
  )

test('an entry is canonical JSON, and its hash covers the hash before it', async () => {
  await note('0xa')
  await note('0xb')
  const [second, first] = await findEntries(store, {
    ...{ account: ACCOUNT, action: undefined, about: undefined, before: undefined, limit: 10 },
  })
  expect(first).toEqual({
    number: 1,
    entry:
      '{"about":{"listing":"0xa"},"account":"0x1111111111111111111111111111111111111111111111111111111111111111","action":"listing.approved","at":1800000000,"by":"did:ethr:0x7a69:0x0000000000000000000000000000000000000001","detail":{"version":1}}',
    previous: '0x0000000000000000000000000000000000000000000000000000000000000000',
    hash: '0x132da917e1ad4eebb7913497e8431ca624e110a85b609de774bbe41be8329f61',
  })
  expect(second?.previous).toBe(first?.hash)
})

test('entries are found by what they are about', async () => {
  const found = await findEntries(store, {
    ...{ account: undefined, action: 'listing.approved', about: { listing: '0xb' }, before: undefined, limit: 10 },
  })
  expect(found.map(({ number }) => number)).toEqual([2])
})

test('what was rolled back is not in the log, and leaves no gap', async () => {
  const failed = store.transaction(async (rows) => {
    await noteAction(rows, { by: BY, account: null, action: 'listing.rejected', about: { listing: '0xc' } })
    throw new Error('the caller failed')
  })
  await expect(failed).rejects.toThrow('the caller failed')
  await note('0xd')
  expect(await verifyAuditLog(store)).toMatchObject({ whole: true, entries: 3 })
})

test('forty transactions at once are forty entries in one unbroken chain', async () => {
  await Promise.all(Array.from({ length: 40 }, (_, index) => note(`0x${index}`)))
  expect(await verifyAuditLog(store, { chunk: 7 })).toMatchObject({ whole: true, entries: 43 })
  expect(await store.rows('SELECT 1 FROM market_audit_notes')).toEqual([])
})

for (const [what, sql] of [
  ['changed', `UPDATE market_audit_log SET entry = '{}' WHERE number = 1`],
  ['deleted', 'DELETE FROM market_audit_log WHERE number = 1'],
  ['emptied', 'TRUNCATE market_audit_log'],
] as const)
  test(`the log is not ${what}: the store refuses`, async () => {
    await expect(store.rows(sql)).rejects.toMatchObject({ code: 'ERR_STORE', details: { sqlState: 'OP001' } })
  })

const behindTheTrigger = async (sql: string) => {
  await store.transaction(async (rows) => {
    await rows('ALTER TABLE market_audit_log DISABLE TRIGGER ALL')
    await rows(sql)
    await rows('ALTER TABLE market_audit_log ENABLE TRIGGER ALL')
  })
}

test('a reader finds an entry that was changed behind the trigger', async () => {
  await behindTheTrigger(`UPDATE market_audit_log SET entry = replace(entry, 'approved', 'rejected') WHERE number = 2`)
  expect(await verifyAuditLog(store)).toEqual({
    ...{ whole: false, entries: 1, brokenAt: 2, why: 'entry 2 is not what was written' },
  })
  await behindTheTrigger(`UPDATE market_audit_log SET entry = replace(entry, 'rejected', 'approved') WHERE number = 2`)
  expect((await verifyAuditLog(store)).whole).toBe(true)
})

test('a reader finds an entry that was taken out, and one whose hash was made anew', async () => {
  await behindTheTrigger(
    `UPDATE market_audit_log SET entry = '{}', hash = '0x' || encode(sha256(convert_to(previous || '{}', 'UTF8')), 'hex') WHERE number = 3`,
  )
  expect(await verifyAuditLog(store)).toMatchObject({ brokenAt: 4, why: 'entry 4 does not follow the entry before it' })
  await behindTheTrigger('DELETE FROM market_audit_log WHERE number = 3')
  expect(await verifyAuditLog(store)).toMatchObject({ brokenAt: 4, why: 'entry 3 is missing' })
})
