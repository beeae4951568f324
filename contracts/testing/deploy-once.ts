import { createHash } from 'node:crypto'
import { globSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { createTestClient, http } from 'viem'
import { type Deployment, type DeployOptions, deploy } from '../deploy.ts'

const ROOT = join(import.meta.dirname, '..')
const KEPT = join(ROOT, '../node_modules/.cache/opem/chains')

/**
 * What `deploy` does on a fresh anvil, for tests that are about something else: really done once for the same options,
 * bytecode and order of deployment, afterwards loaded from what anvil wrote of its whole chain, blocks and events included.
 * `deploymentDir` has no journal then, so nothing is deployed into it again.
 */
export async function deployOnce(options: DeployOptions): Promise<Deployment> {
  const anvil = createTestClient({ mode: 'anvil', transport: http(options.rpcUrl) })
  const file = join(KEPT, `${nameOf(options)}.json`)
  const kept = read(file)
  if (kept !== undefined) {
    await anvil.loadState({ state: kept.state })
    return kept.deployment
  }
  const deployment = await deploy(options)
  mkdirSync(KEPT, { recursive: true })
  const own = `${file}.${process.pid}` // two workers that come first at once each write a whole file
  writeFileSync(own, JSON.stringify({ deployment, state: await anvil.dumpState() } satisfies Kept))
  renameSync(own, file)
  return deployment
}

interface Kept {
  readonly deployment: Deployment
  readonly state: `0x${string}`
}

function read(file: string): Kept | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Kept
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw cause
  }
}

/** Changes with everything that the outcome depends on. */
function nameOf({ rpcUrl: _url, deploymentDir: _dir, ...options }: DeployOptions): string {
  const hash = createHash('sha256')
  const plain = (_key: string, value: unknown) => (typeof value === 'bigint' ? String(value) : value)
  hash.update(JSON.stringify(options, plain))
  for (const path of globSync(['deploy.ts', 'ignition/**/*.ts', 'abi/bytecode.json'], { cwd: ROOT }).sort())
    hash.update(readFileSync(join(ROOT, path)))
  hash.update(readFileSync(createRequire(import.meta.url).resolve('@foundry-rs/anvil-linux-amd64/package.json')))
  return hash.digest('hex').slice(0, 32)
}
