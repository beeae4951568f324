import { useMutation, useQueryClient } from '@tanstack/react-query'
import { endSession } from '../api/access.ts'
import { sessionChanged } from './channel.ts'
import { forgetEverything } from './queries.ts'

/** Ends the session here and at the marketplace; every read of before is forgotten. */
export function useSignOut() {
  const queries = useQueryClient()
  return useMutation({
    mutationFn: endSession,
    onSuccess: () => {
      forgetEverything(queries, null)
      sessionChanged('signed-out')
    },
  })
}
