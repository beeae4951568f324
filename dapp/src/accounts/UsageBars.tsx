import type { UsageDay } from '../api/accounts.ts'
import { barsOf } from './usage.ts'

const WIDTH = 12

/** Requests a day, drawn; the table below says the same in numbers. */
export function UsageBars({ days }: { days: readonly UsageDay[] }) {
  const bars = barsOf(days)
  const places = Math.max(bars.length, 14)
  return (
    <figure className="chart">
      <svg
        className="usage"
        viewBox={`0 0 ${places * WIDTH} 100`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`Requests a day, from ${bars[0]?.day} to ${bars.at(-1)?.day}`}
      >
        {bars.map(({ day, allowed, refused }, i) => (
          <g key={day}>
            <title>{day}</title>
            <rect className="g-shared" x={i * WIDTH + 2} y={100 - allowed} width={WIDTH - 4} height={allowed} />
            <rect
              className="g-surplus"
              x={i * WIDTH + 2}
              y={100 - allowed - refused}
              width={WIDTH - 4}
              height={refused}
            />
          </g>
        ))}
        <line x1="0" x2={places * WIDTH} y1="100" y2="100" className="g-line" />
      </svg>
      <figcaption>
        <ul className="legend">
          <li className="shared">requests</li>
          <li className="surplus">refused</li>
        </ul>
      </figcaption>
    </figure>
  )
}
