import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { OpemError } from '@opem/domain'
import { assertPortFree, type Child, endProcess, leftBehind, startChild } from './child.ts'
import { connectRpc, type Rpc } from './rpc.ts'

export interface Anvil {
  readonly rpc: Rpc
  readonly child: Child
}

/**
 * Starts anvil on the loopback port `port` and waits until it answers. It mines only when told (the door decides what goes
 * into a block, so that the same block can be mined again), takes transactions first come first served, and ends an anvil
 * that a killed door left behind.
 * @throws OpemError ERR_PORT_TAKEN, ERR_CHAIN_ENGINE
 */
export async function startAnvil({
  dir,
  port,
  genesis,
}: {
  dir: string
  port: number
  genesis: number
}): Promise<Anvil> {
  const bin = anvilBinary()
  const cache = join(dir, 'anvil-cache')
  for (const pid of await leftBehind((argv) => argv[0] === bin && argv.includes(cache)))
    await endProcess(pid, 'SIGKILL', 0)
  await assertPortFree(port, 'OPEM_ANVIL_PORT')
  const args = ['--host', '127.0.0.1', '--port', String(port), '--chain-id', '31337', '--hardfork', 'cancun']
  args.push('--no-mining', '--order', 'fifo', '--timestamp', String(genesis), '--cache-path', cache, '--quiet')
  // A snapshot comes back as one request, larger than the usual limit of 2 MB.
  args.push('--no-request-size-limit')
  // Without a limit, anvil writes every block's state to disk, and no reader of ours asks for old states.
  args.push('--prune-history', '128')
  const child = await startChild({ bin, args, log: join(dir, 'anvil.log') })
  const rpc = connectRpc(port)
  while (child.ending() === null) {
    if (await rpc.call('eth_chainId').catch(() => null)) return { rpc, child }
    await sleep(10)
  }
  rpc.close()
  throw new OpemError({
    code: 'ERR_CHAIN_ENGINE',
    shortMessage: `anvil ended at its start (${child.ending()}); its reason is in ${join(dir, 'anvil.log')}`,
    details: { port },
    retryable: true,
  })
}

function anvilBinary(): string {
  try {
    const manifest = createRequire(import.meta.url).resolve('@foundry-rs/anvil-linux-amd64/package.json')
    return join(dirname(manifest), 'bin', 'anvil')
  } catch (cause) {
    throw new OpemError({
      code: 'ERR_CHAIN_ENGINE',
      shortMessage:
        'the embedded chain runs on Linux x64 only; set OPEM_CHAIN_URL to a JSON-RPC endpoint of another chain',
      cause,
    })
  }
}
