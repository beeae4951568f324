import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { PartState } from './part.ts'
import { endGroup, groupOf, type Identity, isAlive } from './process.ts'

/** $OPEM_HOME/run.json: the running marketplace's own description. */
export interface Run extends Identity {
  readonly parts: readonly PartState[]
  /** The contracts' addresses, as in deployment.json. */
  readonly deployment?: unknown
}

export const runFile = (home: string): string => join(home, 'run.json')

export function readRun(home: string): Run | undefined {
  if (!existsSync(runFile(home))) return undefined
  try {
    return JSON.parse(readFileSync(runFile(home), 'utf8')) as Run
  } catch {
    return undefined
  }
}

/** Written beside and renamed: a reader never sees half a file. */
export function writeRun(home: string, run: Run): void {
  mkdirSync(home, { recursive: true })
  const temporary = `${runFile(home)}.${process.pid}.tmp`
  writeFileSync(temporary, `${JSON.stringify(run, null, 1)}\n`)
  renameSync(temporary, runFile(home))
}

/** The supervisor that runs now, if one does. */
export function runningRun(home: string): Run | undefined {
  const run = readRun(home)
  return run !== undefined && isAlive(run) ? run : undefined
}

/**
 * Ends the parts that a killed supervisor left running, last started first.
 * @returns their names
 */
export async function endLeftovers(home: string): Promise<string[]> {
  const run = readRun(home)
  if (run === undefined || isAlive(run)) return []
  const left: string[] = []
  for (const part of [...run.parts].reverse()) {
    if (part.pid === undefined || part.startTime === undefined) continue
    const leader = { pid: part.pid, startTime: part.startTime }
    if (groupOf(leader).length === 0) continue
    left.push(part.name)
    await endGroup(leader, 15_000)
  }
  return left
}
