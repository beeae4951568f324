import type { QueryClient } from '@tanstack/react-query'
import type { Session } from '../api/access.ts'
import { sessionQuery } from './session.ts'

/** What everybody may read stays; whatever was read as somebody goes when somebody else comes. */
const PUBLIC = ['session-ended', 'settings', 'health', 'session', 'terms', 'registration']

/** Puts a session (or nobody) in place of the one before. */
export function forgetEverything(queries: QueryClient, session: Session | null): void {
  queries.setQueryData(sessionQuery.queryKey, session)
  queries.removeQueries({ predicate: ({ queryKey }) => !PUBLIC.includes(String(queryKey[0])) })
}

/** The session ended although the page thought otherwise: it is told, once. */
export function sessionEnded(queries: QueryClient): void {
  const before = queries.getQueryData(sessionQuery.queryKey)
  if (before === null) return
  if (before !== undefined) queries.setQueryData(['session-ended'], true)
  forgetEverything(queries, null)
}
