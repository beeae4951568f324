import { join } from 'node:path'
import type { Hex } from '@opem/domain'
import {
  createPublicClient,
  createTestClient,
  createWalletClient,
  http,
  type PrivateKeyAccount,
  parseEther,
  parseGwei,
} from 'viem'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import { foundry } from 'viem/chains'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { createOperationalStore, type OperationalStore } from '../operational/store.ts'
import { type Running, startAnvil, startPostgres, temporaryFolder } from '../testing/harness.ts'
import { type Call, callTable } from './call-table.ts'
import { createOutbox, type Fate } from './outbox.ts'

interface Say {
  readonly kind: 'say' | 'refuse'
  readonly words: Hex
}
type Stored = Call<Say> & { readonly about: string }

const LISTENER: Hex = '0x00000000000000000000000000000000000000a1'
const REFUSER: Hex = '0x00000000000000000000000000000000000000a2'
const table = callTable<Say, { readonly about: string }>('said')

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let postgres: Running
let anvil: Running
let store: OperationalStore
let one: PrivateKeyAccount
let other: PrivateKeyAccount
let reached: boolean
let fates: [string, Fate][]

beforeAll(async () => {
  folder = await temporaryFolder()
  ;[postgres, anvil] = await Promise.all([startPostgres({ dir: join(folder.path, 'postgres') }), startAnvil()])
  store = createOperationalStore({ url: postgres.url })
  await store.rows(`CREATE TABLE said (id bigserial PRIMARY KEY, kind text, about text, call jsonb, why text,
    state text DEFAULT 'wanted', account_nonce bigint, hash text, raw text)`)
  await chain().setCode({ address: LISTENER, bytecode: '0x00' }) // STOP
  await chain().setCode({ address: REFUSER, bytecode: '0x60006000fd' }) // revert
})
afterAll(async () => {
  await store?.close()
  await Promise.all([postgres?.stop(), anvil?.stop()])
  await folder?.remove()
})
beforeEach(async () => {
  await store.rows('TRUNCATE said RESTART IDENTITY')
  await chain().setAutomine(true)
  ;[one, other] = [privateKeyToAccount(generatePrivateKey()), privateKeyToAccount(generatePrivateKey())]
  for (const { address } of [one, other]) await chain().setBalance({ address, value: parseEther('1') })
  reached = false
  fates = []
})

const chain = () => createTestClient({ mode: 'anvil', chain: foundry, transport: http(anvil.url) })
const client = () => createPublicClient({ chain: foundry, transport: http(anvil.url, { retryCount: 0 }) })
const want = (about: string, { kind = 'say', words = '0x01' }: Partial<Say> = {}) =>
  store.rows('INSERT INTO said (about, kind, call) VALUES ($1, $2, $3)', [about, kind, JSON.stringify({ words })])
const outbox = (signerOf: (call: Stored) => Promise<PrivateKeyAccount | undefined> = async () => one) =>
  createOutbox<Stored>({
    ...{ store, table, lock: 1, signerOf },
    registry: async () => ({
      client: client(),
      chainId: foundry.id,
      encode: ({ call }) => ({ to: call.kind === 'say' ? LISTENER : REFUSER, data: call.words }),
      isReached: async () => reached,
      refusalOf: (cause) => (/revert/i.test(String(cause)) ? 'it says no' : undefined),
    }),
    closed: async (_rows, { about }, fate) => void fates.push([about, fate]),
  })
const stands = () =>
  store.rows<{ about: string; state: string; nonce: number | null; hash: Hex; raw: Hex }>(
    'SELECT about, state, account_nonce::integer AS nonce, hash, raw FROM said ORDER BY id',
  )
const states = async () => (await stands()).map(({ state }) => state)
const spent = ({ address }: PrivateKeyAccount) => client().getTransactionCount({ address })

