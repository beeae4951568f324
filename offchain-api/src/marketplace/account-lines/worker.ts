import { type AccountLineParts, issueAccountLines } from './account-lines.ts'

const EVERY_MS = 5000

export interface AccountLineWorker {
  /** Something may be due. */
  wake(): void
  close(): Promise<void>
}

/** Issues lines as they come, one round at a time; what fails (store or chain away) is tried again. */
export function startAccountLines(parts: AccountLineParts, log: (line: string) => void): AccountLineWorker {
  let running: Promise<void> | undefined
  let again = false
  let said = ''
  const round = async () => {
    do {
      again = false
      await issueAccountLines(parts).then(
        () => (said = ''),
        (cause) => {
          const why = cause instanceof Error && 'code' in cause ? String(cause.code) : 'an unknown error'
          if (why !== said) log(`market: lines of Account credentials wait: ${why}`)
          said = why
        },
      )
    } while (again)
    running = undefined
  }
  const wake = () => {
    if (running) again = true
    else running = round()
  }
  const timer = setInterval(wake, EVERY_MS)
  timer.unref()
  return {
    wake,
    async close() {
      clearInterval(timer)
      again = false
      await running
    },
  }
}
