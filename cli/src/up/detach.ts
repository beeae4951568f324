import { spawn } from 'node:child_process'
import { closeSync, mkdirSync, openSync, readSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { refusal } from '../failure.ts'
import { logFile } from './child.ts'
import { runningRun } from './run-file.ts'
import { readSettings } from './settings.ts'
import type { Wanted } from './up.ts'

const OPEM = join(import.meta.dirname, '..', '..', 'bin', 'opem.mjs')

/** Shows what a file gained since the last call. */
function follower(file: string, from: number): () => void {
  let at = from
  return () => {
    const size = statSync(file).size
    if (size <= at) return
    const handle = openSync(file, 'r')
    const bytes = Buffer.alloc(size - at)
    at += readSync(handle, bytes, 0, bytes.length, at)
    closeSync(handle)
    process.stdout.write(bytes)
  }
}

/** Starts `opem up` in the background, shows its lines, and returns when every part is ready. */
export async function detach({ env, demo, only }: Wanted): Promise<void> {
  const { home } = readSettings(env)
  const file = logFile(home, 'supervisor')
  mkdirSync(dirname(file), { recursive: true })
  const log = openSync(file, 'a')
  const show = follower(file, statSync(file).size)
  const args = ['up', ...(demo ? [] : ['--no-demo']), ...(only ? ['--only', only.join(',')] : [])]
  const child = spawn(process.execPath, [OPEM, ...args], {
    detached: true,
    stdio: ['ignore', log, log],
    env: { ...env, OPEM_HOME: home },
  })
  closeSync(log)
  let ended: number | undefined
  child.once('exit', (code) => {
    ended = code ?? 1
  })
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, 200))
    show()
    if (ended !== undefined) throw refusal('ERR_UP', `OPEM did not start (exit code ${ended}); its log is ${file}.`)
    const run = runningRun(home)
    if (run?.pid === child.pid && run?.parts.length && run.parts.every(({ status }) => status === 'ready')) break
  }
  child.unref()
}
