import { useQuery } from '@tanstack/react-query'
import { Link, useSearchParams } from 'react-router'
import { type DataSet, dataSetsQuery, holdingsQuery } from '../api/data.ts'
import { plural } from '../format/words.ts'
import { ReadProblem, Waiting } from '../parts/Notice.tsx'
import { useTitle } from '../parts/title.ts'
import { For } from '../session/For.tsx'
import { ShareForm } from './ShareForm.tsx'
import { isShareable } from './share-draft.ts'

/** What a data provider shares, and the way to share more. */
export const SharePage = () => (
  <For need={{ kind: 'capability', capability: 'share-data' }} title="Share data">
    <Page />
  </For>
)

function Page() {
  useTitle('Share data')
  const sets = useQuery(dataSetsQuery)
  const holdings = useQuery(holdingsQuery)
  const [search] = useSearchParams()
  const before = sets.data?.sets.find(({ listing }) => listing === search.get('listing'))
  return (
    <>
      <header className="page-head">
        <h1>Share data</h1>
        <p className="soft">
          Describe readings that you hold in the lake, say how they may be used, and publish them. Whoever is measured
          is asked first.
        </p>
      </header>
      <div className="sections">
        <section className="panel" aria-labelledby="sets">
          <h2 id="sets">Your data sets</h2>
          {sets.error ? (
            <ReadProblem error={sets.error} retry={() => sets.refetch()} />
          ) : sets.data === undefined ? (
            <Waiting what="your data sets" />
          ) : sets.data.sets.length === 0 ? (
            <p className="soft">None yet.</p>
          ) : (
            <ul className="people" aria-label="Data sets">
              {sets.data.sets.map((set) => (
                <One key={set.listing} set={set} />
              ))}
            </ul>
          )}
        </section>
        {search.has('listing') && sets.data === undefined ? null : holdings.error ? (
          <ReadProblem error={holdings.error} retry={() => holdings.refetch()} />
        ) : holdings.data === undefined ? (
          <Waiting what="readings that you hold" />
        ) : holdings.data.meters.length === 0 ? (
          <p>
            You hold no readings in the lake yet. Name the system that sends them on the page of your{' '}
            <Link to="/company">company</Link>, or import a file with <code>opem import</code>.
          </p>
        ) : (
          <ShareForm
            key={before?.listing ?? ''}
            holdings={holdings.data.meters}
            {...(before !== undefined && isChangeable(before) && { before })}
          />
        )}
      </div>
    </>
  )
}

/** A draft, or an update that was begun; its policy was made by the form. */
const isChangeable = (set: DataSet) => ['draft', 'rejected'].includes(set.state) && isShareable(set)

const One = ({ set }: { set: DataSet }) => (
  <li aria-label={set.title}>
    <h3>
      <Link to={`/services/${set.listing}`}>{set.title}</Link>{' '}
      <span className="badge">{set.published ?? set.state}</span>
    </h3>
    <p className="small soft">
      {plural(set.meters, 'meter')}, {set.foreign} of others; {plural(set.consented, 'consent')} now ·{' '}
      {plural(set.downloads, 'download')}
    </p>
    {isChangeable(set) ? (
      <p>
        <Link to={`/data/share?listing=${set.listing}`}>Change meters, form or use</Link>
      </p>
    ) : null}
    <details>
      <summary>How it may be used</summary>
      <ul>
        {set.words.map((sentence) => (
          <li key={sentence}>{sentence}</li>
        ))}
      </ul>
    </details>
  </li>
)
