import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Hex, keccak256 } from 'viem'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { endProcess, leftBehind } from './child.ts'
import { account, type ChainProcess, freePort, rpc, startChainProcess, transfer } from './testing.ts'

let dir: string
let port: number
let anvilPort: number
let chain: ChainProcess

const start = async (development = false) => {
  chain = startChainProcess({ dir, port, anvilPort, development })
  await chain.ready()
}
const anvils = () => leftBehind((argv) => argv.some((arg) => arg.startsWith(dir)) && argv[0]!.endsWith('anvil'))
const block = (number: number | 'latest') =>
  rpc<{ hash: Hex; number: Hex; timestamp: Hex; transactions: Hex[] }>(
    chain.url,
    'eth_getBlockByNumber',
    number === 'latest' ? number : `0x${number.toString(16)}`,
    false,
  )

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'opem-chain-'))
  port = await freePort()
  anvilPort = await freePort()
  await start()
})
afterEach(async () => {
  await chain.stop('SIGKILL')
  for (const pid of await anvils()) await endProcess(pid, 'SIGKILL', 0)
  await rm(dir, { recursive: true, force: true })
})

/** Asks until answered, like an outbox: again after a broken connection and whenever the door says `retryable`. */
async function stubbornly<T>(ask: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await ask()
    } catch (error) {
      const { code, data } = error as { code?: unknown; data?: { retryable?: boolean } }
      if (typeof code === 'number' && !data?.retryable) throw error
      await sleep(10)
    }
  }
}

test('kill -9 of engine, door and both in mid-stream loses no acknowledged transaction and repeats none', async () => {
  const senders = Array.from({ length: 8 }, (_, i) => account(i))
  const each = 60
  const acknowledged: Hex[] = []
  const hashes = new Map<number, Hex>()
  const streams = senders.map(async (from) => {
    for (let nonce = 0; nonce < each; nonce++) {
      const raw = await transfer(from, nonce)
      const hash = await stubbornly(() => rpc<Hex>(chain.url, 'eth_sendRawTransaction', raw))
      expect(hash).toBe(keccak256(raw))
      acknowledged.push(hash)
    }
  })
  const acknowledgedMore = async (than: number) => {
    while (acknowledged.length < than) await sleep(2)
  }
  const restarts: string[] = []
  const note = async () => {
    const latest = await stubbornly(() => block('latest'))
    hashes.set(Number(latest.number), latest.hash)
  }
  const killings: (() => Promise<void>)[] = [
    async () => {
      for (const pid of await anvils()) process.kill(pid, 'SIGKILL')
    },
    async () => {
      await chain.stop('SIGKILL')
    },
    async () => {
      for (const pid of await anvils()) process.kill(pid, 'SIGKILL')
      await chain.stop('SIGKILL')
    },
  ]
  for (const [i, kill] of killings.entries()) {
    await acknowledgedMore((i + 1) * 100)
    await note()
    const from = performance.now()
    await kill()
    if (chain.process.exitCode !== null || chain.process.signalCode !== null) await start()
    else await acknowledgedMore(acknowledged.length + 1)
    restarts.push(`${Math.round(performance.now() - from)} ms`)
  }
  await Promise.all(streams)
  console.log(`back after kill -9 of engine, door, both: ${restarts.join(', ')}`)

  expect(new Set(acknowledged).size).toBe(senders.length * each)
  for (const from of senders)
    expect(Number(await rpc(chain.url, 'eth_getTransactionCount', from.address, 'latest'))).toBe(each)
  const mined: Hex[] = []
  for (let n = Number((await block('latest')).number); n > 0; n--) {
    const { transactions, hash } = await block(n)
    mined.push(...transactions)
    if (hashes.has(n)) expect(hash).toBe(hashes.get(n))
  }
  expect(mined.sort()).toEqual([...acknowledged].sort())
})

