import type { NotificationKind } from '@opem/domain'
import { NOTIFICATION_KINDS } from '@opem/domain'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import type { PreferenceChange } from '../api/notifications.ts'
import { changePreferences, preferencesQuery } from '../api/notifications.ts'
import { Button } from '../parts/Button.tsx'
import { Checks } from '../parts/Checks.tsx'
import { ReadProblem, Waiting } from '../parts/Notice.tsx'
import { Refusal } from '../presentation/Refusal.tsx'
import { groupsOfKinds } from './groups.ts'

const CHANNELS = [
  { id: 'page', name: 'on this page' },
  { id: 'email', name: 'by e-mail' },
] as const

/** Which kinds come by which way. */
export function PreferencesSection() {
  const preferences = useQuery(preferencesQuery)
  const queries = useQueryClient()
  const change = useMutation({
    mutationFn: changePreferences,
    onSuccess: (now) => {
      queries.setQueryData(preferencesQuery.queryKey, now)
      return queries.invalidateQueries({ queryKey: ['notifications', 'list'] })
    },
  })
  const { data } = preferences
  const set = (kinds: readonly NotificationKind[], wanted: boolean) =>
    change.mutate(kinds.map((kind) => ({ kind, channel: 'email', wanted })))
  return (
    <section className="panel" aria-labelledby="preferences">
      <h2 id="preferences">What you want to be told</h2>
      {preferences.error ? (
        <ReadProblem error={preferences.error} retry={() => preferences.refetch()} />
      ) : data === undefined ? (
        <Waiting what="your preferences" />
      ) : (
        groupsOfKinds().map(([name, kinds]) => (
          <details key={name}>
            <summary>
              {name}
              <span className="soft small"> {summaryOf(kinds, data)}</span>
            </summary>
            <p className="row">
              <Button look="plain" onPress={() => set(kinds, true)}>
                All of them by e-mail
              </Button>
              <Button look="plain" onPress={() => set(kinds, false)}>
                None by e-mail
              </Button>
            </p>
            {kinds.map((kind) => {
              const now = data.find((one) => one.kind === kind)
              const value = CHANNELS.map(({ id }) => id).filter((id) => now?.[id])
              return (
                <Checks
                  key={kind}
                  label={NOTIFICATION_KINDS[kind]}
                  options={CHANNELS}
                  value={value}
                  onChange={(next) => change.mutate(changesOf(kind, value, next))}
                />
              )
            })}
          </details>
        ))
      )}
      {change.error === null ? null : <Refusal error={change.error} title="Not changed" />}
    </section>
  )
}

const summaryOf = (kinds: readonly NotificationKind[], all: readonly { kind: string; email: boolean }[]): string => {
  const mailed = all.filter(({ kind, email }) => email && kinds.includes(kind as NotificationKind)).length
  return mailed === 0 ? 'none by e-mail' : `${mailed} of ${kinds.length} by e-mail`
}

const changesOf = (
  kind: NotificationKind,
  before: readonly ('page' | 'email')[],
  after: readonly ('page' | 'email')[],
): PreferenceChange[] =>
  CHANNELS.filter(({ id }) => before.includes(id) !== after.includes(id)).map(({ id }) => ({
    ...{ kind, channel: id, wanted: after.includes(id) },
  }))
