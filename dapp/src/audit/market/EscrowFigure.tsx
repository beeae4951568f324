import type { EscrowSums } from '@opem/domain'
import { eur } from '../../format/money.ts'

const PARTS = [
  ['available', 'in purses'],
  ['held', 'held in payments'],
  ['reserved', 'set aside for use'],
  ['fees', 'fees'],
] as const

/** What the escrow owes above what it holds, to the same scale: who sees the upper bar longer sees money missing. */
export function EscrowFigure({ escrow }: { escrow: EscrowSums }) {
  const { owed, tokens, unasked } = escrow
  const most = owed > tokens ? owed : tokens
  const wide = (amount: bigint) => (most <= 0n || amount <= 0n ? 0 : Number((amount * 100_000n) / most) / 1000)
  let x = 0
  const bars = PARTS.map(([part, words]) => {
    const bar = { part, words, amount: escrow[part], x, width: wide(escrow[part]) }
    x += bar.width
    return bar
  })
  return (
    <figure className="escrow">
      <figcaption>
        The escrow owes <strong>{eur(owed)}</strong> and holds <strong>{eur(tokens)}</strong>
        {unasked > 0n ? `; ${eur(unasked)} were sent to it without a deposit and are nobody’s` : ''}.
      </figcaption>
      <svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
        {bars.map(({ part, x, width }) => (
          <rect key={part} className={`escrow-${part}`} x={x} y="0" width={width} height="5" />
        ))}
        <rect className="escrow-tokens" x="0" y="6" width={wide(tokens)} height="4" />
      </svg>
      <ul className="legend">
        {bars.map(({ part, words, amount }) => (
          <li key={part} className={`escrow-${part}`}>
            {eur(amount)} {words}
          </li>
        ))}
        <li className="escrow-tokens">{eur(tokens)} of the token held</li>
      </ul>
    </figure>
  )
}
