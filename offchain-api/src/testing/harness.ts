import { type ChildProcess, spawn } from 'node:child_process'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { apiNodeFlags } from '../unified-api/node-flags.ts'
import { makeCluster, postgresIn } from './cluster.ts'

/** A real part that a test runs against. */
export interface Running {
  readonly url: string
  /** SIGTERM, and wait until it has ended. */
  stop(): Promise<void>
}

export interface RunningProcess extends Running {
  readonly pid: number
  /** Everything it has printed so far. */
  output(): string
  /** kill -9, and wait until it is gone. */
  kill(): Promise<void>
}

const SOURCES = join(import.meta.dirname, '..')

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  if (typeof address !== 'object' || address === null) throw new Error('no port')
  return address.port
}

/** A temporary folder and its removal. */
export async function temporaryFolder(): Promise<{ path: string; remove(): Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'opem-'))
  await chmod(path, 0o711) // Postgres runs as another user and must pass through
  return { path, remove: () => rm(path, { recursive: true, force: true, maxRetries: 5 }) }
}

/** Runs the lake process on `dir`. */
export const startLake = async ({ dir, port }: { dir: string; port?: number }) =>
  startProcess('lake', ['lake/door/main.ts'], {
    OPEM_LAKE_DIR: dir,
    OPEM_LAKE_PORT: String(port ?? (await freePort())),
  })

/** Runs the content store's process on `dir`. */
export const startContent = async ({ dir, port }: { dir: string; port?: number }) =>
  startProcess('content', ['storage/main.ts'], {
    OPEM_CONTENT_DIR: dir,
    OPEM_CONTENT_PORT: String(port ?? (await freePort())),
  })

/** Runs the unified API's process; the chain and the index may be away. */
export const startApi = async (settings: {
  postgresUrl: string
  lakeUrl: string
  deploymentPath: string
  port?: number
  chainUrl?: string
  indexUrl?: string
  pageDir?: string
  /** Folder of the marketplace's own keys and systems, see writeSystems. */
  access: { dir: string; registrarFile?: string; operatorFile?: string; operatorDids?: readonly string[] }
  environment?: Readonly<Record<string, string>>
}) =>
  startProcess('api', [...apiNodeFlags(), 'main.ts'], {
    OPEM_API_PORT: String(settings.port ?? (await freePort())),
    OPEM_POSTGRES_URL: settings.postgresUrl,
    OPEM_LAKE_URL: settings.lakeUrl,
    OPEM_CHAIN_URL: settings.chainUrl ?? 'http://127.0.0.1:9',
    OPEM_DEPLOYMENT: settings.deploymentPath,
    ...(settings.indexUrl ? { OPEM_INDEX_URL: settings.indexUrl } : {}),
    ...(settings.pageDir ? { OPEM_PAGE_DIR: settings.pageDir } : {}),
    OPEM_ACCESS_DIR: settings.access.dir,
    OPEM_OPERATOR_DIDS: settings.access.operatorDids?.join(',') ?? '',
    ...(settings.access.registrarFile ? { OPEM_REGISTRAR_KEY_FILE: settings.access.registrarFile } : {}),
    ...(settings.access.operatorFile ? { OPEM_OPERATOR_KEY_FILE: settings.access.operatorFile } : {}),
    ...settings.environment,
  })

/** Runs a real Postgres with the database `opem` in a new folder `dir`. */
export async function startPostgres({ dir, port }: { dir: string; port?: number }): Promise<Running> {
  const chosen = port ?? (await freePort())
  await makeCluster(dir, chosen)
  const postgres = postgresIn(dir, chosen)
  await postgres.start()
  return { url: `postgres://opem:opem@127.0.0.1:${chosen}/opem`, stop: () => postgres.stop() }
}

/** Runs a real anvil. */
export async function startAnvil({ port }: { port?: number } = {}): Promise<RunningProcess> {
  const binary = createRequire(import.meta.url).resolve('@foundry-rs/anvil-linux-amd64/bin/anvil')
  const chosen = port ?? (await freePort())
  const child = spawn(binary, ['--port', String(chosen), '--hardfork', 'cancun', '--silent'], { stdio: 'ignore' })
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const url = `http://127.0.0.1:${chosen}`
  await until(() => fetch(url, { method: 'POST', body: '{}' }).then((answer) => answer.status > 0))
  return {
    url,
    pid: child.pid ?? 0,
    output: () => '',
    stop: () => end(child, ended, 'SIGTERM'),
    kill: () => end(child, ended, 'SIGKILL'),
  }
}

/** Waits until `condition` holds; an error counts as not yet. */
export async function until(condition: () => Promise<boolean>, seconds = 20): Promise<void> {
  const deadline = Date.now() + seconds * 1000
  while (!(await condition().catch(() => false))) {
    if (Date.now() > deadline) throw new Error(`nothing happened in ${seconds} s: ${condition}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

/** @param command flags of Node, then the file within `src` */
async function startProcess(
  name: string,
  command: readonly string[],
  environment: Record<string, string>,
): Promise<RunningProcess> {
  const child = spawn(process.execPath, [...command.slice(0, -1), join(SOURCES, command.at(-1)!)], {
    env: {
      ...{ PATH: process.env.PATH, HOME: process.env.HOME, NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE },
      ...environment,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => (output += chunk))
  const url = await readyUrl(name, child)
  return {
    url,
    pid: child.pid ?? 0,
    output: () => output,
    stop: () => end(child, ended, 'SIGTERM'),
    kill: () => end(child, ended, 'SIGKILL'),
  }
}

async function end(child: ChildProcess, ended: Promise<void>, signal: 'SIGTERM' | 'SIGKILL') {
  if (child.exitCode === null && child.signalCode === null) child.kill(signal)
  await ended
}

function readyUrl(name: string, child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let output = ''
    const listen = (chunk: Buffer) => {
      output += chunk
      const url = new RegExp(`^ready ${name} (\\S+)`, 'm').exec(output)?.[1]
      if (url) resolve(url)
    }
    child.stdout?.on('data', listen)
    child.stderr?.on('data', listen)
    child.once('exit', (code) => reject(new Error(`${name} ended with ${code} before it was ready: ${output}`)))
  })
}
