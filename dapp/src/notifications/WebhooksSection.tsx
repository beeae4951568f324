import { NOTIFICATION_KINDS } from '@opem/domain'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { Webhook } from '../api/webhooks.ts'
import { addWebhook, removeWebhook, renewSecret, resumeWebhook, webhooksQuery } from '../api/webhooks.ts'
import { dateAndTime } from '../format/time.ts'
import { Button } from '../parts/Button.tsx'
import { Copy } from '../parts/Copy.tsx'
import { emptied } from '../parts/emptied.ts'
import { Notice, ReadProblem, Waiting } from '../parts/Notice.tsx'
import { TextInput } from '../parts/TextInput.tsx'
import { Refusal } from '../presentation/Refusal.tsx'

/** Where the account's own systems hear of notifications. */
export function WebhooksSection() {
  const webhooks = useQuery(webhooksQuery)
  const [url, setUrl] = useState('')
  const [secret, setSecret] = useState<string>()
  const queries = useQueryClient()
  const reread = () => queries.invalidateQueries({ queryKey: webhooksQuery.queryKey })
  const add = useMutation({
    mutationFn: addWebhook,
    onSuccess: (made, typed) => {
      setSecret(made.secret)
      setUrl(emptied(typed))
      return reread()
    },
  })
  return (
    <section className="panel" aria-labelledby="webhooks">
      <h2 id="webhooks">Webhooks</h2>
      <p className="soft">
        Every notification is posted there as JSON, signed with a secret that only you and the marketplace know
        (Standard Webhooks). A message that comes twice has the same id.
      </p>
      {secret === undefined ? null : (
        <Notice
          tone="warn"
          title="The secret, shown this once"
          action={<Button onPress={() => setSecret(undefined)}>I have it</Button>}
        >
          <Copy text={secret} label="secret" />
        </Notice>
      )}
      {webhooks.error ? (
        <ReadProblem error={webhooks.error} retry={() => webhooks.refetch()} />
      ) : webhooks.data === undefined ? (
        <Waiting what="webhooks" />
      ) : webhooks.data.length === 0 ? (
        <p className="soft">No webhook yet.</p>
      ) : (
        <ul className="people">
          {webhooks.data.map((one) => (
            <One key={one.id} webhook={one} reread={reread} showSecret={setSecret} />
          ))}
        </ul>
      )}
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault()
          if (url.trim() !== '') add.mutate(url.trim())
        }}
      >
        <TextInput
          label="Address of your system"
          value={url}
          onChange={setUrl}
          placeholder="https://example.org/opem"
        />
        <Button
          type="submit"
          missing={url.trim() === '' ? 'Give the address of your system first.' : undefined}
          isDisabled={add.isPending}
        >
          Add a webhook
        </Button>
      </form>
      {add.error === null ? null : <Refusal error={add.error} title="Not added" />}
    </section>
  )
}

const STATES = { waiting: 'is tried again', sent: 'arrived', failed: 'never arrived', dropped: 'was given up' } as const

function One({
  webhook,
  reread,
  showSecret,
}: {
  webhook: Webhook
  reread: () => Promise<void>
  showSecret: (secret: string) => void
}) {
  const renew = useMutation({ mutationFn: renewSecret, onSuccess: ({ secret }) => showSecret(secret) })
  const resume = useMutation({ mutationFn: resumeWebhook, onSuccess: reread })
  const remove = useMutation({ mutationFn: removeWebhook, onSuccess: reread })
  const error = renew.error ?? resume.error ?? remove.error
  return (
    <li aria-label={webhook.url}>
      <h3>{webhook.url}</h3>
      {webhook.pausedAt === null ? null : (
        <Notice tone="warn" title="Paused" action={<Button onPress={() => resume.mutate(webhook.id)}>Resume</Button>}>
          <p>Nothing is posted there: {webhook.pausedBecause}.</p>
        </Notice>
      )}
      {webhook.deliveries.length === 0 ? (
        <p className="soft">Nothing was posted there yet.</p>
      ) : (
        <details>
          <summary>The last {webhook.deliveries.length} calls</summary>
          <ul className="plain">
            {webhook.deliveries.map((one) => (
              <li key={`${one.at} ${one.kind} ${one.tries}`}>
                {dateAndTime(one.at)}: {NOTIFICATION_KINDS[one.kind]} {STATES[one.state]}
                {one.why === null ? '' : ` (${one.why})`}
              </li>
            ))}
          </ul>
        </details>
      )}
      <p className="row">
        <Button aria-label={`New secret for ${webhook.url}`} onPress={() => renew.mutate(webhook.id)}>
          New secret
        </Button>
        <Button aria-label={`Remove ${webhook.url}`} onPress={() => remove.mutate(webhook.id)}>
          Remove
        </Button>
      </p>
      {error === null ? null : <Refusal error={error} title="Not done" />}
    </li>
  )
}
