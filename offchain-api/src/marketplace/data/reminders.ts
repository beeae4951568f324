import { type Rounds, startRounds } from '../../rounds.ts'
import { remindDeletions } from './deletions.ts'
import type { DataParts } from './parts.ts'

/** Reminds of copies to delete, from time to time. */
export const startReminders = ({ store, now }: DataParts, log: (line: string) => void): Rounds =>
  startRounds({
    ...{ what: 'market: reminders of copies to delete', everyMs: 60_000, log },
    async round() {
      while ((await store.transaction((rows) => remindDeletions(rows, now()))) > 0);
    },
  })
