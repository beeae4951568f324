import { useQuery } from '@tanstack/react-query'
import { serviceUsageQuery, type UsageHour } from '../api/instances.ts'
import { Figure } from '../parts/Facts.tsx'
import { ReadProblem } from '../parts/Notice.tsx'
import { whenText } from './words.ts'

const WIDTH = 12
const LEAST_PLACES = 24

/** What was used, as it is billed: a bar for each hour with use, and the same in a table. */
export function UsageSection({ id, unit }: { id: string; unit: string }) {
  const usage = useQuery(serviceUsageQuery(id))
  if (usage.error) return <ReadProblem error={usage.error} retry={() => usage.refetch()} />
  if (usage.data === undefined) return null
  const { hours, total } = usage.data
  return (
    <section className="panel" aria-labelledby="usage">
      <h2 id="usage">Use</h2>
      <div className="figures">
        <Figure label="Calls counted" value={String(total.calls)} />
        <Figure label="Counted" value={total.units} unit={unit} />
      </div>
      {hours.length === 0 ? (
        <p className="soft">Nothing was used in the last 31 days.</p>
      ) : (
        <>
          <Bars hours={hours} />
          <details>
            <summary>In numbers</summary>
            <div className="table-wrap">
              <table>
                <thead>
                  <tr>
                    <th scope="col">Hour</th>
                    <th scope="col">Calls</th>
                    <th scope="col">Counted</th>
                  </tr>
                </thead>
                <tbody>
                  {hours.map(({ hour, calls, units }) => (
                    <tr key={hour}>
                      <th scope="row">{whenText(hour)}</th>
                      <td>{calls}</td>
                      <td>{units}</td>
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

function Bars({ hours }: { hours: readonly UsageHour[] }) {
  const most = Math.max(...hours.map(({ units }) => Number(units)), 1)
  const places = Math.max(hours.length, LEAST_PLACES)
  return (
    <svg
      className="usage"
      viewBox={`0 0 ${places * WIDTH} 100`}
      preserveAspectRatio="none"
      role="img"
      aria-label={`Use by the hour, from ${whenText(hours[0]!.hour)} to ${whenText(hours.at(-1)!.hour)}`}
    >
      {hours.map(({ hour, units }, i) => {
        const height = (Number(units) / most) * 100
        return (
          <rect key={hour} className="g-shared" x={i * WIDTH + 2} y={100 - height} width={WIDTH - 4} height={height}>
            <title>{`${whenText(hour)}: ${units}`}</title>
          </rect>
        )
      })}
      <line x1="0" x2={places * WIDTH} y1="100" y2="100" className="g-line" />
    </svg>
  )
}
