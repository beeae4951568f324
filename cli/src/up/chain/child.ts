import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { OpemError } from '@opem/domain'

/** A program that one part keeps running (anvil, postgres, graph-node). */
export interface Child {
  readonly pid: number
  /** Settles when the program has ended, however that came about; never rejects. */
  readonly ended: Promise<string>
  /** How the program ended, or null while it runs. */
  ending(): string | null
  /** Asks it to end with `signal`; after `patienceMs` it is killed. Resolves when it is gone. */
  end(signal: NodeJS.Signals, patienceMs: number): Promise<void>
}

/**
 * Starts `bin` with its output appended to `log`.
 * @throws OpemError ERR_CHILD_START when the program cannot be started at all
 */
export async function startChild(options: {
  bin: string
  args: readonly string[]
  log: string
  cwd?: string
  env?: NodeJS.ProcessEnv
  uid?: number
  gid?: number
}): Promise<Child> {
  const { bin, args, log, ...rest } = options
  const output = openSync(log, 'a')
  let child: ChildProcess
  try {
    child = spawn(bin, args, { ...rest, stdio: ['ignore', output, output] })
    await new Promise<void>((started, failed) => child.once('spawn', started).once('error', failed))
  } catch (cause) {
    throw new OpemError({
      code: 'ERR_CHILD_START',
      shortMessage: `${bin} could not be started`,
      details: { bin },
      cause,
    })
  } finally {
    closeSync(output)
  }
  let ending: string | null = null
  const ended = new Promise<string>((resolve) =>
    child.once('exit', (code, signal) => {
      ending = signal === null ? `exit code ${code}` : `signal ${signal}`
      resolve(ending)
    }),
  )
  return {
    pid: child.pid!,
    ended,
    ending: () => ending,
    async end(signal, patienceMs) {
      if (ending !== null) return
      child.kill(signal)
      const patience = setTimeout(() => child.kill('SIGKILL'), patienceMs)
      await ended
      clearTimeout(patience)
    },
  }
}

/**
 * Process ids of programs that a killed keeper left running: those whose command line `isOurs` recognises.
 * The command line is the one thing that survives kill -9 of the keeper at any instant; a pid file has a gap.
 */
export async function leftBehind(isOurs: (argv: readonly string[]) => boolean): Promise<number[]> {
  const pids: number[] = []
  for (const entry of await readdir('/proc').catch(() => [])) {
    if (!/^\d+$/.test(entry) || Number(entry) === process.pid) continue
    const argv = (await readFile(`/proc/${entry}/cmdline`, 'utf8').catch(() => '')).split('\0').slice(0, -1)
    if (argv.length > 0 && isOurs(argv)) pids.push(Number(entry))
  }
  return pids
}

/** Whether process `pid` still runs (a zombie, which holds nothing any more, counts as ended). */
export async function isRunning(pid: number): Promise<boolean> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
  return stat !== '' && !/^[ZX]/.test(stat.slice(stat.lastIndexOf(')') + 2))
}

/** Ends a process that is not a child of ours and waits until it is gone; after `patienceMs` it is killed. */
export async function endProcess(pid: number, signal: NodeJS.Signals, patienceMs: number): Promise<void> {
  const send = (s: NodeJS.Signals) => {
    try {
      process.kill(pid, s)
    } catch {
      // ESRCH: it ended between the look and the signal.
    }
  }
  send(signal)
  const deadline = performance.now() + patienceMs
  while (await isRunning(pid)) {
    if (performance.now() > deadline) send('SIGKILL')
    await sleep(20)
  }
}

/**
 * Waits a moment for a loopback port to be free: the kernel closes a killed program's sockets a little after its end.
 * @throws OpemError ERR_PORT_TAKEN, told with the setting that moves the port
 */
export async function assertPortFree(port: number, setting: string, patienceMs = 3000): Promise<void> {
  const end = performance.now() + patienceMs
  while (!(await isFree(port))) {
    if (performance.now() > end) {
      throw new OpemError({
        code: 'ERR_PORT_TAKEN',
        shortMessage: `port ${port} (${setting}) is taken by another program; end that program or set OPEM_PORT`,
        details: { port, setting },
      })
    }
    await sleep(50)
  }
}

const isFree = (port: number) =>
  new Promise<boolean>((resolve) => {
    const probe = createServer().once('error', () => resolve(false))
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)))
  })
