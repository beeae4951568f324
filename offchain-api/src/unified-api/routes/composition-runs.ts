import { randomBytes } from 'node:crypto'
import type { Hex } from '@opem/domain'
import { z } from 'zod'
import {
  type StoredComposition,
  seenComposition,
  unknownComposition,
} from '../../marketplace/composition/compositions.ts'
import { outputOf, readRun, retryRun, type StoredRun, startRun } from '../../marketplace/composition/runs.ts'
import { Refusal } from '../problem.ts'
import { type Access, defineRoute } from '../route.ts'
import { type Services, seconds } from '../services.ts'
import { bytes32 } from '../shapes.ts'
import { outputShape, runOf, runShape, shownOutput, unknownRun } from './composition-run-shape.ts'

const params = z.strictObject({ id: bytes32 })
const runParams = params.extend({ run: z.string().regex(/^[A-Za-z0-9_-]{22}$/) })
const MOST_RUNNING = 16

export const postCompositionRun = defineRoute({
  method: 'post',
  path: '/v1/compositions/{id}/run',
  summary:
    'Runs an approved composition: the body’s input goes to the first service, what each gives to the next. Each call is counted under its own agreement.',
  access: 'run-composition',
  params,
  query: z.strictObject({
    wait: z.coerce.number().int().min(0).max(60).default(0).meta({ description: 'seconds to wait for the end' }),
  }),
  body: z.strictObject({ input: z.json() }),
  bodyLimit: 1_000_000,
  answers: runShape,
  async handle({ params: { id }, query: { wait }, body: { input } }, services, access) {
    const found = await ownComposition(services, access, id)
    if (found.state !== 'approved')
      throw new Refusal(
        409,
        'ERR_COMPOSITION_STATE',
        `the composition is ${found.state}; it runs when every provider has approved it`,
      )
    const { rows } = services.store
    const [{ running } = { running: 0 }] = await rows<{ running: number }>(
      `SELECT count(*)::int AS running FROM market_composition_runs
       WHERE composition = $1 AND state = 'running' AND agreement IS NULL`,
      [id],
    )
    if (running >= MOST_RUNNING)
      throw new Refusal(
        429,
        'ERR_TOO_MANY',
        `${running} runs of this composition are under way; wait for one to end`,
        5,
      )
    const run = randomBytes(16).toString('base64url')
    await startRun(rows, {
      ...{ id: run, composition: id as Hex, input: Buffer.from(JSON.stringify(input)), input_type: 'application/json' },
      ...{ shown: shownBy(access), from_address: access.address, now: seconds(services) },
    })
    services.compositions.wake()
    return runOf(services, await ended(services, id, run, wait))
  },
})

export const getCompositionRun = defineRoute({
  method: 'get',
  path: '/v1/compositions/{id}/runs/{run}',
  summary: 'How far a run has come, step by step.',
  access: 'run-composition',
  params: runParams,
  answers: runShape,
  async handle({ params: { id, run } }, services, access) {
    await ownComposition(services, access, id)
    return runOf(services, await ended(services, id, run, 0))
  },
})

export const getCompositionOutput = defineRoute({
  method: 'get',
  path: '/v1/compositions/{id}/runs/{run}/output',
  summary: 'What the last service of a run gave. It is kept for a day.',
  access: 'run-composition',
  params: runParams,
  answers: outputShape,
  async handle({ params: { id, run } }, services, access) {
    await ownComposition(services, access, id)
    const found = ownRun(await readRun(services.store.rows, id, run), run)
    return shownOutput(await outputOf(services.store.rows, found))
  },
})

export const postCompositionRetry = defineRoute({
  method: 'post',
  path: '/v1/compositions/{id}/runs/{run}/retry',
  summary: 'Lets a failed run go on at the step that failed; what went well is not asked and not paid again.',
  access: 'run-composition',
  params: runParams,
  query: z.strictObject({ wait: z.coerce.number().int().min(0).max(60).default(0) }),
  answers: runShape,
  async handle({ params: { id, run }, query: { wait } }, services, access) {
    await ownComposition(services, access, id)
    const found = ownRun(await readRun(services.store.rows, id, run), run)
    await retryRun(services.store.rows, {
      ...{ run: found, shown: shownBy(access), from: access.address, now: seconds(services) },
    })
    services.compositions.wake()
    return runOf(services, await ended(services, id, run, wait))
  },
})

/** Whose composition it is, person or machine, and how they show who they are. @throws Refusal ERR_COMPOSITION_UNKNOWN */
async function ownComposition({ store }: Services, { caller }: Access, id: string): Promise<StoredComposition> {
  const account = caller.kind === 'nobody' ? null : caller.account
  if (account === null) throw unknownComposition(id)
  const found = await seenComposition(store.rows, id, { account, provides: false })
  return found
}

const shownBy = ({ caller }: Access) => (caller.kind === 'system' ? 'signature' : 'token')

/** The run when it has ended, or as it stands after so many seconds. */
async function ended({ store }: Services, composition: string, id: string, wait: number): Promise<StoredRun> {
  for (const until = Date.now() + wait * 1000; ; ) {
    const run = await readRun(store.rows, composition, id)
    if (!run) throw unknownRun(id)
    if (run.state !== 'running' || Date.now() >= until) return run
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

/** What others put into the composed service and got from it is nobody's but theirs. @throws Refusal ERR_RUN_UNKNOWN */
function ownRun(run: StoredRun | undefined, id: string): StoredRun {
  if (run?.agreement === null) return run
  throw unknownRun(id)
}
