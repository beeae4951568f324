import { OpemError } from '@opem/domain'
import { queryOptions, useQuery } from '@tanstack/react-query'
import type { Session } from '../api/access.ts'
import { askSession } from '../api/access.ts'
import { renewSession } from './renew.ts'

export const isSignInNeeded = (error: unknown): boolean => error instanceof OpemError && error.details?.status === 401

/** Who is signed in: `null` is nobody. An access token that ran out is renewed with the refresh cookie, if there is one. */
export const sessionQuery = queryOptions({
  queryKey: ['session'],
  queryFn: async ({ signal }): Promise<Session | null> => {
    try {
      return await askSession(signal)
    } catch (error) {
      if (!isSignInNeeded(error)) throw error
      return (await renewSession('refused')) ?? null
    }
  },
  staleTime: Number.POSITIVE_INFINITY,
})

/** The session; pages behind sign-in are drawn only when there is one. */
export const useSession = (): Session | null | undefined => useQuery(sessionQuery).data
