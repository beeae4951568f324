import { costOverYear } from '@opem/domain'
import type { Proposal } from '../../api/innovation.ts'
import { eur } from '../../format/money.ts'

const [WIDTH, HEIGHT] = [240, 72]

/** What a proposal costs by the end of each month of the first year, all drawn to the same scale. */
export function CostCurve({ proposal, most }: { proposal: Proposal; most: number }) {
  const sums = costOverYear(proposal.document)
  const y = (sum: number) => HEIGHT - (most === 0 ? 0 : (sum / most) * (HEIGHT - 6)) - 3
  const width = WIDTH / sums.length
  const year = eur(BigInt(sums.at(-1)!))
  return (
    <figure className="cost-curve">
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={`${year} by the end of the first year`}>
        {sums.map((sum, month) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: months do not move
          <rect key={month} x={month * width + 2} width={width - 4} y={y(sum)} height={HEIGHT - y(sum)} rx="1" />
        ))}
      </svg>
      <figcaption className="small soft">{year} by the end of the first year, month by month</figcaption>
    </figure>
  )
}
