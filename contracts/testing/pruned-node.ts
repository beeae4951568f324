import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

interface Call {
  readonly id: unknown
  readonly method: string
  readonly params?: readonly unknown[]
}
/** Where in its parameters a question of state names its block. */
const BLOCK_OF: Readonly<Record<string, number>> = {
  eth_call: 1,
  eth_getCode: 1,
  eth_getBalance: 1,
  eth_getStorageAt: 2,
}

/**
 * A node in front of another one that keeps the states of no block before the newest, as full nodes that prune do: every
 * question of an older state is refused in geth's words; blocks, transactions and events are all there.
 */
export async function startPrunedNode(url: string): Promise<{ readonly url: string; close(): Promise<void> }> {
  const ask = async (body: unknown) => {
    const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
    return (await (await fetch(url, init)).json()) as { result?: unknown }
  }
  const answer = async (call: Call): Promise<unknown> => {
    const block = call.params?.[BLOCK_OF[call.method] ?? -1]
    if (typeof block === 'string' && block.startsWith('0x')) {
      const { result } = await ask({ jsonrpc: '2.0', id: 1, method: 'eth_blockNumber', params: [] })
      if (BigInt(block) < BigInt(String(result)))
        return {
          jsonrpc: '2.0',
          id: call.id,
          error: { code: -32_000, message: 'missing trie node 0b (path ) state is not available' },
        }
    }
    return ask(call)
  }
  const server = createServer(async (request, response) => {
    const parts: Buffer[] = []
    for await (const part of request) parts.push(part as Buffer)
    const body = JSON.parse(Buffer.concat(parts).toString()) as Call | Call[]
    const answered = Array.isArray(body) ? await Promise.all(body.map(answer)) : await answer(body)
    response.setHeader('content-type', 'application/json').end(JSON.stringify(answered))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
