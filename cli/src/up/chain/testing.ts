import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Hex, type LocalAccount, parseGwei } from 'viem'
import { mnemonicToAccount } from 'viem/accounts'

// What the tests of the chain and the index share: a door as its own process, and well-known funded accounts.

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  server.close()
  await once(server, 'close')
  return port
}

export interface ChainProcess {
  readonly url: string
  readonly process: ChildProcess
  output(): string
  ready(): Promise<void>
  stop(signal: NodeJS.Signals): Promise<number | null>
}

export function startChainProcess(env: {
  dir: string
  port: number
  anvilPort: number
  development?: boolean
}): ChainProcess {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'main.ts')], {
    env: {
      ...process.env,
      OPEM_CHAIN_DIR: env.dir,
      OPEM_CHAIN_PORT: String(env.port),
      OPEM_ANVIL_PORT: String(env.anvilPort),
      OPEM_CHAIN_DEVELOPMENT_RPC: env.development ? '1' : '0',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk) => {
      output += chunk
    })
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve))
  const url = `http://127.0.0.1:${env.port}`
  return {
    url,
    process: child,
    output: () => output,
    async ready() {
      while (
        !(await fetch(`${url}/health`).then(
          (answer) => answer.ok,
          () => false,
        ))
      ) {
        if (child.exitCode !== null) throw new Error(`the chain process ended: ${output}`)
        await sleep(20)
      }
    },
    async stop(signal) {
      child.kill(signal)
      return exited
    },
  }
}

/** JSON-RPC over HTTP, as any client does it. A refusal is thrown with its `code` and `data`. */
export async function rpc<T = string>(url: string, method: string, ...params: unknown[]): Promise<T> {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 7, method, params }),
  })
  const { result, error } = (await answer.json()) as {
    result: T
    error?: { code: number; message: string; data?: object }
  }
  if (error) throw Object.assign(new Error(error.message), error, { status: answer.status })
  return result
}

export const account = (index: number): LocalAccount =>
  mnemonicToAccount('test test test test test test test test test test test junk', { addressIndex: index })

export const transfer = (from: LocalAccount, nonce: number, data: Hex = '0x'): Promise<Hex> =>
  from.signTransaction({
    chainId: 31337,
    type: 'eip1559',
    nonce,
    gas: 100_000n,
    maxFeePerGas: parseGwei('10'),
    maxPriorityFeePerGas: 1n,
    to: '0x00000000000000000000000000000000000000aa',
    value: 1n,
    data,
  })
