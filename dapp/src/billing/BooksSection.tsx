import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { type Statement, statementQuery } from '../api/billing.ts'
import { eur } from '../format/money.ts'
import { monthName } from '../format/time.ts'
import { Choice } from '../parts/Choice.tsx'
import { Figure } from '../parts/Facts.tsx'
import { messageOf, Notice } from '../parts/Notice.tsx'
import { differenceOf, microOf } from './amount.ts'
import { BalanceFigure } from './BalanceFigure.tsx'

type Props = { month: string | undefined; choose: (month: string | undefined) => void }
const ALL = 'last'

/** What moved in a month, and a file of it for bookkeeping; the month counts for the lists below as well. */
export function BooksSection({ month, choose }: Props) {
  const statement = useQuery({ ...statementQuery(month), placeholderData: keepPreviousData })
  const months = statement.data?.months ?? []
  const path = `/v1/billing/statement?format=csv${month === undefined ? '' : `&period=${month}`}`
  return (
    <section className="panel" aria-labelledby="books">
      <h2 id="books">Books</h2>
      <Choice
        label="Month (UTC)"
        options={[{ id: ALL, name: 'Last twelve months' }, ...months.map((it) => ({ id: it, name: monthName(it) }))]}
        value={month ?? ALL}
        onChange={(next) => choose(next === ALL ? undefined : next)}
      />
      {statement.error === null ? null : (
        <Notice tone="wrong" title="The books could not be read">
          <p>{messageOf(statement.error)}</p>
        </Notice>
      )}
      {statement.data === undefined ? null : (
        <>
          <Totals of={statement.data} />
          <BalanceFigure of={statement.data} />
          <p>
            <a href={path} download={`billing-${month ?? 'last-12-months'}.csv`}>
              Download {statement.data.count} {statement.data.count === 1 ? 'line' : 'lines'} (CSV)
            </a>{' '}
            <span className="soft small">
              Every move of the purse with its transaction, bank settlements, invoices and credit notes.
            </span>
          </p>
        </>
      )}
    </section>
  )
}

function Totals({ of: { totals, opening, closing } }: { of: Statement }) {
  const { purseIn, purseOut, fees, bankIn, bankOut, vatSent, vatReceived } = totals
  const some = (amount: string) => differenceOf(amount) !== 0n
  return (
    <div className="figures figures-money">
      <Figure label="Into the purse" value={eur(microOf(purseIn))} tone="surplus" />
      <Figure label="Out of the purse" value={eur(microOf(purseOut))} tone="demand" />
      <Figure
        label="In the purse at the end"
        value={eur(differenceOf(closing))}
        note={`${eur(differenceOf(opening))} at the beginning`}
      />
      {some(fees) ? <Figure label="Platform fee" value={eur(microOf(fees))} note="kept of what you earned" /> : null}
      {some(bankIn) ? <Figure label="Got by bank" value={eur(microOf(bankIn))} /> : null}
      {some(bankOut) ? <Figure label="Paid by bank" value={eur(microOf(bankOut))} /> : null}
      {some(vatSent) ? (
        <Figure label="VAT you charged" value={eur(differenceOf(vatSent))} note="less your credit notes" />
      ) : null}
      {some(vatReceived) ? (
        <Figure label="VAT you were charged" value={eur(differenceOf(vatReceived))} note="less credit notes" />
      ) : null}
    </div>
  )
}
