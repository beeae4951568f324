import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { Link } from 'react-router'
import type { Notification } from '../api/notifications.ts'
import { inboxQuery, markRead } from '../api/notifications.ts'
import { dateAndTime } from '../format/time.ts'
import { Button } from '../parts/Button.tsx'
import { Check } from '../parts/Checks.tsx'
import { ReadProblem, Waiting } from '../parts/Notice.tsx'
import { Refusal } from '../presentation/Refusal.tsx'

/** The list, the newest first. */
export function InboxSection() {
  const [onlyUnread, setOnlyUnread] = useState(false)
  const inbox = useInfiniteQuery(inboxQuery(onlyUnread))
  const queries = useQueryClient()
  const read = useMutation({
    mutationFn: markRead,
    onSuccess: () => queries.invalidateQueries({ queryKey: ['notifications'] }),
  })
  const items = inbox.data?.pages.flatMap((page) => page.items) ?? []
  const newest = items[0]?.id
  const unread = inbox.data?.pages[0]?.unread ?? 0
  return (
    <section className="panel" aria-labelledby="inbox">
      <div className="row apart">
        <h2 id="inbox">{unread === 0 ? 'Nothing unread' : `${unread} unread`}</h2>
        <span className="row">
          <Check value={onlyUnread} onChange={setOnlyUnread}>
            Only unread
          </Check>
          <Button
            missing={unread === 0 ? 'Nothing is unread.' : undefined}
            isDisabled={read.isPending || inbox.data === undefined}
            onPress={() => newest !== undefined && read.mutate({ upTo: newest })}
          >
            Mark all as read
          </Button>
        </span>
      </div>
      {read.error === null ? null : <Refusal error={read.error} title="Not marked" />}
      {inbox.error ? (
        <ReadProblem error={inbox.error} retry={() => inbox.refetch()} />
      ) : inbox.data === undefined ? (
        <Waiting what="notifications" />
      ) : items.length === 0 ? (
        <p className="soft">{onlyUnread ? 'You have read everything.' : 'Nothing was told to you yet.'}</p>
      ) : (
        <ul className="people" aria-live="polite">
          {items.map((one) => (
            <One key={one.id} one={one} read={() => one.read || read.mutate({ ids: [one.id] })} />
          ))}
        </ul>
      )}
      {inbox.hasNextPage ? (
        <p>
          <Button isDisabled={inbox.isFetchingNextPage} onPress={() => inbox.fetchNextPage()}>
            Show older ones
          </Button>
        </p>
      ) : null}
    </section>
  )
}

function One({ one, read }: { one: Notification; read: () => void }) {
  return (
    <li aria-label={one.title} className={one.read ? 'notification' : 'notification unread'}>
      <div className="row apart">
        <h3>
          <Link to={one.link} onClick={read}>
            {one.title}
          </Link>
        </h3>
        <span className="row">
          {one.read ? null : <span className="badge warn">unread</span>}
          <time className="small soft" dateTime={new Date(one.writtenAt * 1000).toISOString()}>
            {dateAndTime(one.writtenAt)}
          </time>
        </span>
      </div>
      <p>{one.text}</p>
      {one.read ? null : (
        <Button look="plain" aria-label={`Mark “${one.title}” as read`} onPress={read}>
          Mark as read
        </Button>
      )}
    </li>
  )
}
