import type { ServedChain } from '@opem/domain'
import type { Request, Response } from 'express'
import { Refusal } from '../../unified-api/problem.ts'
import type { Services } from '../../unified-api/services.ts'
import { answerHeaders } from '../provisioning/forward.ts'
import type { UsableService } from '../provisioning/may-call.ts'
import { formatUnits } from '../provisioning/units.ts'
import { brokenStep } from './broken-step.ts'
import { type ChainCall, runBefore, takeCall } from './chain-calls.ts'
import { PASSAGE_MILLI_UNITS } from './run-chain.ts'
import { failureOf, outputOf, readRun, type StoredRun, stepsOf } from './runs.ts'
import { compositionBehind } from './served-chain.ts'
import { stepProblem } from './step-problem.ts'
import { tellComposer } from './tell-composer.ts'

const LONGEST_WAIT_MS = 300_000
const LOOK_MS = 50

/**
 * A call of a composed service that the marketplace runs: its body goes to the first service, the answer of the last comes back. The
 * caller is counted once, when the whole chain has answered; the composer for each of its services. The run goes on when the caller
 * hangs up, and the same call again, by its OPEM-Request-Id, finds it.
 */
export async function serveChain(
  services: Services,
  request: Request,
  response: Response,
  it: UsableService & Pick<ChainCall, 'bytes' | 'shown' | 'from'> & { chain: ServedChain; rest: string; id: string },
): Promise<void> {
  const { store, access } = services
  if (request.method !== 'POST' || !['', '/'].includes(it.rest))
    throw new Refusal(405, 'ERR_CHAIN_CALL', 'a composed service takes one call: POST of its input, without a path')
  const composition = await compositionBehind(store.rows, it.chain, it.agreement.provider_account)
  const call: ChainCall = {
    ...{ agreement: it.agreement.id, composition: composition.id, request: it.id },
    ...{ bytes: it.bytes, shown: it.shown, from: it.from },
    type: request.headers['content-type'] ?? 'application/octet-stream',
  }
  const before = await runBefore(store, call)
  if (before === undefined || before.state === 'failed') {
    const caller = { shown: it.shown, address: it.from }
    const broken = await brokenStep(services, composition, { ...(before && { from: before.place }), caller })
    if (broken) {
      const { id: agreement } = it.agreement
      await store.transaction((rows) =>
        tellComposer(rows, { composition: composition.id, agreement, ...broken, now: access.now() }),
      )
      throw problemAt(it, broken)
    }
  }
  const id = await takeCall({ store, mayUseMoney: services.gateway.mayUseMoney }, call, access.now())
  services.compositions.wake()
  response.set('OPEM-Request-Id', it.id)
  const run = await whenEnded(services, response, { composition: composition.id, id })
  if (run === undefined) return void response.destroy()
  if (run.state === 'running')
    throw new Refusal(
      504,
      'ERR_SERVICE_SLOW',
      `the chain is at service ${run.place + 1} of ${it.chain.steps.length}; ask again with OPEM-Request-Id ${it.id}`,
      5,
    )
  if (run.state === 'failed') {
    const code = failureOf(await stepsOf(store.rows, run.id)) ?? 'ERR_STEP'
    throw problemAt(it, { place: run.place, code })
  }
  const output = await outputOf(store.rows, run)
  if (!output)
    throw new Refusal(
      409,
      'ERR_RUN_FORGOTTEN',
      `the request ${it.id} was answered and counted once; its answer was kept for a day and is gone`,
    )
  response.status(200).set(answerHeaders({ 'content-type': output.type }))
  response.set('OPEM-Units', formatUnits(PASSAGE_MILLI_UNITS)).end(output.bytes)
}

const problemAt = (
  { chain, id }: { chain: ServedChain; id: string },
  { place, code }: { place: number; code: string },
) =>
  stepProblem({
    ...{ place: Math.min(place, chain.steps.length - 1), of: chain.steps.length, code, request: id },
    title: chain.steps[place]?.title ?? 'the last one',
  })

/** The run when it has ended, or as it stands when nobody waits any longer; undefined when the caller has hung up. */
async function whenEnded(
  { store }: Pick<Services, 'store'>,
  response: Response,
  { composition, id }: { composition: string; id: string },
): Promise<StoredRun | undefined> {
  for (const until = Date.now() + LONGEST_WAIT_MS; ; ) {
    const run = await readRun(store.rows, composition, id)
    if (run === undefined || response.closed) return undefined
    if (run.state !== 'running' || Date.now() >= until) return run
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS))
  }
}
