import { useQuery } from '@tanstack/react-query'
import { usageQuery } from '../api/accounts.ts'
import { Figure } from '../parts/Facts.tsx'
import { ReadProblem, Waiting } from '../parts/Notice.tsx'
import { UsageBars } from './UsageBars.tsx'
import { totalsOf } from './usage.ts'

/** How much the account used the marketplace, day by day. */
export function UsageSection({ account }: { account: string }) {
  const usage = useQuery(usageQuery(account))
  if (usage.error) return <ReadProblem error={usage.error} retry={() => usage.refetch()} />
  if (usage.data === undefined) return <Waiting what="usage" />
  const totals = totalsOf(usage.data)
  return (
    <section className="panel" aria-labelledby="usage">
      <h2 id="usage">Usage</h2>
      {usage.data.length === 0 ? (
        <p className="soft">Not used yet.</p>
      ) : (
        <>
          <div className="figures">
            <Figure label="Sign-ins" value={String(totals.signIns)} />
            <Figure label="Requests" value={String(totals.requests)} tone="shared" />
            <Figure label="Refused" value={String(totals.refused)} tone="surplus" />
          </div>
          <UsageBars days={usage.data} />
          <details>
            <summary>The same as a table</summary>
            <div className="table-wrap">
              <table>
                <thead>
                  <tr>
                    <th scope="col">Day</th>
                    <th scope="col" className="n">
                      Sign-ins
                    </th>
                    <th scope="col" className="n">
                      Requests
                    </th>
                    <th scope="col" className="n">
                      Refused
                    </th>
                  </tr>
                </thead>
                <tbody>
                  {usage.data.map((one) => (
                    <tr key={one.day}>
                      <th scope="row">{one.day}</th>
                      <td className="n">{one.signIns}</td>
                      <td className="n">{one.requests}</td>
                      <td className="n">{one.refused}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          </details>
        </>
      )}
    </section>
  )
}
