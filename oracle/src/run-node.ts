import { OpemError } from '@opem/domain'
import type { closeBatch } from './close-period/close-batch.ts'
import { openLog } from './log.ts'
import { readSettings } from './settings.ts'
import { startNode } from './start-node.ts'
import { shortly } from './submit/submit.ts'

const STOP_WITHIN_MS = 5_000

/** A node's life as a process: settings from the environment, one ready line, an end on SIGTERM. */
export async function runNode(close?: typeof closeBatch): Promise<void> {
  let running: Awaited<ReturnType<typeof startNode>> | undefined
  const stop = () => {
    // What a node was about to send is in its outbox, so there is nothing to wait long for.
    setTimeout(() => process.exit(0), STOP_WITHIN_MS).unref()
    void (running?.close() ?? Promise.resolve()).finally(() => process.exit(0))
  }
  process.once('SIGTERM', stop)
  process.once('SIGINT', stop)
  try {
    const settings = await readSettings(process.env)
    running = await startNode(settings, openLog(settings.name), close)
    const { account, settings: own } = running.node
    process.stdout.write(`ready oracle ${own.name} http://127.0.0.1:${own.port} ${account.address.toLowerCase()}\n`)
  } catch (error) {
    process.stderr.write(`${error instanceof OpemError ? error.message : `ERR_ORACLE_START: ${shortly(error)}`}\n`)
    process.exit(1)
  }
}
