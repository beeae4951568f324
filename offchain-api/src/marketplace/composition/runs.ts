import type { Hex } from '@opem/domain'
import { Refusal } from '../../unified-api/problem.ts'
import type { Rows } from '../follower/reaction.ts'

export type RunState = 'running' | 'done' | 'failed'

/** One run of a composed service. Instants are seconds since 1970. */
export interface StoredRun {
  readonly id: string
  readonly composition: Hex
  /** Under which a user of the composed service called it, and the name of the call; null: its composer runs it. */
  readonly agreement: Hex | null
  readonly request: string | null
  readonly input_digest: string | null
  readonly state: RunState
  /** The step that is under way, or failed; the number of steps when all are done. */
  readonly place: number
  readonly input: Buffer | null
  readonly input_type: string
  readonly shown: 'token' | 'signature' | 'mtls'
  readonly from_address: string | null
  readonly ends_by: number
  readonly started_at: number
  readonly ended_at: number | null
}

export interface RunStep {
  readonly place: number
  readonly attempt: number
  readonly agreement: Hex
  readonly state: RunState
  readonly status: number | null
  readonly code: string | null
  readonly bytesIn: number
  readonly bytesOut: number | null
  readonly milliUnits: string | null
  /** With fractions of a second. */
  readonly startedAt: number
  readonly endedAt: number | null
}

export const RUN_SECONDS = 600
export const STEP_SECONDS = 60
/** How long the answer of a chain is kept for whoever asked. */
export const KEPT_SECONDS = 86_400

const COLUMNS = `id, composition, agreement, request, input_digest, state, place, input, input_type, shown, from_address,
  ends_by::float8 AS ends_by, started_at::float8 AS started_at, ended_at::float8 AS ended_at`

type Found = StoredRun & Record<string, unknown>

export const readRun = async (rows: Rows, composition: string, id: string): Promise<StoredRun | undefined> =>
  (
    await rows<Found>(`SELECT ${COLUMNS} FROM market_composition_runs WHERE id = $1 AND composition = $2`, [
      id,
      composition,
    ])
  )[0]

/** The run of one call of a composed service. */
export const runOfCall = async (
  rows: Rows,
  { agreement, request }: { agreement: string; request: string },
): Promise<StoredRun | undefined> =>
  (
    await rows<Found>(`SELECT ${COLUMNS} FROM market_composition_runs WHERE agreement = $1 AND request = $2`, [
      agreement,
      request,
    ])
  )[0]

/** One call of a composed service under an agreement. */
export const runUnder = async (rows: Rows, agreement: string, id: string): Promise<StoredRun | undefined> =>
  (
    await rows<Found>(`SELECT ${COLUMNS} FROM market_composition_runs WHERE agreement = $1 AND id = $2`, [
      agreement,
      id,
    ])
  )[0]

/** Calls of a composed service under an agreement, the newest first. */
export const runsUnder = (rows: Rows, agreement: string): Promise<StoredRun[]> =>
  rows<Found>(
    `SELECT ${COLUMNS} FROM market_composition_runs WHERE agreement = $1 ORDER BY started_at DESC, id LIMIT 50`,
    [agreement],
  )

/** Its composer's own runs and those of its users, the newest of each. */
export const runsOf = (rows: Rows, composition: string): Promise<StoredRun[]> =>
  rows<Found>(
    `SELECT ${COLUMNS} FROM (SELECT *, row_number() OVER (PARTITION BY agreement IS NULL ORDER BY started_at DESC, id) AS nth
       FROM market_composition_runs WHERE composition = $1) r
     WHERE nth <= 25 ORDER BY r.started_at DESC, id`,
    [composition],
  )

const STEP_COLUMNS = `place, attempt, agreement, state, status, code, bytes_in AS "bytesIn", bytes_out AS "bytesOut",
  milli_units::text AS "milliUnits", started_at AS "startedAt", ended_at AS "endedAt"`

export const stepsOf = (rows: Rows, run: string): Promise<RunStep[]> =>
  rows<RunStep & Record<string, unknown>>(
    `SELECT ${STEP_COLUMNS} FROM market_composition_run_steps WHERE run = $1 ORDER BY place, attempt`,
    [run],
  )

/** Of several runs at once, in the order of their attempts. */
export const stepsOfAll = (rows: Rows, runs: readonly string[]): Promise<(RunStep & { readonly run: string })[]> =>
  rows<RunStep & { run: string } & Record<string, unknown>>(
    `SELECT run, ${STEP_COLUMNS} FROM market_composition_run_steps WHERE run = ANY($1) ORDER BY run, place, attempt`,
    [runs],
  )

/** Why a run failed: the code of the attempt that ended last. */
export const failureOf = (steps: readonly RunStep[]): string | null =>
  steps
    .filter(({ state }) => state === 'failed')
    .reduce<RunStep | undefined>((last, one) => ((last?.endedAt ?? 0) > (one.endedAt ?? 0) ? last : one), undefined)
    ?.code ?? null

