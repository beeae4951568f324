import { rename, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { OpemError } from '@opem/domain'
import { gndBinary } from '@opem/subgraph/build'
import { NETWORK } from '@opem/subgraph/manifest'
import { type Child, endProcess, leftBehind, startChild } from '../chain/child.ts'
import { writePlaceholder } from './placeholder.ts'
import { postJson } from './post-json.ts'

export interface Ports {
  readonly graphql: number
  readonly admin: number
  readonly status: number
  readonly metrics: number
}

const LOG_LIMIT = 20 * 1024 * 1024

/**
 * Starts graph-node and waits until its admin port answers. Postgres, chain and content store must answer already: without
 * the first it stays half dead instead of ending, without the last it waits for ever.
 * @throws OpemError ERR_INDEX_START
 */
export async function startGraphNode(options: {
  dir: string
  ports: Ports
  postgresUrl: string
  chainUrl: string
  contentUrl: string
}): Promise<Child> {
  const { dir, ports, postgresUrl, chainUrl, contentUrl } = options
  const bin = gndBinary()
  const placeholder = await writePlaceholder(join(dir, 'placeholder'))
  for (const pid of await leftBehind((argv) => argv[0] === bin && argv.includes(`${placeholder}:.`))) {
    await endProcess(pid, 'SIGKILL', 0)
  }
  const log = join(dir, 'gnd.log')
  if (
    await stat(log).then(
      ({ size }) => size > LOG_LIMIT,
      () => false,
    )
  )
    await rename(log, `${log}.1`)
  const args = ['dev', '--manifests', `${placeholder}:.`, '--postgres-url', postgresUrl, '--ipfs', contentUrl]
  args.push('--ethereum-rpc', `${NETWORK}:${chainUrl}`)
  args.push('--http-port', String(ports.graphql), '--admin-port', String(ports.admin))
  args.push('--index-node-port', String(ports.status), '--metrics-port', String(ports.metrics))
  const env = {
    ...process.env,
    GRAPH_LOG: process.env.GRAPH_LOG ?? 'warn',
    // A block on the page a second after it was mined: half of that is ours to wait.
    ETHEREUM_POLLING_INTERVAL: '200',
    // It may look at a remembered head when told of a new one, and would then sleep through that block for 30 s.
    GRAPH_CHAIN_HEAD_WATCHER_TIMEOUT: '1',
    GRAPH_STORE_DISABLE_CHAIN_HEAD_PTR_CACHE: 'true',
    // Small blocks on a loopback chain: many at a time.
    GRAPH_ETHEREUM_MAX_BLOCK_RANGE_SIZE: '5000',
  }
  const child = await startChild({ bin, args, log, cwd: dir, env })
  for (const patience = performance.now() + 30_000; performance.now() < patience && child.ending() === null; ) {
    if (await admin(ports.admin, 'subgraph_create', { name: 'opem' }).catch(() => null)) return child
    await sleep(50)
  }
  await child.end('SIGKILL', 0)
  throw new OpemError({
    code: 'ERR_INDEX_START',
    shortMessage: `graph-node did not start (${child.ending()}); its words are in ${log}`,
    retryable: true,
  })
}

/** Deploys the built manifest at `path` as subgraph `opem`; what was deployed before and is the same goes on. */
export async function deploySubgraph(adminPort: number, path: string): Promise<void> {
  const { error } = await admin(adminPort, 'subgraph_deploy', { name: 'opem', ipfs_hash: path })
  if (error === undefined) return
  throw new OpemError({
    code: 'ERR_INDEX_DEPLOY',
    shortMessage: `graph-node refused the subgraph: ${error.message}`,
    retryable: true,
  })
}

const admin = (port: number, method: string, params: object) =>
  postJson<{ error?: { message: string } }>(`http://127.0.0.1:${port}/`, { jsonrpc: '2.0', id: 1, method, params })
