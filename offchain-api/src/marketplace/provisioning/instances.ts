import {
  type DataVerdict,
  type Hex,
  INSTANCE_STEPS,
  type InstanceActor,
  type InstanceState,
  type InstanceStep,
  mayStep,
} from '@opem/domain'
import { Refusal } from '../../unified-api/problem.ts'
import type { Rows } from '../contracting/offers.ts'

/** How a service is reached: filled in by its provider when it is ready. */
export interface ServiceInformation {
  readonly baseUrl?: string
  readonly documentation?: string
  /** What the user needs besides: a user name at the provider, a contact. Plain text. */
  readonly notes?: string
}

export interface DataCheck {
  readonly at: number
  readonly days: number
  readonly items: readonly DataVerdict[]
}

export interface StoredInstance {
  readonly agreement: Hex
  readonly state: InstanceState
  readonly stopped_by: InstanceActor | null
  readonly reason: string | null
  readonly data_check: DataCheck | null
  readonly notes: string
  readonly configuration: Readonly<Record<string, string>>
  readonly service: ServiceInformation | null
  readonly key_hash: string | null
  readonly key_made_at: number | null
  readonly created_at: number
  readonly changed_at: number
}

const COLUMNS = `agreement, state, stopped_by, reason, data_check, notes, configuration, service, key_hash,
  key_made_at::float8 AS key_made_at, created_at::float8 AS created_at, changed_at::float8 AS changed_at`

export const readInstance = async (rows: Rows, agreement: string, { lock = false } = {}) =>
  (
    await rows<StoredInstance & { agreement: Hex }>(
      `SELECT ${COLUMNS} FROM market_instances WHERE agreement = $1${lock ? ' FOR UPDATE' : ''}`,
      [agreement],
    )
  )[0]

export interface InstanceStepDone {
  readonly step: InstanceStep
  readonly previous: InstanceState
  readonly state: InstanceState
  readonly actor: InstanceActor
  readonly note: string | null
  readonly at: number
}

export const stepsOfInstance = (rows: Rows, agreement: string): Promise<InstanceStepDone[]> =>
  rows<InstanceStepDone & { step: InstanceStep }>(
    `SELECT step, previous, state, actor, note, at::float8 AS at FROM market_instance_steps WHERE agreement = $1 ORDER BY id`,
    [agreement],
  )

/** What a step writes beside the state. */
export type Patch = Partial<Pick<StoredInstance, 'data_check' | 'notes' | 'configuration' | 'service'>>

/**
 * Brings an instance one step on, within the caller's transaction. Two steps at the same time follow each other.
 * @throws Refusal ERR_INSTANCE_UNKNOWN, ERR_INSTANCE_STATE
 */
export async function stepInstance(
  rows: Rows,
  it: {
    readonly agreement: string
    readonly step: InstanceStep
    readonly by: InstanceActor
    readonly note?: string | undefined
    readonly patch?: Patch
    readonly now: number
  },
): Promise<StoredInstance> {
  const instance = await readInstance(rows, it.agreement, { lock: true })
  if (!instance) throw new Refusal(404, 'ERR_INSTANCE_UNKNOWN', 'no service is provided under this agreement')
  if (!mayStep(it.step, it.by, { state: instance.state, stoppedBy: instance.stopped_by }))
    throw new Refusal(409, 'ERR_INSTANCE_STATE', whyNot(it.step, it.by, instance))
  const { to } = INSTANCE_STEPS[it.step]
  const next = { ...instance, ...it.patch, state: to }
  await rows(
    `UPDATE market_instances SET state = $2, stopped_by = $3, reason = $4, data_check = $5, notes = $6, configuration = $7,
       service = $8, changed_at = $9, key_hash = CASE WHEN $2 IN ('ended', 'revoked') THEN NULL ELSE key_hash END
     WHERE agreement = $1`,
    [
      ...[it.agreement, to, it.step === 'stop' ? it.by : null, it.note ?? null],
      ...[next.data_check && JSON.stringify(next.data_check), next.notes, JSON.stringify(next.configuration)],
      ...[next.service && JSON.stringify(next.service), it.now],
    ],
  )
  await rows(
    `INSERT INTO market_instance_steps (agreement, step, previous, state, actor, note, at)
     VALUES ($1, $2, $3, $4, $5, $6, $7)`,
    [it.agreement, it.step, instance.state, to, it.by, it.note ?? null, it.now],
  )
  return { ...next, stopped_by: it.step === 'stop' ? it.by : null, reason: it.note ?? null, changed_at: it.now }
}

function whyNot(step: InstanceStep, by: InstanceActor, { state, stopped_by }: StoredInstance): string {
  const rule = INSTANCE_STEPS[step]
  if (!rule.by.includes(by)) return `"${step}" is for the ${rule.by.join(' or the ')}, not for the ${by}`
  if (step === 'start' && state === 'stopped')
    return `the service was stopped by the ${stopped_by}, who alone starts it again`
  if (step === 'start' && state === 'ready') return 'the service is ready; its user starts it'
  return `the service is ${state}; "${step}" is possible when it is ${rule.from.join(' or ')}`
}
