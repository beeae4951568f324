import { OpemError } from '@opem/domain'

/** What a room does by itself, in rounds. */
export interface Rounds {
  /** Something may be due. Resolves when a round that began after the call has ended, however it ended. */
  wake(): Promise<void>
  /** Begins no further round, and waits for the one that runs. */
  close(): Promise<void>
}

/**
 * One round at a time, every so often and whenever somebody wakes it. What is due stands in the store, so a round that fails
 * (a part is away) is simply done again; each new reason is logged once, as a code or the name of an error.
 * @param what whose rounds these are, as the log names them
 */
export function startRounds({
  what,
  round,
  everyMs,
  log,
}: {
  readonly what: string
  readonly round: () => Promise<void>
  readonly everyMs: number
  readonly log: (line: string) => void
}): Rounds {
  let running: Promise<void> | undefined
  let again = false
  let closed = false
  let said = ''

  async function run(): Promise<void> {
    do {
      again = false
      try {
        await round()
        said = ''
      } catch (cause) {
        const why = reasonOf(cause)
        if (why !== said) log(`${what}: waits and tries again: ${why}`)
        said = why
      }
    } while (again && !closed)
    running = undefined
  }
  const begin = () => {
    if (!closed) running ??= run()
    return running
  }
  const timer = setInterval(begin, everyMs)
  timer.unref()

  return {
    async wake() {
      again = true
      await begin()
    },
    async close() {
      closed = true
      clearInterval(timer)
      await running
    },
  }
}

/** Of foreign errors the name alone: they may quote what people sent. */
function reasonOf(cause: unknown): string {
  if (cause instanceof Error && 'code' in cause) return String(cause.code)
  return cause instanceof Error ? cause.name : 'an unknown error'
}

/** Whether a part was away, which fails for everybody alike and passes. */
export const isRetryable = (cause: unknown): boolean => cause instanceof OpemError && cause.retryable
