import { type ChildProcess, spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

/** A child process of a test, with what it printed. */
export interface Child {
  readonly process: ChildProcess
  readonly lines: readonly string[]
  /** Resolves with the first line, past or future, that `wanted` accepts. */
  line(wanted: (line: string) => boolean): Promise<string>
  end(signal?: NodeJS.Signals): Promise<void>
}

export function startChild(command: string, args: readonly string[], env: Record<string, string> = {}): Child {
  const child = spawn(command, args, {
    env: {
      ...{ PATH: process.env.PATH, HOME: process.env.HOME, NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE },
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const lines: string[] = []
  const waiting = new Set<() => void>()
  let rest = ''
  const hear = (chunk: Buffer) => {
    const parts = (rest + chunk).split('\n')
    rest = parts.pop() ?? ''
    lines.push(...parts)
    for (const look of waiting) look()
  }
  child.stdout?.on('data', hear)
  child.stderr?.on('data', hear)
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => {
      resolve()
      for (const look of waiting) look()
    })
  })
  return {
    process: child,
    lines,
    line: (wanted) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const found = lines.find(wanted)
          const gone = child.exitCode !== null || child.signalCode !== null
          if (found === undefined && !gone) return
          waiting.delete(look)
          if (found === undefined) reject(new Error(`it ended before it said so:\n${lines.slice(-20).join('\n')}`))
          else resolve(found)
        }
        waiting.add(look)
        look()
      }),
    async end(signal = 'SIGTERM') {
      if (child.exitCode === null && child.signalCode === null) child.kill(signal)
      await ended
    },
  }
}

/** A real chain: anvil on `port`, mining every transaction at once. */
export async function startAnvil(port: number): Promise<Child & { readonly url: string }> {
  const require = createRequire(import.meta.url)
  const anvil = join(dirname(require.resolve('@foundry-rs/anvil-linux-amd64/package.json')), 'bin/anvil')
  const child = startChild(anvil, ['--port', String(port), '--hardfork', 'cancun'])
  await child.line((line) => line.includes(`Listening on 127.0.0.1:${port}`))
  return { ...child, url: `http://127.0.0.1:${port}` }
}

/** Waits until `check` gives something, looking every 50 ms; fails after `within` ms with what `describe` says. */
export async function until<T>(
  check: () => Promise<T | undefined | false>,
  { within = 90_000, describe = () => 'it did not happen' }: { within?: number; describe?: () => string } = {},
): Promise<T> {
  const end = Date.now() + within
  for (;;) {
    const value = await check()
    if (value !== undefined && value !== false) return value
    if (Date.now() > end) throw new Error(`not within ${within} ms: ${describe()}`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}
