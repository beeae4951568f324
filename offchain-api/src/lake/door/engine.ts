import { type ChdbQueryStream, type ChdbResult, drainPending, Session } from 'chdb'

/** What one request may change on its connection; put back before the next request gets it. */
export interface RequestState {
  readonly database: string
  /** SQL settings of this request (URL parameters of ClickHouse's HTTP interface). */
  readonly settings: ReadonlyMap<string, string>
  /** Values of `{name:Type}` placeholders, escaped as the client wrote them. */
  readonly parameters: ReadonlyMap<string, string>
}

export interface Connection {
  run(sql: string, format: string): Promise<ChdbResult>
  stream(sql: string, format: string): ChdbQueryStream
}

export interface Engine {
  /** Lends one connection; waits while all are busy. One connection does one thing at a time. */
  use<T>(state: RequestState, work: (connection: Connection) => Promise<T>): Promise<T>
  /** Waits for what runs, then closes: leaving the process during an insert would crash the engine. */
  close(): Promise<void>
}

/**
 * The embedded ClickHouse engine on `dir`, with a pool of connections so that a point query does not wait behind a scan.
 * Only one process may open a directory.
 */
export function openEngine(dir: string, connections: number): Engine {
  const idle = Array.from({ length: connections }, () => new Session(dir))
  const all = [...idle]
  const databases = new WeakMap<Session, string>()
  const stale = new WeakMap<Session, Set<string>>()
  const waiting: ((session: Session) => void)[] = []
  let busy = 0
  let onIdle: (() => void) | undefined

  const take = async () => idle.pop() ?? new Promise<Session>((resolve) => waiting.push(resolve))
  const giveBack = (session: Session) => {
    const next = waiting.shift()
    if (next) next(session)
    else idle.push(session)
  }

  async function prepare(session: Session, state: RequestState) {
    if ((databases.get(session) ?? 'default') !== state.database) {
      await session.queryAsync(`USE ${quoteIdentifier(state.database)}`)
      databases.set(session, state.database)
    }
    const values = [...state.settings].map(([name, value]) => `${name} = ${quote(value)}`)
    const names = stale.get(session) ?? new Set()
    for (const [name, value] of state.parameters) {
      names.add(name)
      values.push(`param_${name} = ${quote(value)}`)
    }
    stale.set(session, names)
    if (values.length > 0) await session.queryAsync(`SET ${values.join(', ')}`)
  }

  async function restore(session: Session, state: RequestState) {
    if (state.settings.size === 0) return
    await session.queryAsync(`SET ${[...state.settings.keys()].map((name) => `${name} = DEFAULT`).join(', ')}`)
  }

  // A value that an earlier request left on the connection must not fill a placeholder that this one forgot.
  function refuseForgotten(session: Session, sql: string, state: RequestState) {
    for (const name of stale.get(session) ?? []) {
      if (!state.parameters.has(name) && new RegExp(`\\{\\s*${name}\\s*:`).test(sql))
        throw new Error(`Code: 456. DB::Exception: Substitution \`${name}\` is not set. (UNKNOWN_QUERY_PARAMETER)`)
    }
  }

  return {
    async use(state, work) {
      busy += 1
      const session = await take()
      try {
        await prepare(session, state)
        try {
          return await work({
            run: async (sql, format) => {
              refuseForgotten(session, sql, state)
              return session.queryAsync(sql, { format })
            },
            stream: (sql, format) => {
              refuseForgotten(session, sql, state)
              return session.queryStream(sql, { format })
            },
          })
        } finally {
          await restore(session, state).catch(() => undefined)
        }
      } finally {
        giveBack(session)
        busy -= 1
        if (busy === 0) onIdle?.()
      }
    },
    async close() {
      if (busy > 0) await new Promise<void>((resolve) => (onIdle = resolve))
      for (const session of all) session.close()
      await drainPending()
    },
  }
}

/** ClickHouse string literal. */
export const quote = (text: string) => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`

const quoteIdentifier = (name: string) => `\`${name.replaceAll('\\', '\\\\').replaceAll('`', '\\`')}\``
