import { useQuery } from '@tanstack/react-query'
import { Navigate, Outlet, useLocation } from 'react-router'
import { ReadProblem, Waiting } from '../parts/Notice.tsx'
import { WelcomePage } from '../welcome/WelcomePage.tsx'
import { signInPath } from './back.ts'
import { sessionQuery } from './session.ts'

/** Lets in who is signed in; everybody else is led to the door, with the way back. The front page welcomes them instead. */
export function SignedIn() {
  const session = useQuery(sessionQuery)
  const { pathname, search } = useLocation()
  if (session.data === undefined)
    return session.error === null ? (
      <Waiting what="who is signed in" />
    ) : (
      <ReadProblem error={session.error} retry={() => session.refetch()} />
    )
  if (session.data !== null) return <Outlet />
  return pathname === '/' ? <WelcomePage /> : <Navigate to={signInPath(`${pathname}${search}`)} replace />
}
