import { useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import { whenSignInIsNeeded } from '../api/http.ts'
import { onSessionNews } from './channel.ts'
import { sessionEnded } from './queries.ts'
import { renewSession } from './renew.ts'
import { sessionQuery, useSession } from './session.ts'
import { renewIn } from './timing.ts'

const AGAIN = 10_000

/** Keeps the session fresh while the page is open, hears of changes in other tabs, and renews on a 401. Draws nothing. */
export function SessionKeeper() {
  const queries = useQueryClient()
  const session = useSession()
  const expiresAt = session?.expiresAt

  useEffect(() => {
    whenSignInIsNeeded(async () => {
      const renewed = await renewSession('refused')
      if (renewed === undefined) sessionEnded(queries)
      else queries.setQueryData(sessionQuery.queryKey, renewed)
      return renewed !== undefined
    })
    return onSessionNews((news) => {
      if (news === 'signed-out') sessionEnded(queries)
      else queries.resetQueries()
    })
  }, [queries])

  useEffect(() => {
    if (expiresAt === undefined) return
    let timer: ReturnType<typeof setTimeout>
    const renew = () =>
      renewSession('in time').then(
        (renewed) =>
          renewed === undefined ? sessionEnded(queries) : queries.setQueryData(sessionQuery.queryKey, renewed),
        // Silence: the marketplace may be back before the session ends.
        () => {
          timer = setTimeout(renew, AGAIN)
        },
      )
    const plan = () => {
      clearTimeout(timer)
      timer = setTimeout(renew, renewIn(expiresAt, Math.floor(Date.now() / 1000)) * 1000)
    }
    plan()
    // Timers stand still while a computer sleeps.
    document.addEventListener('visibilitychange', plan)
    return () => {
      clearTimeout(timer)
      document.removeEventListener('visibilitychange', plan)
    }
  }, [expiresAt, queries])

  return null
}
