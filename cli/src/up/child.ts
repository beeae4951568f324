import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, renameSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { type Identity, identityOf } from './process.ts'

const LOG_LIMIT = 20 * 1024 * 1024

export interface Child {
  readonly identity: Identity
  /** Settles when the process has ended: `code 1`, `signal SIGKILL`, or why it could not start. */
  readonly ended: Promise<string>
}

export const logFile = (home: string, name: string): string => join(home, 'logs', `${name}.log`)

/** The last lines of a part's log: what a person needs when it does not start. */
export function logTail(home: string, name: string, lines = 15): string {
  const file = logFile(home, name)
  if (!existsSync(file)) return ''
  return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-lines).join('\n')
}

/**
 * Starts a process in a group of its own (the terminal's Ctrl-C reaches the supervisor alone, which ends parts in
 * order) and lets it write to its log; the log before the last is kept as `.log.1`.
 */
export function startChild(
  home: string,
  name: string,
  command: readonly string[],
  env: Readonly<Record<string, string>>,
): Child {
  const file = logFile(home, name)
  mkdirSync(join(home, 'logs'), { recursive: true })
  if (existsSync(file) && statSync(file).size > LOG_LIMIT) renameSync(file, `${file}.1`)
  const log = openSync(file, 'a')
  const child: ChildProcess = spawn(process.execPath, command, {
    detached: true,
    stdio: ['ignore', log, log],
    env: { ...process.env, ...env },
  })
  closeSync(log)
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message))
    child.once('exit', (code, signal) => resolve(signal ? `signal ${signal}` : `code ${code}`))
  })
  return { identity: identityOf(child.pid ?? -1), ended }
}
