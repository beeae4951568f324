import { type ChildProcess, spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import { createServer } from 'node:net'
import { dirname, join } from 'node:path'

const binary = (): string =>
  join(dirname(createRequire(import.meta.url).resolve('@foundry-rs/anvil-linux-amd64/package.json')), 'bin/anvil')

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer().on('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number }
      server.close(() => resolve(port))
    })
  })

export interface Anvil {
  readonly url: string
  close(): Promise<void>
}

/** A fresh development chain in memory, on a free loopback port. */
export async function startAnvil({ chainId = 31337 } = {}): Promise<Anvil> {
  const port = await freePort()
  const args = ['--host', '127.0.0.1', '--port', String(port), '--hardfork', 'cancun', '--chain-id', String(chainId)]
  const child = spawn(binary(), args, { stdio: ['ignore', 'pipe', 'pipe'] })
  await listening(child)
  return {
    url: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        if (child.exitCode !== null || child.signalCode !== null) return resolve()
        child.on('exit', () => resolve())
        child.kill('SIGTERM')
      }),
  }
}

const listening = (child: ChildProcess): Promise<void> =>
  new Promise((resolve, reject) => {
    let said = ''
    child.stdout?.on('data', (chunk: Buffer) => {
      said += chunk.toString()
      if (said.includes('Listening on')) resolve()
    })
    child.stderr?.on('data', (chunk: Buffer) => {
      said += chunk.toString()
    })
    child.on('error', reject)
    child.on('exit', (code) => reject(new Error(`anvil ended with code ${code}: ${said}`)))
  })
