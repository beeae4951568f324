import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useCallback } from 'react'
import { Link } from 'react-router'
import { unreadQuery } from '../api/notifications.ts'
import { useStreamEvent } from '../api/stream.ts'
import { useSession } from '../session/session.ts'

/** What a notification may tell of: a page that shows it, while somebody else had the turn, shows what became of it. */
const TOLD_OF = ['notifications', 'services', 'service', 'innovation', 'compositions', 'reviews'] as const

/** How much waits to be read, on every page; new ones are heard, not asked for. */
export function Bell() {
  const session = useSession()
  const queries = useQueryClient()
  const signedIn = Boolean(session)
  const unread = useQuery({ ...unreadQuery, enabled: signedIn })
  const hear = useCallback(() => {
    for (const queryKey of TOLD_OF) void queries.invalidateQueries({ queryKey: [queryKey] })
  }, [queries])
  useStreamEvent('notification', signedIn, hear)
  if (!signedIn) return null
  const waiting = unread.data ?? 0
  const words = waiting === 0 ? 'Notifications' : `Notifications: ${waiting > 999 ? 'over 999' : waiting} unread`
  return (
    <Link className="button quiet bell" to="/notifications" aria-label={words}>
      <svg viewBox="0 0 20 20" width="18" height="18" aria-hidden="true">
        <path d="M10 2a5 5 0 0 0-5 5v3.6L3.4 14h13.2L15 10.6V7a5 5 0 0 0-5-5Zm-2 13.2a2 2 0 0 0 4 0" />
      </svg>
      {waiting === 0 ? null : (
        <span className="bell-count" aria-hidden="true">
          {waiting > 99 ? '99+' : waiting}
        </span>
      )}
    </Link>
  )
}
