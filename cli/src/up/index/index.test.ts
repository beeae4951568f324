import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { communityFactoryAbi } from '@opem/contracts'
import { createWalletClient, defineChain, type Hex, http, parseEther, zeroHash } from 'viem'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Deployment, deploy } from '../../../../contracts/deploy.ts'
import { endProcess, leftBehind } from '../chain/child.ts'
import { account, type ChainProcess, freePort, startChainProcess } from '../chain/testing.ts'
import { type Postgres, startPostgres } from '../postgres/start-postgres.ts'

const OPERATOR: Hex = '0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80'
const ROOT = join(import.meta.dirname, '..', '..', '..', '..')

let home: string
let chain: ChainProcess
let postgres: Postgres
let content: ChildProcess
let index: ChildProcess
let indexPort: number
let contentPort: number
let deployment: Deployment
let output = ''
const graphNodes = () => leftBehind((argv) => argv[0]!.endsWith('/gnd') && argv.some((arg) => arg.startsWith(home)))

async function startChain(folder: string): Promise<void> {
  chain = startChainProcess({
    dir: join(home, folder),
    port: chain ? Number(new URL(chain.url).port) : await freePort(),
    anvilPort: await freePort(),
  })
  await chain.ready()
  deployment = await deploy({
    rpcUrl: chain.url,
    deploymentDir: join(home, `${folder}-contracts`),
    operatorKey: OPERATOR,
    oracleNodes: [account(1).address, account(2).address, account(3).address],
    quorum: 2,
    minimumBond: parseEther('1'),
    correctionWindow: 1_382_400,
    timelockSeconds: 0,
  })
  await writeFile(join(home, 'deployment.json'), JSON.stringify(deployment))
}

function startIndex(): void {
  output = ''
  index = spawn(process.execPath, [join(import.meta.dirname, 'main.ts')], {
    env: {
      ...process.env,
      OPEM_INDEX_PORT: String(indexPort),
      OPEM_INDEX_DIR: join(home, 'index'),
      OPEM_POSTGRES_URL: postgres.url('opem'),
      OPEM_CHAIN_URL: chain.url,
      OPEM_CONTENT_URL: `http://127.0.0.1:${contentPort}`,
      OPEM_DEPLOYMENT: join(home, 'deployment.json'),
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  index.stdout!.on('data', (chunk) => {
    output += chunk
  })
}

async function until<T>(ask: () => Promise<T | null | undefined | false>): Promise<T> {
  for (const end = Date.now() + 60_000; Date.now() < end; await sleep(20)) {
    const answer = await ask().catch(() => null)
    if (answer) return answer
  }
  throw new Error(`not within a minute; the index said: ${output}`)
}

async function graphql<T>(query: string): Promise<T> {
  const answer = await fetch(`http://127.0.0.1:${indexPort}/subgraphs/name/opem`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query }),
  })
  const { data, errors } = (await answer.json()) as { data: T; errors?: unknown }
  if (errors) throw new Error(JSON.stringify(errors))
  return data
}
const communities = async () =>
  (
    await graphql<{ communities: { id: Hex; profileHash: Hex; ruleCount: number }[] }>(
      '{ communities { id profileHash ruleCount } }',
    )
  ).communities

async function found(profileHash: Hex): Promise<void> {
  const node = defineChain({
    id: 31337,
    name: 'opem',
    nativeCurrency: { name: 'Ether', symbol: 'ETH', decimals: 18 },
    rpcUrls: { default: { http: [chain.url] } },
  })
  const wallet = createWalletClient({ account: account(0), chain: node, transport: http() })
  await wallet.writeContract({
    abi: communityFactoryAbi,
    address: deployment.addresses.CommunityFactory,
    functionName: 'createCommunity',
    args: [
      { profileHash, periodSeconds: 3600, scheme: 1, startsAt: 1_433_131_200n },
      [{ from: 1_433_131_200n, key: 0, plain: true, exact: true, rulesHash: zeroHash }],
    ],
  })
}
const isIndexed = (profileHash: Hex) =>
  until(async () => (await communities()).find((one) => one.profileHash === profileHash && one.ruleCount === 1))
const hash = (digit: number): Hex => `0x${String(digit).repeat(64)}`

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'opem-index-'))
  for (indexPort = 0; indexPort < 20_000 || indexPort > 60_000; ) indexPort = await freePort()
  contentPort = await freePort()
  await mkdir(join(home, 'content'))
  content = spawn(process.execPath, [join(ROOT, 'offchain-api/src/storage/main.ts')], {
    env: { ...process.env, OPEM_CONTENT_DIR: join(home, 'content'), OPEM_CONTENT_PORT: String(contentPort) },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  postgres = await startPostgres({ dir: join(home, 'postgres'), port: await freePort() })
  await startChain('chain')
})
afterAll(async () => {
  index?.kill('SIGTERM')
  if (index?.exitCode === null) await once(index, 'exit')
  for (const pid of await graphNodes()) await endProcess(pid, 'SIGKILL', 0)
  content?.kill('SIGTERM')
  await chain?.stop('SIGTERM')
  await postgres?.stop()
  await rm(home, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 })
})

test('follows the chain within a second or so, survives kills, and is made anew for another chain', async () => {
  startIndex()
  await until(async () => /head after .*/.exec(output))
  console.log(output.trim().split('\n').at(-1))
  const lags: number[] = []
  for (let i = 1; i <= 5; i++) {
    await found(hash(i))
    const from = performance.now()
    await isIndexed(hash(i))
    lags.push(Math.round(performance.now() - from))
  }
  console.log(`block mined to founding and rules in the index: ${lags.join(', ')} ms`)

  const [graphNode] = await graphNodes()
  process.kill(graphNode!, 'SIGKILL')
  await found(hash(6))
  let from = performance.now()
  await isIndexed(hash(6))
  console.log(`after kill -9 of graph-node: ${Math.round(performance.now() - from)} ms`)

  index.kill('SIGKILL')
  await once(index, 'exit')
  startIndex()
  from = performance.now()
  await until(async () => /head after .*/.exec(output))
  console.log(`after kill -9 of its keeper: ${Math.round(performance.now() - from)} ms`)
  expect(await communities()).toHaveLength(6)

  await chain.stop('SIGKILL')
  await startChain('another-chain')
  await found(hash(9))
  from = performance.now()
  await until(
    async () => (await communities()).every((one) => one.profileHash === hash(9)) && (await isIndexed(hash(9))),
  )
  console.log(`anew after another chain took its place: ${Math.round(performance.now() - from)} ms`)
  expect(await communities()).toHaveLength(1)
  const { oracleNodes } = await graphql<{ oracleNodes: { status: string }[] }>('{ oracleNodes { status } }')
  expect(oracleNodes.map(({ status }) => status)).toEqual(['SEATED', 'SEATED', 'SEATED'])
}, 180_000)
