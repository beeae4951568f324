import { mkdirSync } from 'node:fs'
import { createSignedFetch } from '@opem/ssi/http-signature'
import { createPublicClient, http } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { connectApi } from './api/unified-api.ts'
import { closeBatch } from './close-period/close-batch.ts'
import { openReadings } from './close-period/readings-window.ts'
import { recompute } from './close-period/recompute.ts'
import { openChanges } from './correct/note-changes.ts'
import { openDoor } from './door/open-door.ts'
import { openEvidence } from './evidence/evidence.ts'
import type { Log } from './log.ts'
import type { Node } from './node.ts'
import { openPeers } from './propose/peers.ts'
import type { Settings } from './settings.ts'
import { openState } from './state/open-state.ts'
import { openOutbox } from './submit/outbox.ts'
import { openSubmitter } from './submit/submit.ts'
import { openBatches } from './watch/batches.ts'
import { awaitDeployment } from './watch/deployment.ts'
import { followChain } from './watch/follow-chain.ts'
import { openRounds } from './work/rounds.ts'

const CHAIN_TIMEOUT_MS = 15_000

/** A running node. `close` lets go of everything; what it left open is in its outbox. */
export interface RunningNode {
  readonly node: Node
  close(): Promise<void>
}

/**
 * Puts a node together and starts it.
 * @param close how batches are closed: the faults tests pass another one
 */
export async function startNode(
  settings: Settings,
  log: Log,
  close: typeof closeBatch = closeBatch,
): Promise<RunningNode> {
  const stop = new AbortController()
  const account = privateKeyToAccount(settings.privateKey)
  mkdirSync(settings.dir, { recursive: true, mode: 0o700 })
  const deployment = await awaitDeployment(settings.deploymentPath, settings.pollMs, stop.signal)
  const db = openState(settings.dir, `${deployment.chainId} ${deployment.settlement}`)
  const client = createPublicClient({
    transport: http(settings.chainUrl, { timeout: CHAIN_TIMEOUT_MS, retryCount: 1 }),
  })
  const { chainId, settlement } = deployment
  const now = () => Math.floor(Date.now() / 1000)
  const api = connectApi(settings.apiUrl, settings.systemKey)
  const batches = openBatches(db)
  const evidence = openEvidence(db, chainId)
  const outbox = openOutbox(db)
  const readings = openReadings({ api, now, graceSeconds: settings.graceSeconds })
  const deps = { chainId, close, log }

  const node: Node = {
    settings,
    deployment,
    account,
    log,
    now,
    db,
    api,
    batches,
    evidence,
    outbox,
    readings,
    chain: followChain({ client, deployment, db, batches, log }),
    peers: openPeers(settings.peers, createSignedFetch(settings.systemKey)),
    submitter: openSubmitter({ client, account, chainId, settlement, outbox, log, signal: stop.signal }),
    changes: openChanges({ db, api, batches, evidence }),
    async planInput(community) {
      const { timeZone, batchPeriods } = await readings.profile(community)
      return { ...community, timeZone, batchPeriods, now: now(), graceSeconds: settings.graceSeconds }
    },
    async compute(community, batch, fresh) {
      const end = batch.start + batch.periods * community.periodSeconds
      const computed = await recompute(
        deps,
        community,
        batch,
        await readings.window(community, batch.start, end, fresh),
      )
      if (computed.substituted.length === 0) return computed
      // What a kept window misses may have come since: nothing is substituted that the lake has now.
      const present = await node.present(community, batch)
      if (present.substituted.length < computed.substituted.length) readings.forget(community.id, 0)
      return present
    },
    async present(community, batch) {
      const end = batch.start + batch.periods * community.periodSeconds
      return recompute(deps, community, batch, await readings.present(community, batch.start, end))
    },
  }

  const rounds = openRounds(node, stop.signal)
  const door = await openDoor(node, (community) => rounds.wake(community))
  rounds.start()
  return {
    node,
    async close() {
      stop.abort()
      await door.close()
      await rounds.ended()
      api.close()
      db.close()
    },
  }
}
