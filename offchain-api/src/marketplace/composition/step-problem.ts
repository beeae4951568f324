import { Refusal } from '../../unified-api/problem.ts'

/** Of the service itself: whoever called the chain may know. Everything else lies between its composer and others. */
const OF_THE_SERVICE: Readonly<Record<string, readonly [status: number, words: string]>> = {
  ERR_SERVICE_FAILED: [502, 'failed'],
  ERR_SERVICE_REFUSED: [502, 'does not take what it was given'],
  ERR_SERVICE_AWAY: [502, 'does not answer'],
  ERR_SERVICE_SLOW: [504, 'did not answer in time'],
  ERR_RUN_SLOW: [504, 'was not reached in time'],
  ERR_ANSWER_TOO_LARGE: [502, 'answered with more than a chain hands on'],
  ERR_RUN_FORGOTTEN: [409, 'can no longer be given what the one before gave'],
  ERR_TOO_MANY: [429, 'is asked too often now'],
}

/** What the user of a composed service is told of a step's code: nothing of its composer's agreements and money. */
export const codeForUser = (code: string): string =>
  Object.hasOwn(OF_THE_SERVICE, code) ? code : 'ERR_COMPONENT_NOT_AVAILABLE'

/** Why a chain did not run, to whoever called it. Nothing was counted for them. @param title of the service at `place` */
export function stepProblem(it: { place: number; of: number; title: string; code: string; request: string }): Refusal {
  const code = codeForUser(it.code)
  const [status, words] = OF_THE_SERVICE[code] ?? [503, 'may not be used now; the provider of the chain was told']
  const again = `ask again with OPEM-Request-Id ${it.request}, and the chain goes on there`
  return new Refusal(
    ...([status, code] as const),
    `service ${it.place + 1} of ${it.of}, “${it.title}”, ${words}; nothing is counted: ${again}`,
    ...(status === 429 || status === 503 ? [5] : []),
  )
}
