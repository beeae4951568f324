import { type SpawnOptions, spawn } from 'node:child_process'
import { join } from 'node:path'

/** The checkout's folder. */
export const ROOT = join(import.meta.dirname, '..', '..', '..')

export interface Finished {
  readonly code: number
  readonly output: string
}

/**
 * Runs a command in the checkout, shows what it prints, and keeps the last megabytes of it.
 * @param show `last`: what it prints is shown when it has ended, so that it does not mix with what runs beside it
 * @returns exit code (127 when it could not be started) and output
 */
export function run(
  command: string,
  args: readonly string[],
  { show = 'live', ...options }: SpawnOptions & { readonly show?: 'live' | 'last' } = {},
): Promise<Finished> {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: ROOT, ...options, stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    for (const [from, to] of [
      [child.stdout, process.stdout],
      [child.stderr, process.stderr],
    ] as const) {
      from?.on('data', (bytes: Buffer) => {
        output = (output + bytes).slice(-4_000_000)
        if (show === 'live') to.write(bytes)
      })
    }
    child.on('error', (error) => resolve({ code: 127, output: String(error) }))
    child.on('close', (code) => {
      if (show === 'last') process.stdout.write(output)
      resolve({ code: code ?? 1, output })
    })
  })
}

/** Runs commands one after another; ends with the first exit code that is not 0. */
export async function runInOrder(steps: readonly (readonly [string, readonly string[]])[]): Promise<number> {
  for (const [command, args] of steps) {
    process.stdout.write(`── ${command} ${args.join(' ')}\n`)
    const { code } = await run(command, args)
    if (code !== 0) return code
  }
  return 0
}
