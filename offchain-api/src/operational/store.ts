import { OpemError } from '@opem/domain'
import { DatabaseError, Pool, type PoolClient, type QueryResultRow } from 'pg'
import { migrate } from './migrate.ts'

/** The operational store: Postgres, by connection URL. */
export interface OperationalStore {
  rows<T extends QueryResultRow>(sql: string, values?: readonly unknown[]): Promise<T[]>
  /** All or nothing. */
  transaction<T>(work: (rows: OperationalStore['rows']) => Promise<T>): Promise<T>
  migrate(): Promise<void>
  isReady(): Promise<boolean>
  close(): Promise<void>
}

/** @throws ERR_STORE_AWAY (retryable) when Postgres does not answer; ERR_STORE when it refuses */
export function createOperationalStore({ url }: { url: string }): OperationalStore {
  // A connection stays when nobody uses it: a new one signs in anew and plans every statement again, and after a quiet
  // minute hundreds of requests waited for eight of them.
  const pool = new Pool({
    ...{ connectionString: url, max: 8, connectionTimeoutMillis: 5000, idleTimeoutMillis: 0, keepAlive: true },
  })
  // A connection that breaks is an event, and an unheard one would end the process: idle, or between two statements of a
  // transaction, whose next one fails then. The pool replaces it.
  pool.on('error', () => undefined)
  pool.on('connect', (client) => client.on('error', () => undefined))

  const rowsOn = (on: Pool | PoolClient): OperationalStore['rows'] =>
    async function rows<T extends QueryResultRow>(sql: string, values: readonly unknown[] = []) {
      const name = values.length > 0 ? nameOf(sql) : undefined
      return (await told(() => on.query<T>({ text: sql, values: [...values], ...(name ? { name } : {}) }))).rows
    }

  return {
    rows: rowsOn(pool),
    async transaction(work) {
      const client = await told(() => pool.connect())
      let broken = true
      try {
        await told(() => client.query('BEGIN'))
        const value = await work(rowsOn(client))
        await told(() => client.query('COMMIT'))
        broken = false
        return value
      } catch (cause) {
        await client.query('ROLLBACK').then(
          () => (broken = false),
          () => undefined,
        )
        throw cause
      } finally {
        client.release(broken)
      }
    },
    migrate: () => told(() => migrate(pool)),
    isReady: () =>
      pool.query('SELECT 1').then(
        () => true,
        () => false,
      ),
    close: () => pool.end(),
  }
}

const MOST_NAMED = 500
const names = new Map<string, string>()

/** A statement with a name is parsed and planned once for each connection. Ours are few; whatever is made up stays without. */
function nameOf(sql: string): string | undefined {
  const known = names.get(sql)
  if (known !== undefined || names.size >= MOST_NAMED) return known
  const name = `opem-${names.size}`
  names.set(sql, name)
  return name
}

async function told<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (cause) {
    // 57P…: the server is starting or stopping; 53…: it has no resources left.
    if (cause instanceof DatabaseError && !/^(57P|53)/.test(cause.code ?? ''))
      throw new OpemError({
        code: 'ERR_STORE',
        shortMessage: `the operational store refused a statement (SQLSTATE ${cause.code})`,
        details: { sqlState: cause.code, constraint: cause.constraint },
        cause,
      })
    throw new OpemError({
      code: 'ERR_STORE_AWAY',
      shortMessage: 'the operational store does not answer; try again in a moment',
      cause,
      retryable: true,
    })
  }
}
