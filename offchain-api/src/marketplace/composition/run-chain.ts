import { type Hex, OpemError } from '@opem/domain'
import { Refusal } from '../../unified-api/problem.ts'
import { type CallParts, callService } from '../provisioning/call-service.ts'
import { noteCounted, noteFailed } from '../provisioning/usage.ts'
import { chainables, inOrder, readComposition, type StoredComposition } from './compositions.ts'
import { endRun, inputOf, readRun, STEP_SECONDS, type StoredRun } from './runs.ts'
import { tellComposer } from './tell-composer.ts'

/** What one passage through a whole chain counts for the user of a composed service, in thousandths. */
export const PASSAGE_MILLI_UNITS = 1000n

/**
 * Runs a chain from the step where it stands to its end: each step is given what the one before gave. A step that was under way
 * when somebody was killed is asked again under another name; it was not counted, because nothing of its answer was kept. Each
 * service is used under its composer's own agreement with it; the user of a composed service is counted once, at the end.
 */
export async function runChain(parts: CallParts, taken: StoredRun): Promise<void> {
  const { rows } = parts.store
  for (;;) {
    const run = await readRun(rows, taken.composition, taken.id)
    if (run?.state !== 'running') return
    const composition = await readComposition(rows, run.composition)
    const now = parts.access.now()
    if (composition && run.place >= composition.listings.length) return finishRun(parts, run)
    if (composition?.state !== 'approved') return failRun(parts, run, 'ERR_COMPOSITION_STATE')
    if (now >= run.ends_by) return failRun(parts, run, 'ERR_RUN_SLOW')
    if (!(await step(parts, composition, run))) return
  }
}

/** One step of a run. @returns whether it went well */
async function step(parts: CallParts, composition: StoredComposition, run: StoredRun): Promise<boolean> {
  const { store, access } = parts
  const attempt = await nextAttempt(parts, run)
  const request = requestOf(run.id, run.place, attempt)
  let agreement: Hex | undefined
  try {
    const known = await chainables(store.rows, {
      account: composition.account,
      now: access.now(),
      only: composition.listings,
    })
    const [service] = inOrder([composition.listings[run.place]!], known)
    agreement = service!.agreement ?? undefined
    if (agreement === undefined)
      throw new Refusal(409, 'ERR_COMPOSITION_NOT_CONTRACTED', `no agreement about “${service!.title}” is in force`)
    const { bytes, type } = await inputOf(store.rows, run, run.place)
    await store.rows(
      `INSERT INTO market_composition_run_steps (run, place, attempt, agreement, state, bytes_in, started_at)
       VALUES ($1, $2, $3, $4, 'running', $5, $6)`,
      [run.id, run.place, attempt, agreement, bytes.length, Date.now() / 1000],
    )
    const left = Math.min(STEP_SECONDS, run.ends_by - access.now())
    await callService(
      parts,
      {
        ...{ agreement, account: composition.account, shown: run.shown, from: run.from_address ?? '127.0.0.1' },
        ...{ path: service!.path, body: bytes, type, request, signal: AbortSignal.timeout(Math.max(1, left) * 1000) },
      },
      async (rows, { status, type: outputType, bytes: output, milliUnits }) => {
        await rows(
          `UPDATE market_composition_run_steps SET state = 'done', status = $4, bytes_out = $5, milli_units = $6, output = $7,
             output_type = $8, ended_at = $9 WHERE run = $1 AND place = $2 AND attempt = $3`,
          [
            ...[run.id, run.place, attempt, status, output.length, milliUnits.toString()],
            ...[output, outputType, Date.now() / 1000],
          ],
        )
        await rows('UPDATE market_composition_runs SET place = $2 WHERE id = $1', [run.id, run.place + 1])
      },
    )
    return true
  } catch (cause) {
    // The store is away: nothing can be written; the run goes on when it is back.
    if (cause instanceof OpemError && cause.retryable) throw cause
    const code = cause instanceof OpemError || cause instanceof Refusal ? cause.code : 'ERR_STEP'
    await failRun(parts, run, code, { attempt, agreement })
    return false
  }
}

/** The whole chain has answered: its user, if it has one, is counted in the same transaction, once. */
async function finishRun(parts: CallParts, run: StoredRun): Promise<void> {
  const { agreement, request } = run
  const counted = await parts.store.transaction(async (rows) => {
    if (agreement !== null && request !== null) {
      const use = { agreement, request, milliUnits: PASSAGE_MILLI_UNITS, status: 200 }
      if (!(await noteCounted(rows, use))) return false
    }
    await endRun(rows, run.id, 'done', parts.access.now())
    return true
  })
  if (!counted) await failRun(parts, run, 'ERR_REQUEST_REPEATED')
}

/** Unique to an attempt: a provider sees it, and use is counted by it. */
const requestOf = (run: string, place: number, attempt: number) => `chain:${run}.${place}.${attempt}`

/** What was under way when somebody was killed is over: it counts as failed, and costs nothing. */
async function nextAttempt({ store }: CallParts, { id, place }: StoredRun): Promise<number> {
  const left = await store.rows<{ agreement: string; attempt: number }>(
    `UPDATE market_composition_run_steps SET state = 'failed', code = 'ERR_STEP_INTERRUPTED', ended_at = $3
     WHERE run = $1 AND place = $2 AND state = 'running' RETURNING agreement, attempt`,
    [id, place, Date.now() / 1000],
  )
  for (const { agreement, attempt } of left)
    await noteFailed(store.rows, { agreement, request: requestOf(id, place, attempt), status: null })
  const [{ last } = { last: 0 }] = await store.rows<{ last: number }>(
    'SELECT coalesce(max(attempt), 0)::int AS last FROM market_composition_run_steps WHERE run = $1 AND place = $2',
    [id, place],
  )
  return last + 1
}

async function failRun(
  { store, access }: CallParts,
  run: StoredRun,
  code: string,
  at: { attempt?: number; agreement?: Hex | undefined } = {},
): Promise<void> {
  await store.transaction(async (rows) => {
    await rows(
      `INSERT INTO market_composition_run_steps (run, place, attempt, agreement, state, code, bytes_in, started_at, ended_at)
       VALUES ($1, $2, $3, $4, 'failed', $5, 0, $6, $6)
       ON CONFLICT (run, place, attempt) DO UPDATE SET state = 'failed', code = $5, ended_at = $6`,
      [run.id, run.place, at.attempt ?? 0, at.agreement ?? '', code, Date.now() / 1000],
    )
    await endRun(rows, run.id, 'failed', access.now())
    const { agreement, request } = run
    if (agreement === null || request === null) return
    await noteFailed(rows, { agreement, request, status: null })
    await tellComposer(rows, { composition: run.composition, agreement, place: run.place, code, now: access.now() })
  })
}
