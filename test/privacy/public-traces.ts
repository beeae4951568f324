import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Instance } from '../instance.ts'

/** Something that others may read: a log, or what a transaction or an event holds on chain. */
export interface Trace {
  readonly place: string
  readonly bytes: Buffer
}

/** Every log file, and what the supervisor said. */
export const logTraces = ({ home, output }: Pick<Instance, 'home' | 'output'>): Trace[] => [
  { place: 'the output of opem up', bytes: Buffer.from(output()) },
  ...readdirSync(join(home, 'logs')).map((name) => ({
    place: `logs/${name}`,
    bytes: readFileSync(join(home, 'logs', name)),
  })),
]

interface Block {
  readonly transactions: readonly { readonly hash: string; readonly input: string }[]
}
interface Event {
  readonly transactionHash: string
  readonly logIndex: string
  readonly data: string
  readonly topics: readonly string[]
}

/** The calldata of every transaction, and topics and data of every event, of all blocks. */
export async function chainTraces(url: string): Promise<Trace[]> {
  const height = Number(await rpc<string>(url, 'eth_blockNumber'))
  const traces: Trace[] = []
  for (let from = 0; from <= height; from += AT_ONCE) {
    const numbers = Array.from({ length: Math.min(AT_ONCE, height - from + 1) }, (_, index) => from + index)
    const blocks = await Promise.all(
      numbers.map((number) => rpc<Block>(url, 'eth_getBlockByNumber', `0x${number.toString(16)}`, true)),
    )
    for (const { hash, input } of blocks.flatMap(({ transactions }) => transactions))
      traces.push({ place: `calldata of ${hash}`, bytes: bytesOf(input) })
  }
  const span = { fromBlock: '0x0', toBlock: `0x${height.toString(16)}` }
  for (const { transactionHash, logIndex, data, topics } of await rpc<Event[]>(url, 'eth_getLogs', span))
    traces.push({
      place: `event ${Number(logIndex)} of ${transactionHash}`,
      bytes: Buffer.concat([...topics, data].map(bytesOf)),
    })
  return traces
}

const AT_ONCE = 25
const bytesOf = (hex: string) => Buffer.from(hex.slice(2), 'hex')

async function rpc<T>(url: string, method: string, ...params: unknown[]): Promise<T> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
  })
  const { result, error } = (await response.json()) as { result?: T; error?: unknown }
  if (result === undefined || result === null) throw new Error(`${method}: ${JSON.stringify(error)}`)
  return result
}
