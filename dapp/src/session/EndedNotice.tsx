import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Button } from '../parts/Button.tsx'
import { Notice } from '../parts/Notice.tsx'
import { useSession } from './session.ts'

/** Says that a session ended by itself, until somebody signs in or takes note. */
export function EndedNotice() {
  const queries = useQueryClient()
  const session = useSession()
  const ended = useQuery<boolean>({
    queryKey: ['session-ended'],
    queryFn: () => false,
    initialData: false,
    enabled: false,
  })
  if (session !== null || !ended.data) return null
  return (
    <Notice
      tone="warn"
      title="Your session has ended"
      action={<Button onPress={() => queries.setQueryData(['session-ended'], false)}>I see</Button>}
    >
      <p>
        It ran out, was ended elsewhere, or your account changed. Sign in again and you come back to this place. What
        you signed before stands.
      </p>
    </Notice>
  )
}
