import type { BilledAgreement, Payment } from '../api/billing.ts'
import { eur } from '../format/money.ts'
import { dateClock } from '../format/time.ts'
import { microOf } from './amount.ts'
import { STATE_WORDS } from './words.ts'

const WIDTH = 640
const MARGIN = 14

/** An agreement's payments in time: what was paid, what waits, what comes next. The table below says the same. */
export function Timeline({ agreement, payments }: { agreement: BilledAgreement; payments: readonly Payment[] }) {
  const marks = payments.filter((it) => it.agreement === agreement.agreement).toReversed()
  const times = [...marks.map(({ dueAt }) => dueAt), ...(agreement.nextAt === null ? [] : [agreement.nextAt])]
  if (times.length === 0) return null
  const [first, last] = [Math.min(...times), Math.max(...times)]
  const span = Math.max(last - first, 1)
  const x = (at: number) => MARGIN + ((at - first) / span) * (WIDTH - 2 * MARGIN)
  const said = marks.map((it) => `${dateClock(it.dueAt, 'UTC')}: ${STATE_WORDS[it.state]}`).join('; ')
  return (
    <figure className="chart billing-line">
      <svg viewBox={`0 0 ${WIDTH} 34`} role="img" aria-label={`Payments in time. ${said}`}>
        <line x1={MARGIN} x2={WIDTH - MARGIN} y1="17" y2="17" className="g-line" />
        {marks.map((it) => (
          <circle key={it.payment} className={`pay-${it.state}`} cx={x(it.dueAt)} cy="17" r="7">
            <title>{`${dateClock(it.dueAt, 'UTC')}: ${eur(microOf(it.amount))}, ${STATE_WORDS[it.state]}`}</title>
          </circle>
        ))}
        {agreement.nextAt === null ? null : (
          <circle className="pay-next" cx={x(agreement.nextAt)} cy="17" r="6">
            <title>{`${dateClock(agreement.nextAt, 'UTC')}: next`}</title>
          </circle>
        )}
      </svg>
      <figcaption className="soft small">
        {dateClock(first, 'UTC')}
        {last === first ? '' : ` to ${dateClock(last, 'UTC')}`} (UTC)
        {agreement.nextAt === null ? '' : `; next ${dateClock(agreement.nextAt, 'UTC')}`}
      </figcaption>
    </figure>
  )
}
