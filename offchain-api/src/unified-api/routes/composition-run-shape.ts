import { formatInstant } from '@opem/domain'
import { z } from 'zod'
import { type StoredRun, stepsOf } from '../../marketplace/composition/runs.ts'
import { Refusal } from '../problem.ts'
import type { Services } from '../services.ts'
import { bytes32, count, instantText } from '../shapes.ts'

const runStep = z
  .object({
    place: count,
    attempt: count,
    state: z.enum(['running', 'done', 'failed']),
    status: count.nullable(),
    code: z.string().nullable(),
    bytesIn: count,
    bytesOut: count.nullable(),
    milliUnits: z.string().nullable(),
    startedAt: z.number().meta({ description: 'seconds since 1970, with fractions' }),
    endedAt: z.number().nullable(),
  })
  .meta({ id: 'CompositionRunStep' })

/** How far a run has come, step by step. */
export const runShape = z
  .object({
    id: z.string(),
    agreement: bytes32.nullable().meta({
      description:
        'under which a user of the composed service called it, who alone sees what it gave; null: your own run',
    }),
    state: z.enum(['running', 'done', 'failed']),
    place: count.meta({ description: 'the step that is under way or failed; the number of steps when all are done' }),
    startedAt: instantText,
    endedAt: instantText.nullable(),
    steps: z.array(runStep),
  })
  .meta({ id: 'CompositionRun' })

export const outputShape = z
  .object({ contentType: z.string(), body: z.string().meta({ description: 'the bytes as UTF-8' }) })
  .meta({ id: 'CompositionOutput' })

/** A run, as its route answers. */
export async function runOf({ store }: Services, run: StoredRun) {
  const steps = await stepsOf(store.rows, run.id)
  return {
    ...{
      id: run.id,
      agreement: run.agreement,
      state: run.state,
      place: run.place,
      startedAt: formatInstant(run.started_at),
    },
    endedAt: run.ended_at === null ? null : formatInstant(run.ended_at),
    steps: steps.map(({ agreement: _agreement, ...one }) => one),
  }
}

/** @throws Refusal ERR_RUN_OUTPUT */
export function shownOutput(output: { bytes: Buffer; type: string } | undefined) {
  if (!output) throw new Refusal(404, 'ERR_RUN_OUTPUT', 'the run has not ended well, or what it gave is gone')
  return { contentType: output.type, body: output.bytes.toString('utf8') }
}

export const unknownRun = (id: string) =>
  new Refusal(404, 'ERR_RUN_UNKNOWN', `there is no run ${id} of this composition`)
