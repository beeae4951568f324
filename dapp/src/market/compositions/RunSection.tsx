import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { Link } from 'react-router'
import { outputQuery, type Run, retryRun, runComposition, type ShownComposition } from '../../api/compositions.ts'
import { parsedJson } from '../../format/json.ts'
import { dateClock } from '../../format/time.ts'
import { Button } from '../../parts/Button.tsx'
import { Progress } from '../../parts/Progress.tsx'
import { TextBox } from '../../parts/TextBox.tsx'
import { Refusal } from '../../presentation/Refusal.tsx'

/** Runs the chain, shows how far it is, and tries again from where it failed. */
export function RunSection({ it }: { it: ShownComposition }) {
  const queries = useQueryClient()
  const [text, setText] = useState('')
  const input = parsedJson(text)
  const start = useMutation({
    mutationFn: () => runComposition(it.id, input.ok ? input.value : null),
    onSettled: () => queries.invalidateQueries({ queryKey: ['compositions', it.id] }),
  })
  return (
    <section className="panel stack" aria-labelledby="runs">
      <h2 id="runs">Run it</h2>
      <TextBox
        label="What the first service is given"
        hint="JSON, such as [3, -1, 4]. Each service counts its call under its own agreement."
        value={text}
        onChange={setText}
        problem={text !== '' && !input.ok ? 'This is not JSON.' : undefined}
      />
      <p>
        <Button
          look="main"
          missing={input.ok ? undefined : 'Give the input as JSON first, such as [3, -1, 4].'}
          isDisabled={start.isPending}
          onPress={() => start.mutate()}
        >
          Run the chain
        </Button>
      </p>
      {start.error === null ? null : <Refusal error={start.error} title="Not started" />}
      {it.runs.map((run) => (
        <One key={run.id} it={it} run={run} />
      ))}
    </section>
  )
}

function One({ it, run }: { it: ShownComposition; run: Run }) {
  const queries = useQueryClient()
  const again = useMutation({
    mutationFn: () => retryRun(it.id, run.id),
    onSettled: () => queries.invalidateQueries({ queryKey: ['compositions', it.id] }),
  })
  return (
    <article className="item stack" aria-label={`Run of ${dateClock(run.startedAt, 'UTC')}`}>
      <p>
        <span className="badge">{run.state}</span> <span className="soft">{dateClock(run.startedAt, 'UTC')}</span>{' '}
        {run.agreement === null ? null : (
          <Link to={`/agreements/${run.agreement}`}>for a user of the composed service</Link>
        )}
      </p>
      <Progress label="Services done" value={run.place} of={it.services.length} />
      <ol className="small">
        {run.steps.map((step) => (
          <li key={`${step.place}.${step.attempt}`}>
            {it.services[step.place]?.title}: {step.state}
            {step.code === null ? '' : ` (${step.code})`}
            {step.endedAt === null ? '' : `, ${Math.round((step.endedAt - step.startedAt) * 1000)} ms`}
            {step.bytesOut === null ? '' : `, ${step.bytesIn} → ${step.bytesOut} bytes`}
          </li>
        ))}
      </ol>
      {run.state === 'failed' && run.agreement === null ? (
        <p>
          <Button isDisabled={again.isPending} onPress={() => again.mutate()}>
            Try again from the step that failed
          </Button>
        </p>
      ) : null}
      {again.error === null ? null : <Refusal error={again.error} title="Not tried again" />}
      {run.state === 'done' && run.agreement === null ? <Output it={it} run={run} /> : null}
    </article>
  )
}

function Output({ it, run }: { it: ShownComposition; run: Run }) {
  const [wanted, setWanted] = useState(false)
  const output = useQuery({ ...outputQuery(it.id, run.id), enabled: wanted })
  if (!wanted)
    return (
      <p>
        <Button onPress={() => setWanted(true)}>Show what it gave</Button>
      </p>
    )
  if (output.error) return <Refusal error={output.error} title="Not there" />
  return <pre className="mono lines">{output.data?.body ?? '…'}</pre>
}
