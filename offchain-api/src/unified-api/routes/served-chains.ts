import { formatInstant } from '@opem/domain'
import { z } from 'zod'
import {
  outputOf,
  type RunStep,
  runsUnder,
  runUnder,
  type StoredRun,
  stepsOfAll,
} from '../../marketplace/composition/runs.ts'
import { chainUnder } from '../../marketplace/composition/served-chain.ts'
import { codeForUser } from '../../marketplace/composition/step-problem.ts'
import { agreementOf } from '../../marketplace/contracting/extensions.ts'
import { agreementId } from '../../marketplace/contracting/shapes.ts'
import { defineRoute, personOf } from '../route.ts'
import { bytes32, count, instantText } from '../shapes.ts'
import { outputShape, shownOutput, unknownRun } from './composition-run-shape.ts'

const params = z.strictObject({ id: agreementId })

const call = z
  .object({
    id: z.string(),
    request: z.string().nullable().meta({ description: 'OPEM-Request-Id of the call; to its user alone' }),
    state: z.enum(['running', 'done', 'failed']),
    startedAt: instantText,
    endedAt: instantText.nullable(),
    steps: z.array(
      z.object({
        listing: bytes32,
        title: z.string(),
        state: z.enum(['waiting', 'running', 'done', 'failed']),
        attempts: count,
        code: z.string().nullable(),
        startedAt: z.number().nullable().meta({ description: 'seconds since 1970, with fractions' }),
        endedAt: z.number().nullable(),
      }),
    ),
  })
  .meta({ id: 'ChainCall' })

export const getChainCalls = defineRoute({
  method: 'get',
  path: '/v1/agreements/{id}/runs',
  summary: 'Calls of a composed service, the newest first: how far each has come through the chain. The last 50.',
  access: 'contracting',
  params,
  answers: z.object({ items: z.array(call) }),
  async handle({ params: { id } }, services, access) {
    const { agreement, side } = await agreementOf(services.contracting, personOf(access), id)
    const { rows } = services.store
    const chain = await chainUnder(rows, agreement)
    const runs = chain === undefined ? [] : await runsUnder(rows, id)
    const seen = side === 'consumer' ? codeForUser : (code: string) => code
    const steps = await stepsOfAll(
      rows,
      runs.map((run) => run.id),
    )
    return {
      items: runs.map((run) => {
        const attempts = steps.filter((step) => step.run === run.id)
        return callOf({ run, attempts, chain: chain!.steps, seen, request: side === 'consumer' ? run.request : null })
      }),
    }
  },
})

export const getChainOutput = defineRoute({
  method: 'get',
  path: '/v1/agreements/{id}/runs/{run}/output',
  summary: 'What a call of a composed service gave, to its user alone. It is kept for a day, and asking costs nothing.',
  access: 'contracting',
  params: params.extend({ run: z.string().regex(/^[A-Za-z0-9_-]{22}$/) }),
  answers: outputShape,
  async handle({ params: { id, run } }, services, access) {
    const { side } = await agreementOf(services.contracting, personOf(access), id)
    if (side !== 'consumer') access.refuse('the user of the service')
    const found = await runUnder(services.store.rows, id, run)
    if (!found) throw unknownRun(run)
    return shownOutput(await outputOf(services.store.rows, found))
  },
})

function callOf(it: {
  run: StoredRun
  attempts: readonly RunStep[]
  chain: readonly { listing: string; title: string }[]
  request: string | null
  seen: (code: string) => string
}) {
  const { run, attempts, request, seen } = it
  return {
    ...{ id: run.id, request, state: run.state },
    startedAt: formatInstant(run.started_at),
    endedAt: run.ended_at === null ? null : formatInstant(run.ended_at),
    steps: it.chain.map(({ listing, title }, place) => {
      const own = attempts.filter((one) => one.place === place)
      const last = own.at(-1)
      const state = place < run.place ? ('done' as const) : (last?.state ?? ('waiting' as const))
      return {
        ...{ listing, title, state, attempts: own.length },
        code: last?.code == null ? null : seen(last.code),
        ...{ startedAt: last?.startedAt ?? null, endedAt: last?.endedAt ?? null },
      }
    }),
  }
}
