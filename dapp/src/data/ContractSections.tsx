import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Link } from 'react-router'
import { type Contract, confirmDeletion } from '../api/data.ts'
import { Button } from '../parts/Button.tsx'
import { Facts } from '../parts/Facts.tsx'
import { Notice } from '../parts/Notice.tsx'
import { Refusal } from '../presentation/Refusal.tsx'
import { CompletenessBars } from './CompletenessBars.tsx'
import { dayText, minuteText } from './day-text.ts'
import { QueryForm } from './QueryForm.tsx'

/** A contracted data set: what it is, how it may be used, a query, and what was downloaded. */
export const ContractSections = ({ of }: { of: Contract }) => (
  <>
    {of.inForce ? null : (
      <Notice tone="warn" title="Not in force">
        <p>The agreement has not begun, or is over: nothing can be downloaded now.</p>
      </Notice>
    )}
    <section className="panel" aria-labelledby="about">
      <h2 id="about">About the data</h2>
      <Facts
        of={[
          ['Provider', of.provider],
          ['What', `active energy in ${of.unit}, in and out`],
          [
            'Form',
            of.form === 'aggregate'
              ? `sums of at least ${of.leastSubjects} people`
              : 'each meter under an invented name',
          ],
          ['Time', `${dayText(of.from)} ${of.to === null ? 'on' : `to ${dayText(of.to)}`}`],
          ['Days', `local, ${of.timeZone}`],
          ['Volume', `${of.volume.readings} readings of ${of.volume.meters} meters`],
          ['Who may process them', of.processors],
          ['At the end', of.termination],
        ]}
      />
      <CompletenessBars days={of.completeness} />
      <details>
        <summary>Columns</summary>
        <Columns of={of} />
      </details>
    </section>
    <section className="panel" aria-labelledby="policy">
      <h2 id="policy">How you may use them</h2>
      <ul>
        {of.words.map((sentence) => (
          <li key={sentence}>{sentence}</li>
        ))}
      </ul>
      <details>
        <summary>As ODRL</summary>
        <pre>{JSON.stringify(of.odrl, null, 2)}</pre>
      </details>
    </section>
    {of.inForce ? <QueryForm of={of} /> : null}
    <Downloads of={of} />
  </>
)

const Columns = ({ of }: { of: Contract }) => (
  <div className="table-wrap">
    <table>
      <thead>
        <tr>
          <th scope="col">By the</th>
          <th scope="col">Column</th>
          <th scope="col">Meaning</th>
        </tr>
      </thead>
      <tbody>
        {(['raw', 'hour', 'day'] as const).flatMap((granularity) =>
          of.columns[granularity].map(({ name, meaning }) => (
            <tr key={`${granularity} ${name}`}>
              <td>{granularity === 'raw' ? 'reading' : granularity}</td>
              <th scope="row">{name}</th>
              <td>{meaning}</td>
            </tr>
          )),
        )}
      </tbody>
    </table>
  </div>
)

function Downloads({ of }: { of: Contract }) {
  const queries = useQueryClient()
  const confirm = useMutation({
    mutationFn: (id: string) => confirmDeletion(of.agreement, id),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['data', 'contract', of.agreement] }),
  })
  if (of.downloads.length === 0) return null
  return (
    <section className="panel" aria-labelledby="downloads">
      <h2 id="downloads">Downloads</h2>
      {confirm.error ? <Refusal error={confirm.error} title="Not confirmed" /> : null}
      <ul className="people" aria-label="Downloads">
        {of.downloads.map(({ id, at, rows, format, purpose, country, deleteBy, deletedAt, state, passedTo }) => (
          <li key={id}>
            <p>
              {minuteText(at)} UTC: {rows} rows as {format} for {purpose}, kept in {country}
              {state === 'failed' ? '; it broke off and costs nothing' : ''}
              {passedTo === null ? null : (
                <>
                  ; by the provider of <Link to={`/agreements/${passedTo}`}>a service of yours</Link>
                </>
              )}
            </p>
            {deletedAt !== null ? (
              <p className="small soft">Deleted, as you confirmed on {dayText(deletedAt)}.</p>
            ) : deleteBy !== null ? (
              <p>
                To be deleted by {dayText(deleteBy)}.{' '}
                <Button isDisabled={confirm.isPending} onPress={() => confirm.mutate(id)}>
                  I have deleted it
                </Button>
              </p>
            ) : null}
          </li>
        ))}
      </ul>
    </section>
  )
}
