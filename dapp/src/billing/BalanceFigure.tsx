import type { Statement } from '../api/billing.ts'
import { eur } from '../format/money.ts'
import { dateClock } from '../format/time.ts'
import { balancesOf } from './balance.ts'

const [WIDTH, HEIGHT, MARGIN] = [640, 90, 8]

/** What was in the purse in time, as steps; the file of the books says the same. */
export function BalanceFigure({ of }: { of: Statement }) {
  const balances = balancesOf(of)
  const [first, last] = [balances[0], balances.at(-1)]
  if (first === undefined || last === undefined || balances.length < 2) return null
  const highest = balances.reduce((most, { micro }) => (micro > most ? micro : most), 0n)
  const lowest = balances.reduce((least, { micro }) => (micro < least ? micro : least), highest)
  const span = Math.max(last.at - first.at, 1)
  const x = (at: number) => MARGIN + ((at - first.at) / span) * (WIDTH - 2 * MARGIN)
  const y = (micro: bigint) => HEIGHT - MARGIN - (Number(micro) / Math.max(Number(highest), 1)) * (HEIGHT - 2 * MARGIN)
  const steps = balances.map(({ at, micro }, i) => `${i === 0 ? 'M' : 'H'}${x(at)}${i === 0 ? ' ' : 'V'}${y(micro)}`)
  const day = (at: number) => dateClock(at, 'UTC')
  return (
    <figure className="chart books-line">
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        role="img"
        aria-label={`What was in the purse: at least ${eur(lowest)}, at most ${eur(highest)}, ${eur(last.micro)} at the end`}
      >
        <line x1={MARGIN} x2={WIDTH - MARGIN} y1={HEIGHT - MARGIN} y2={HEIGHT - MARGIN} className="g-line" />
        <path d={`${steps.join('')}H${WIDTH - MARGIN}`} />
      </svg>
      <figcaption className="soft small">
        What was in the purse, {day(first.at)} to {day(last.at)} (UTC): {eur(lowest)} to {eur(highest)}
      </figcaption>
    </figure>
  )
}