export const startRun = (
  rows: Rows,
  it: Pick<StoredRun, 'id' | 'composition' | 'input' | 'input_type' | 'shown' | 'from_address'> & {
    /** Of a call of the composed service. */
    call?: { agreement: string; request: string; digest: string }
    now: number
  },
) =>
  rows(
    `INSERT INTO market_composition_runs (id, composition, state, input, input_type, shown, from_address, ends_by, started_at,
       agreement, request, input_digest) VALUES ($1, $2, 'running', $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
    [
      ...[it.id, it.composition, it.input, it.input_type, it.shown, it.from_address, it.now + RUN_SECONDS, it.now],
      ...[it.call?.agreement ?? null, it.call?.request ?? null, it.call?.digest ?? null],
    ],
  )

/** Lets a failed run go on at the step that failed. @throws Refusal ERR_RUN_STATE, ERR_RUN_FORGOTTEN */
export async function retryRun(
  rows: Rows,
  it: { run: StoredRun; shown: StoredRun['shown']; from: string; now: number },
): Promise<void> {
  const { run, shown, from, now } = it
  if (run.state !== 'failed')
    throw new Refusal(409, 'ERR_RUN_STATE', `the run is ${run.state}; only a failed one is tried again`)
  if (run.input === null)
    throw new Refusal(409, 'ERR_RUN_FORGOTTEN', 'what the run worked on is kept for a day and is gone; start a new one')
  await rows(
    `UPDATE market_composition_runs SET state = 'running', ended_at = NULL, shown = $2, from_address = $3, ends_by = $4,
       leased_until = 0 WHERE id = $1 AND state = 'failed'`,
    [run.id, shown, from, now + RUN_SECONDS],
  )
}

/** Of one composition at once, so that a slow one does not hold up all others. */
const MOST_OF_ONE = 8

/** Takes a run that nobody works on. @param now with fractions of a second */
export const takeRun = async (rows: Rows, now: number, leaseSeconds: number): Promise<StoredRun | undefined> =>
  (
    await rows<Found>(
      `UPDATE market_composition_runs SET leased_until = $1::float8 + $2::float8 WHERE id = (
         SELECT id FROM market_composition_runs w WHERE state = 'running' AND leased_until < $1
           AND (SELECT count(*) FROM market_composition_runs o WHERE o.composition = w.composition AND o.state = 'running'
             AND o.leased_until >= $1) < $3
         ORDER BY started_at LIMIT 1 FOR UPDATE SKIP LOCKED) RETURNING ${COLUMNS}`,
      [now, leaseSeconds, MOST_OF_ONE],
    )
  )[0]

export const renewLease = (rows: Rows, run: string, until: number) =>
  rows(`UPDATE market_composition_runs SET leased_until = $2 WHERE id = $1 AND state = 'running'`, [run, until])

/** What the last service of a run gave, while it is kept. */
export const outputOf = async (
  rows: Rows,
  run: Pick<StoredRun, 'id' | 'state' | 'place'>,
): Promise<{ bytes: Buffer; type: string } | undefined> =>
  run.state !== 'done'
    ? undefined
    : (
        await rows<{ bytes: Buffer; type: string }>(
          `SELECT output AS bytes, output_type AS type FROM market_composition_run_steps
           WHERE run = $1 AND place = $2 AND state = 'done' AND output IS NOT NULL`,
          [run.id, run.place - 1],
        )
      )[0]

export const endRun = (rows: Rows, run: string, state: 'done' | 'failed', now: number) =>
  rows(
    `UPDATE market_composition_runs SET state = $2, ended_at = $3, from_address = NULL WHERE id = $1 AND state = 'running'`,
    [run, state, now],
  )

/** What the step before gave, or the run's own input. */
export async function inputOf(rows: Rows, run: StoredRun, place: number): Promise<{ bytes: Buffer; type: string }> {
  if (place === 0) return { bytes: run.input ?? Buffer.alloc(0), type: run.input_type }
  const [found] = await rows<{ output: Buffer | null; output_type: string }>(
    `SELECT output, output_type FROM market_composition_run_steps
     WHERE run = $1 AND place = $2 AND state = 'done' ORDER BY attempt DESC LIMIT 1`,
    [run.id, place - 1],
  )
  if (!found?.output) throw new Refusal(409, 'ERR_RUN_FORGOTTEN', 'what the step before gave is gone; start a new run')
  return { bytes: found.output, type: found.output_type }
}

/** Words of other people's data are not kept longer than they are of use. */
export async function forgetRuns(rows: Rows, now: number): Promise<void> {
  await rows(
    `UPDATE market_composition_run_steps s SET output = NULL FROM market_composition_runs r
     WHERE r.id = s.run AND s.output IS NOT NULL AND r.ended_at IS NOT NULL AND (r.ended_at < $1
       OR (r.state = 'done' AND s.place < r.place - 1))`,
    [now - KEPT_SECONDS],
  )
  await rows(
    `UPDATE market_composition_runs SET input = NULL WHERE input IS NOT NULL AND ended_at IS NOT NULL
       AND (ended_at < $1 OR state = 'done')`,
    [now - KEPT_SECONDS],
  )
}
