import type { BalanceRow } from './balance.ts'

/** A day at a glance, for lists: decoration beside figures that say the same. */
export function DayGlyph({ rows }: { rows: readonly BalanceRow[] }) {
  const width = 6
  const heights = rows.flatMap((row) => [row.sharedUp + row.restUp, row.sharedDown + row.restDown])
  const most = heights.reduce((top, wh) => (wh > top ? wh : top), 1n)
  const height = (wh: bigint) => Number((wh * 2600n) / most) / 100
  return (
    <svg
      className="glyph"
      viewBox={`0 0 ${Math.max(rows.length, 24) * width} 56`}
      preserveAspectRatio="none"
      aria-hidden="true"
    >
      {rows.map((row, i) => {
        const [su, ru, sd, rd] = [
          height(row.sharedUp),
          height(row.restUp),
          height(row.sharedDown),
          height(row.restDown),
        ]
        return (
          <g key={row.start} transform={`translate(${i * width + 1} 28)`}>
            <rect className="g-surplus" y={-su - ru} width={width - 2} height={ru} />
            <rect className="g-shared" y={-su} width={width - 2} height={su + sd} />
            <rect className="g-demand" y={sd} width={width - 2} height={rd} />
          </g>
        )
      })}
      <line x1="0" x2={Math.max(rows.length, 24) * width} y1="28" y2="28" className="g-line" />
    </svg>
  )
}
