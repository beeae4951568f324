import { useInfiniteQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Link } from 'react-router'
import { type AgreementLine, agreementsQuery, type Side } from '../api/agreements.ts'
import { Button } from '../parts/Button.tsx'
import { Choice } from '../parts/Choice.tsx'
import { ReadProblem, Waiting } from '../parts/Notice.tsx'
import { useTitle } from '../parts/title.ts'
import { For } from '../session/For.tsx'
import { endText, nextStep, priceText, sideName, stageName } from './words.ts'

/** Everything that somebody has agreed on, or is about to. */
export const AgreementsPage = () => (
  <For need={{ kind: 'capability', capability: 'contracting' }} title="Agreements">
    <Page />
  </For>
)

function Page() {
  useTitle('Agreements')
  const [side, setSide] = useState<Side | 'both'>('both')
  const found = useInfiniteQuery(agreementsQuery(side === 'both' ? undefined : side))
  const lines = found.data?.pages.flatMap(({ items }) => items)
  return (
    <>
      <header className="page-head">
        <h1>Agreements</h1>
        <p className="soft">What you use, what you provide, and what waits for a signature.</p>
      </header>
      <div className="sections">
        <Choice
          label="Show"
          value={side}
          options={[
            { id: 'both', name: 'all' },
            { id: 'consumer', name: 'what I use' },
            { id: 'provider', name: 'what I provide' },
          ]}
          onChange={setSide}
        />
        {found.error ? (
          <ReadProblem error={found.error} retry={() => found.refetch()} />
        ) : lines === undefined ? (
          <Waiting what="agreements" />
        ) : lines.length === 0 ? (
          <p className="soft">None yet. A service is contracted from its page in the market.</p>
        ) : (
          <ul className="people" aria-label="Agreements">
            {lines.map((line) => (
              <One key={line.id} line={line} />
            ))}
          </ul>
        )}
        {found.hasNextPage ? <Button onPress={() => found.fetchNextPage()}>Show more</Button> : null}
      </div>
    </>
  )
}

function One({ line }: { line: AgreementLine }) {
  const title = line.title ?? 'A service'
  return (
    <li aria-label={title}>
      <h2>
        <Link to={`/agreements/${line.id}`}>{title}</Link> <span className="badge">{stageName(line.stage)}</span>
      </h2>
      <p className="small soft">
        You are the {sideName(line.side)}
        {line.other === null
          ? ''
          : `, ${line.other} is the ${sideName(line.side === 'consumer' ? 'provider' : 'consumer')}`}{' '}
        · {priceText(line.terms)} · {endText(line.endsAt)}
        {line.instance === null ? '' : ` · service ${line.instance}`}
      </p>
      <p>{nextStep(line)}</p>
    </li>
  )
}
