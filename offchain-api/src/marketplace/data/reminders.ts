import { remindDeletions } from './deletions.ts'
import type { DataParts } from './parts.ts'

const EVERY_MS = 60_000

/** Reminds of copies to delete, from time to time; what fails (store away) is tried again. */
export function startReminders({ store, now }: DataParts, log: (line: string) => void): { close(): Promise<void> } {
  let running: Promise<void> | undefined
  let said = ''
  const round = async () => {
    try {
      while ((await store.transaction((rows) => remindDeletions(rows, now()))) > 0);
      said = ''
    } catch (cause) {
      const why = cause instanceof Error && 'code' in cause ? String(cause.code) : 'an unknown error'
      if (why !== said) log(`market: reminders of copies to delete wait: ${why}`)
      said = why
    }
    running = undefined
  }
  const timer = setInterval(() => (running ??= round()), EVERY_MS)
  timer.unref()
  return {
    async close() {
      clearInterval(timer)
      await running
    },
  }
}
