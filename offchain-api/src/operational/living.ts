import { randomInt } from 'node:crypto'
import { stayConnected } from './connected.ts'

/** This process, in rows that say who is at work on something: a number that no process had before, as good as surely. */
export const PROCESS = randomInt(1, 2 ** 31)

/** First half of the advisory locks that processes hold while they live; the second is the process. Any number of our own. */
const LIVING = 7_263_548

export interface Living {
  /** Once it is true that other processes see this one alive. */
  known(): Promise<void>
  close(): Promise<void>
}

/**
 * Lets others know that this process lives: by a lock that ends with its connection, so with the process, however that ends.
 * Where the connection breaks alone it is taken anew within seconds.
 */
export function startLiving({ url }: { readonly url: string }): Living {
  const { promise, resolve } = Promise.withResolvers<void>()
  const { close } = stayConnected({
    url,
    async begin(client) {
      await client.query('SELECT pg_advisory_lock($1, $2)', [LIVING, PROCESS])
      resolve()
    },
  })
  return { known: () => promise, close }
}

/** SQL: whether the process that an integer column names has ended. NULL names none. */
export const hasEnded = (column: string): string =>
  `(${column} IS NOT NULL AND NOT EXISTS (
     SELECT 1 FROM pg_locks held WHERE held.locktype = 'advisory' AND held.granted AND held.objsubid = 2
       AND held.classid = ${LIVING} AND held.objid = ${column}::oid
       AND held.database = (SELECT oid FROM pg_database WHERE datname = current_database())))`
