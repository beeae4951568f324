import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fetchAsOperator } from './machines.ts'

export const root = join(import.meta.dirname, '..')
export const opemFile = join(root, 'cli/bin/opem.mjs')

/** A whole marketplace in a folder of its own, started as a user would start it. */
export interface Instance {
  readonly home: string
  readonly page: string
  readonly chain: string
  /** Runs `opem …` against this instance; rejects when the exit code is not 0. */
  opem(...args: string[]): Promise<string>
  /** The same, whatever the exit code. */
  tryOpem(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }>
  parts(): Part[]
  /** Asks the subgraph. */
  query<T>(query: string, variables?: Record<string, unknown>): Promise<T>
  api<T>(path: string): Promise<T>
  /** A request to the API, signed as its operator's command line. */
  fetch(path: string, init?: RequestInit): Promise<Response>
  /** Ends the supervisor and its parts; data stays. */
  stop(signal?: NodeJS.Signals): Promise<void>
  /** Ends everything and removes the data. */
  remove(): Promise<void>
  readonly supervisor: ChildProcess
  /** Everything that the supervisor has said. */
  output(): string
}

export interface Part {
  name: string
  pid: number
  status: string
  url?: string
}

// Below the range from which Linux takes the ports of outgoing connections (32768 and above): those may be in use any moment.
// Stories run side by side, each worker in a range of its own.
const worker = Number(process.env.VITEST_POOL_ID ?? 0) % 3
let nextPort = 20_000 + worker * 4000 + (process.pid % 70) * 50

/** The first of a range of ports that no other instance of this machine's stories uses. */
function freshPort(): number {
  nextPort += 50
  return nextPort
}

export function newHome(): string {
  return mkdtempSync(join(tmpdir(), 'opem-story-'))
}

/** Starts `opem up` in `home` (an empty one by default) and waits until every part is ready. */
export async function startInstance(
  options: { home?: string; port?: number; demo?: boolean; only?: string; env?: Record<string, string> } = {},
): Promise<Instance> {
  const home = options.home ?? newHome()
  const port = options.port ?? freshPort()
  const env = { ...process.env, OPEM_HOME: home, OPEM_PORT: String(port), ...options.env }
  const args = ['up', ...(options.demo ? [] : ['--no-demo']), ...(options.only ? ['--only', options.only] : [])]
  const supervisor = spawn(process.execPath, [opemFile, ...args], { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  for (const stream of [supervisor.stdout, supervisor.stderr]) stream?.on('data', (bytes) => (output += bytes))

  const asOperator = fetchAsOperator(home)
  const instance: Instance = {
    home,
    page: `http://127.0.0.1:${port}`,
    chain: `http://127.0.0.1:${port + 1}`,
    supervisor,
    output: () => output,
    async opem(...words) {
      const { code, stdout, stderr } = await instance.tryOpem(...words)
      if (code !== 0)
        throw new Error(`opem ${words.join(' ')} ended with ${code}\n${stdout.slice(-4000)}\n${stderr.slice(-4000)}`)
      return stdout
    },
    tryOpem: (...words) => runOpem(words, env),
    parts: () => readParts(home),
    async query(query, variables = {}) {
      const response = await fetch(`${instance.page}/subgraph`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query, variables }),
      })
      const body = (await response.json()) as { data?: unknown; errors?: unknown }
      if (body.errors || !body.data) throw new Error(`subgraph: ${JSON.stringify(body.errors ?? body)}`)
      return body.data as never
    },
    async api(path) {
      const response = await instance.fetch(path)
      if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`)
      return (await response.json()) as never
    },
    fetch: (path, init) => asOperator(`${instance.page}${path}`, init),
    stop: (signal = 'SIGTERM') => endProcess(supervisor, signal),
    async remove() {
      await endProcess(supervisor, 'SIGTERM')
      rmSync(home, { recursive: true, force: true })
    },
  }

  try {
    await until('every part is ready', 240_000, async () => {
      if (supervisor.exitCode !== null) throw new Stop(`opem up ended with ${supervisor.exitCode}`)
      const { code } = await instance.tryOpem('status', '--json')
      return code === 0
    })
  } catch (error) {
    await endProcess(supervisor, 'SIGTERM')
    throw new Error(`${(error as Error).message}\n${output.slice(-6000)}`)
  }
  return instance
}

/** A reason not to wait any longer. */
export class Stop extends Error {}

/** Waits for a condition; what it throws meanwhile is shown only when time runs out. */
export async function until(
  what: string,
  milliseconds: number,
  condition: () => Promise<boolean> | boolean,
  pause = 300,
): Promise<void> {
  const end = Date.now() + milliseconds
  let last: unknown
  while (Date.now() < end) {
    try {
      if (await condition()) return
    } catch (error) {
      if (error instanceof Stop) throw error
      last = error
    }
    await new Promise((resolve) => setTimeout(resolve, pause))
  }
  throw new Error(`waited ${milliseconds} ms in vain until ${what}${last ? `; last error: ${last}` : ''}`)
}

function runOpem(words: string[], env: NodeJS.ProcessEnv): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [opemFile, ...words],
      { cwd: root, env, maxBuffer: 512 * 1024 * 1024 },
      (error, stdout, stderr) => {
        const code = error ? (typeof error.code === 'number' ? error.code : 1) : 0
        resolve({ code, stdout, stderr })
      },
    )
  })
}

function readParts(home: string): Part[] {
  const file = join(home, 'run.json')
  if (!existsSync(file)) return []
  return (JSON.parse(readFileSync(file, 'utf8')) as { parts: Part[] }).parts
}

function endProcess(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve()
  return new Promise((resolve) => {
    child.once('close', () => resolve())
    child.kill(signal)
  })
}