test('what is wanted is told in the order in which it was written down, and each end is followed once', async () => {
  await want('a')
  await want('b')
  const { flush } = outbox()
  await flush()
  await flush()
  expect(await stands()).toMatchObject([
    { about: 'a', state: 'done', nonce: 0, raw: null },
    { about: 'b', state: 'done', nonce: 1, raw: null },
  ])
  expect(fates).toEqual([
    ['a', { status: 'done' }],
    ['b', { status: 'done' }],
  ])
  expect(await spent(one)).toBe(2)
})

test('after a kill the same bytes are sent again', async () => {
  await chain().setAutomine(false)
  await want('a')
  await outbox().flush()
  const [before] = await stands()
  expect(before).toMatchObject({ state: 'signed', nonce: 0 })
  await chain().request({ method: 'anvil_dropAllTransactions' } as never)

  const next = outbox()
  await next.flush()
  expect((await stands())[0]!.raw).toBe(before!.raw)
  await chain().mine({ blocks: 1 })
  await next.flush()
  expect(await stands()).toMatchObject([{ state: 'done', hash: before!.hash }])
  expect(await spent(one)).toBe(1)
})

test('after a kill the next call takes the nonce behind those that are under way', async () => {
  await chain().setAutomine(false)
  await want('a')
  await outbox().flush()
  await want('b')
  await outbox().flush()
  expect((await stands()).map(({ nonce }) => nonce)).toEqual([0, 1])
})

test('what the contract refuses is dropped with its reason, and holds up no other', async () => {
  await want('a', { kind: 'refuse' })
  await want('b')
  await outbox().flush()
  expect(await states()).toEqual(['dropped', 'done'])
  expect(fates).toEqual([
    ['a', { status: 'dropped', why: 'it says no' }],
    ['b', { status: 'done' }],
  ])
  expect((await table.read(store.rows, 1))?.why).toBe('it says no')
})

test('what the chain says already counts as done, although the contract refuses to hear it again', async () => {
  reached = true
  await want('a', { kind: 'refuse' })
  await outbox().flush()
  expect(fates).toEqual([['a', { status: 'done' }]])
  expect(await spent(one)).toBe(0)
})

test('a call whose nonce something else used is signed anew', async () => {
  await chain().setAutomine(false)
  await want('a')
  const { flush } = outbox()
  await flush()
  await chain().request({ method: 'anvil_dropAllTransactions' } as never)
  const wallet = createWalletClient({ account: one, chain: foundry, transport: http(anvil.url) })
  await wallet.sendTransaction({ to: LISTENER, nonce: 0, maxFeePerGas: parseGwei('9'), maxPriorityFeePerGas: 1n })
  await chain().mine({ blocks: 1 })
  await flush()
  expect(await stands()).toMatchObject([{ state: 'wanted', nonce: null, raw: null }])

  await chain().setAutomine(true)
  await flush()
  expect(await stands()).toMatchObject([{ state: 'done', nonce: 1 }])
})

test('a call without a key waits, and the others go on', async () => {
  await want('a')
  await want('b')
  await outbox(async ({ about }) => (about === 'a' ? undefined : one)).flush()
  expect(await states()).toEqual(['wanted', 'done'])
  await outbox().flush()
  expect(await states()).toEqual(['done', 'done'])
})

test('each key has nonces of its own', async () => {
  for (const about of ['a', 'b', 'c']) await want(about)
  await outbox(async ({ about }) => (about === 'b' ? other : one)).flush()
  expect((await stands()).map(({ nonce }) => nonce)).toEqual([0, 0, 1])
  expect([await spent(one), await spent(other)]).toEqual([2, 1])
})

test('two processes tell it once', async () => {
  for (const about of ['a', 'b', 'c']) await want(about)
  // By two keys: transactions of one key with the same nonces would be the same.
  await Promise.all([outbox().flush(), outbox(async () => other).flush()])
  expect((await spent(one)) + (await spent(other))).toBe(3)
  expect(fates.map(([about]) => about).sort()).toEqual(['a', 'b', 'c'])
})
