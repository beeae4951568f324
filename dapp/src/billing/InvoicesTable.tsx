import type { Invoice } from '../api/billing.ts'
import { eur } from '../format/money.ts'
import { dateClock, longDate } from '../format/time.ts'
import { Button } from '../parts/Button.tsx'
import { microOf } from './amount.ts'
import { type BillRow, invoiceWords, mayCorrect, mayReplace, noteWords } from './bills.ts'

type Props = {
  bills: readonly BillRow[]
  /** Which invoice is worked on, and how. */
  chosen: Chosen | undefined
  choose: (chosen: Chosen | undefined) => void
}
export interface Chosen {
  readonly id: string
  readonly how: 'Take back' | 'Correct'
}

/** Invoices, and below each its credit notes, with their files. */
export const InvoicesTable = ({ bills, chosen, choose }: Props) => (
  <section className="table-wrap" aria-label="Invoices">
    <table>
      <thead>
        <tr>
          <th scope="col">Number</th>
          <th scope="col">With</th>
          <th scope="col">Issued (UTC)</th>
          <th scope="col" className="n">
            Amount
          </th>
          <th scope="col">State</th>
          <th scope="col">Files</th>
          <th scope="col">
            <span className="visually-hidden">Take back or correct</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {bills.map((row) => (
          <tr key={row.bill.id} className={row.kind === 'credit note' ? 'credit-note' : undefined}>
            <th scope="row">
              {row.bill.number}
              {row.kind === 'credit note' ? (
                <small className="soft"> credit note on {row.bill.invoiceNumber}</small>
              ) : (
                <About bill={row.bill} />
              )}
            </th>
            <td>{row.bill.side === 'seller' ? `to ${row.bill.buyer}` : `from ${row.bill.seller}`}</td>
            <td>{dateClock(row.bill.issuedAt, 'UTC')}</td>
            <td className="n">{eur(row.kind === 'invoice' ? microOf(row.bill.gross) : -microOf(row.bill.gross))}</td>
            <td>
              {row.kind === 'credit note' ? noteWords(row.bill) : invoiceWords(row.bill)}
              {row.kind === 'invoice' && invoiceWords(row.bill) === 'waits for the bank' ? (
                <small className="soft">, until {dateClock(row.bill.dueAt, 'UTC')}</small>
              ) : null}
            </td>
            <td>
              <Files path={row.kind === 'invoice' ? 'invoices' : 'credit-notes'} {...row.bill} />
            </td>
            <td>
              {row.kind === 'invoice' && mayCorrect(row.bill) ? (
                <Opener how="Take back" {...{ chosen, choose, row }} />
              ) : null}
              {row.kind === 'invoice' && mayReplace(row.bill) ? (
                <Opener how="Correct" {...{ chosen, choose, row }} />
              ) : null}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  </section>
)

/** What an invoice is about beside a payment. */
const About = ({ bill: { period, corrects } }: { bill: Invoice }) => (
  <>
    {corrects === null ? null : <small className="soft"> in the place of {corrects}</small>}
    {period === null ? null : (
      <small className="soft">
        {' '}
        use from {longDate(period.from, 'UTC')} to {longDate(period.to - 1, 'UTC')}
      </small>
    )}
  </>
)

type OpenerProps = Pick<Props, 'chosen' | 'choose'> & { how: Chosen['how']; row: Extract<BillRow, { kind: 'invoice' }> }

function Opener({ how, chosen, choose, row: { bill } }: OpenerProps) {
  const isOpen = chosen?.id === bill.id && chosen.how === how
  return (
    <Button look="plain" aria-expanded={isOpen} onPress={() => choose(isOpen ? undefined : { id: bill.id, how })}>
      {how}
      <span className="visually-hidden"> invoice {bill.number}</span>
    </Button>
  )
}

const Files = ({ path, id, number }: { path: string; id: string; number: string }) => (
  <>
    <a href={`/v1/billing/${path}/${id}/file?format=pdf`} download={`${number}.pdf`}>
      PDF<span className="visually-hidden"> of {number}</span>
    </a>{' '}
    <a href={`/v1/billing/${path}/${id}/file?format=xml`} download={`${number}.xml`}>
      XML<span className="visually-hidden"> of {number}</span>
    </a>
  </>
)
