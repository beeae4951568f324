import type { Contract } from '../api/data.ts'
import { dayText } from './day-text.ts'

const WIDTH = 10

/** How much of each of the last days has readings: a bar for each day. */
export function CompletenessBars({ days }: { days: Contract['completeness'] }) {
  if (days.length === 0)
    return <p className="soft">There are no readings of the last three months in this data set now.</p>
  const places = Math.max(days.length, 31)
  const share = days.reduce((sum, { hours }) => sum + hours, 0) / days.reduce((sum, { possible }) => sum + possible, 0)
  const percent = Math.floor(share * 100)
  return (
    <figure>
      <svg
        className="usage"
        viewBox={`0 0 ${places * WIDTH} 100`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`Completeness: ${percent} % of the hours of ${days.length} days with readings`}
      >
        {days.map(({ day, hours, possible }, i) => {
          const height = (hours / possible) * 100
          return (
            <rect key={day} className="g-shared" x={i * WIDTH + 1} y={100 - height} width={WIDTH - 2} height={height}>
              <title>{`${dayText(day)}: ${hours} of ${possible} hours`}</title>
            </rect>
          )
        })}
        <line x1="0" x2={places * WIDTH} y1="100" y2="100" className="g-line" />
      </svg>
      <figcaption className="small soft">
        {percent} % of the hours are there, on {days.length} {days.length === 1 ? 'day' : 'days'} that have readings.
      </figcaption>
    </figure>
  )
}
