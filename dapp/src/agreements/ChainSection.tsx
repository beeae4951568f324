import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { type ChainCall, callChain, chainCallsQuery, chainOutputQuery, type Instance } from '../api/instances.ts'
import { parsedJson } from '../format/json.ts'
import { dateClock } from '../format/time.ts'
import { plural } from '../format/words.ts'
import { Button } from '../parts/Button.tsx'
import { ReadProblem } from '../parts/Notice.tsx'
import { Progress } from '../parts/Progress.tsx'
import { TextBox } from '../parts/TextBox.tsx'
import { Refusal } from '../presentation/Refusal.tsx'

/** A composed service for its user: the services it is made of, a call, and how far each call came. */
export function ChainSection({
  id,
  instance,
  chain,
}: {
  id: string
  instance: Instance
  chain: readonly { listing: string; title: string }[]
}) {
  const calls = useQuery(chainCallsQuery(id))
  return (
    <>
      <p>
        One call runs {plural(chain.length, 'service')}, what each gives goes to the next: POST the input, without a
        path. It is counted once, when the last one has answered.
      </p>
      <ol className="chain" aria-label="The services of the chain">
        {chain.map(({ title }, place) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a service may come twice; its place is what it is
          <li key={place} className="item">
            {title}
          </li>
        ))}
      </ol>
      {instance.state === 'running' ? <CallIt id={id} gateway={instance.gateway} /> : null}
      {calls.error ? <ReadProblem error={calls.error} retry={() => calls.refetch()} /> : null}
      {(calls.data?.items ?? []).map((call) => (
        <One key={call.id} id={id} call={call} />
      ))}
    </>
  )
}

function CallIt({ id, gateway }: { id: string; gateway: string }) {
  const [text, setText] = useState('')
  const queries = useQueryClient()
  const input = parsedJson(text)
  const call = useMutation({
    mutationFn: () => callChain(gateway, input.ok ? input.value : null, crypto.randomUUID()),
    onSettled: () =>
      queries.invalidateQueries({
        predicate: ({ queryKey }) =>
          ['instance', 'service-usage', 'chain-calls'].includes(String(queryKey[0])) && queryKey[1] === id,
      }),
  })
  return (
    <>
      <TextBox
        label="What the first service is given"
        hint="JSON, such as [3, -1, 4]."
        value={text}
        onChange={setText}
        problem={text !== '' && !input.ok ? 'This is not JSON.' : undefined}
      />
      <p>
        <Button
          missing={input.ok ? undefined : 'Give the input as JSON first, such as [3, -1, 4].'}
          isDisabled={call.isPending}
          onPress={() => call.mutate()}
        >
          Call the service
        </Button>
      </p>
      {call.data === undefined ? null : (
        <figure aria-label="Answer of the service">
          <figcaption className="small soft">
            Status {call.data.status}, counted as {call.data.units}.
          </figcaption>
          <pre className="answer">{call.data.text}</pre>
        </figure>
      )}
      {call.error === null ? null : <Refusal error={call.error} title="No answer" />}
    </>
  )
}

const STATES = { waiting: 'waits', running: 'is asked', done: 'answered', failed: 'failed' } as const

/** One call: how far it came, step by step, and what it gave. */
function One({ id, call }: { id: string; call: ChainCall }) {
  const when = dateClock(call.startedAt, 'UTC')
  return (
    <article className="item stack" aria-label={`Call of ${when}`}>
      <p>
        <span className="badge">{call.state}</span> <span className="soft">{when}</span>
      </p>
      <Progress
        label="Services done"
        value={call.steps.filter(({ state }) => state === 'done').length}
        of={call.steps.length}
      />
      <ol className="small">
        {call.steps.map((step, place) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a service may come twice; its place is what it is
          <li key={place}>
            {step.title}: {STATES[step.state]}
            {step.code === null ? '' : ` (${step.code})`}
            {step.attempts > 1 ? `, asked ${step.attempts} times` : ''}
            {step.startedAt === null || step.endedAt === null
              ? ''
              : `, ${Math.round((step.endedAt - step.startedAt) * 1000)} ms`}
          </li>
        ))}
      </ol>
      {call.state === 'failed' && call.request !== null ? (
        <p className="soft small">
          Not counted. The same call again with <span className="mono">OPEM-Request-Id: {call.request}</span> goes on
          where it stopped.
        </p>
      ) : null}
      {call.state === 'done' ? <Output id={id} run={call.id} /> : null}
    </article>
  )
}

function Output({ id, run }: { id: string; run: string }) {
  const [wanted, setWanted] = useState(false)
  const output = useQuery({ ...chainOutputQuery(id, run), enabled: wanted })
  if (!wanted)
    return (
      <p>
        <Button onPress={() => setWanted(true)}>Show what it gave</Button>
      </p>
    )
  if (output.error) return <Refusal error={output.error} title="Not there" />
  return <pre className="answer">{output.data?.body ?? '…'}</pre>
}
