import { createHash, randomBytes } from 'node:crypto'
import type { Hex } from '@opem/domain'
import type { OperationalStore } from '../../operational/store.ts'
import { Refusal } from '../../unified-api/problem.ts'
import { admitCall } from '../provisioning/admit-call.ts'
import type { MayUseMoney } from '../provisioning/may-call.ts'
import { retryRun, runOfCall, type StoredRun, startRun } from './runs.ts'

/** A call of a composed service by whoever contracted it. */
export interface ChainCall {
  readonly agreement: Hex
  readonly composition: Hex
  /** OPEM-Request-Id. */
  readonly request: string
  readonly bytes: Uint8Array
  readonly type: string
  readonly shown: StoredRun['shown']
  readonly from: string
}

/** Calls of one agreement that run at once. */
const MOST_RUNNING = 32

const digestOf = ({ type, bytes }: Pick<ChainCall, 'type' | 'bytes'>) =>
  createHash('sha256').update(`${type}\n`).update(bytes).digest('hex')

/**
 * The run of a call before, under the same name and with the same input.
 * @throws Refusal ERR_REQUEST_CHANGED
 */
export async function runBefore({ rows }: Pick<OperationalStore, 'rows'>, call: ChainCall) {
  const found = await runOfCall(rows, call)
  if (found && found.input_digest !== digestOf(call))
    throw new Refusal(
      409,
      'ERR_REQUEST_CHANGED',
      `the request ${call.request} was made with another input; give a new one another OPEM-Request-Id`,
    )
  return found
}

/**
 * Begins the run of a call, or lets the one that failed under this name go on at the step that failed. One that is under way or
 * done stays as it is.
 * @returns the run's id
 * @throws Refusal ERR_REQUEST_CHANGED, ERR_REQUEST_REPEATED, ERR_RUN_FORGOTTEN, ERR_TOO_MANY, and 402 with the codes of `mayUseMoney`
 */
export async function takeCall(
  { store, mayUseMoney }: { store: OperationalStore; mayUseMoney: MayUseMoney },
  call: ChainCall,
  now: number,
): Promise<string> {
  const { agreement, request, shown, from } = call
  return store.transaction(async (rows) => {
    // Two calls of one name at the same time: the second finds the run of the first.
    await rows('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [`${agreement} ${request}`])
    const before = await runBefore({ rows }, call)
    if (before && before.state !== 'failed') return before.id
    // Whoever hangs up and calls anew leaves runs behind that still go on.
    const [{ running } = { running: 0 }] = await rows<{ running: number }>(
      `SELECT count(*)::int AS running FROM market_composition_runs WHERE agreement = $1 AND state = 'running'`,
      [agreement],
    )
    if (running >= MOST_RUNNING)
      throw new Refusal(429, 'ERR_TOO_MANY', `${running} calls of this service are under way; wait for one to end`, 5)
    await admitCall(rows, mayUseMoney, { agreement, request, method: 'POST', now, outlivesProcess: true })
    if (before) {
      await retryRun(rows, { run: before, shown, from, now })
      return before.id
    }
    const id = randomBytes(16).toString('base64url')
    await startRun(rows, {
      ...{ id, composition: call.composition, input: Buffer.from(call.bytes), input_type: call.type, shown },
      ...{ from_address: from, call: { agreement, request, digest: digestOf(call) }, now },
    })
    return id
  })
}