test('a clean end and a start again give the same blocks, receipts and logs, and keep what waits for an earlier nonce', async () => {
  // Init code of a contract that logs its call data and returns nothing.
  const code: Hex = '0x600b600c600039600b6000f3366000600037366000a000'
  const deploy = await account(0).signTransaction({
    chainId: 31337,
    type: 'eip1559',
    nonce: 0,
    gas: 500_000n,
    maxFeePerGas: 10n ** 10n,
    data: code,
  })
  const deployed = await rpc<Hex>(chain.url, 'eth_sendRawTransaction', deploy)
  const { contractAddress } = await rpc<{ contractAddress: Hex }>(chain.url, 'eth_getTransactionReceipt', deployed)
  const call = await account(0).signTransaction({
    chainId: 31337,
    type: 'eip1559',
    nonce: 1,
    gas: 100_000n,
    maxFeePerGas: 10n ** 10n,
    to: contractAddress,
    data: '0xc0ffee',
  })
  await rpc(chain.url, 'eth_sendRawTransaction', call)
  await rpc(chain.url, 'eth_sendRawTransaction', await transfer(account(1), 1))
  const logs = await rpc<{ data: Hex }[]>(chain.url, 'eth_getLogs', { fromBlock: '0x0', toBlock: 'latest' })
  expect(logs.map(({ data }) => data)).toEqual(['0xc0ffee'])
  const before = await block('latest')
  const genesis = await block(0)

  expect(await chain.stop('SIGTERM')).toBe(0)
  expect(await anvils()).toEqual([])
  await start()

  expect(await block('latest')).toEqual(before)
  expect(await block(0)).toEqual(genesis)
  expect(await rpc(chain.url, 'eth_getLogs', { fromBlock: '0x0', toBlock: 'latest' })).toEqual(logs)
  expect(Number(await rpc(chain.url, 'eth_getTransactionCount', account(1).address, 'latest'))).toBe(0)
  await rpc(chain.url, 'eth_sendRawTransaction', await transfer(account(1), 0))
  expect(Number(await rpc(chain.url, 'eth_getTransactionCount', account(1).address, 'latest'))).toBe(2)
})

test('refuses what would pass by the journal, answers batches, and calls see the present time', async () => {
  for (const method of [
    'eth_sendTransaction',
    'eth_sign',
    'evm_mine',
    'anvil_setBalance',
    'hardhat_reset',
    'evm_revert',
    'anvil_loadState',
  ]) {
    await expect(rpc(chain.url, method, {})).rejects.toMatchObject({
      code: -32601,
      data: { code: 'ERR_CHAIN_METHOD_REFUSED' },
    })
  }
  const answer = await fetch(chain.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify([
      { jsonrpc: '2.0', id: 'a', method: 'eth_chainId' },
      { jsonrpc: '2.0', id: 'b', method: 'eth_sendRawTransaction', params: [await transfer(account(0), 0)] },
      { jsonrpc: '2.0', id: 'c', method: 'eth_sendRawTransaction', params: ['0xzz'] },
    ]),
  })
  expect(await answer.json()).toMatchObject([
    { id: 'a', result: '0x7a69' },
    { id: 'b', result: expect.stringMatching(/^0x[0-9a-f]{64}$/) },
    { id: 'c', error: { code: -32602 } },
  ])
  await expect(rpc(chain.url, 'eth_sendRawTransaction', await transfer(account(0), 0, '0x01'))).rejects.toThrow(
    'nonce too low',
  )
  const timestamp = '0x4260005260206000f3' // returns block.timestamp
  const genesis = Number((await block(0)).timestamp)
  while (Math.floor(Date.now() / 1000) < genesis + 2) await sleep(50)
  expect(Number(await rpc(chain.url, 'eth_call', { data: timestamp }, 'latest'))).toBeGreaterThanOrEqual(genesis + 2)
})

test('development calls are opened by a setting, journaled, and survive a kill', async () => {
  await chain.stop('SIGKILL')
  await start(true)
  const rich = '0x00000000000000000000000000000000000000bb'
  await rpc(chain.url, 'anvil_setBalance', rich, '0x1234')
  await rpc(chain.url, 'evm_increaseTime', 86_400)
  await rpc(chain.url, 'evm_mine')
  const ahead = await block('latest')
  expect(Number(ahead.timestamp)).toBeGreaterThan(Date.now() / 1000 + 86_000)
  await expect(rpc(chain.url, 'evm_revert', '0x0')).rejects.toMatchObject({ code: -32601 })
  await chain.stop('SIGKILL')
  await start(true)
  expect(await block('latest')).toEqual(ahead)
  expect(await rpc(chain.url, 'eth_getBalance', rich, 'latest')).toBe('0x1234')
})

test('a taken engine port and a folder in use end the process with a sentence that says what to do', async () => {
  const second = startChainProcess({ dir, port: await freePort(), anvilPort: await freePort() })
  await expect(second.ready()).rejects.toThrow(`another process keeps the chain in ${dir}`)
  const third = startChainProcess({ dir: `${dir}-other`, port: await freePort(), anvilPort })
  await expect(third.ready()).rejects.toThrow(`port ${anvilPort} (OPEM_ANVIL_PORT) is taken by another program`)
  await rm(`${dir}-other`, { recursive: true, force: true })
})
