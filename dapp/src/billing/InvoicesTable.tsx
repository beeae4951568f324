import { eur } from '../format/money.ts'
import { dateClock } from '../format/time.ts'
import { Button } from '../parts/Button.tsx'
import { microOf } from './amount.ts'
import { type BillRow, invoiceWords, mayCorrect, noteWords } from './bills.ts'

type Props = {
  bills: readonly BillRow[]
  correcting: string | undefined
  correct: (invoice: string | undefined) => void
}

/** Invoices, and below each its credit notes, with their files. */
export const InvoicesTable = ({ bills, correcting, correct }: Props) => (
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
            <span className="visually-hidden">Take back</span>
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
              ) : null}
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
                <Button
                  look="plain"
                  aria-expanded={correcting === row.bill.id}
                  onPress={() => correct(correcting === row.bill.id ? undefined : row.bill.id)}
                >
                  Take back
                  <span className="visually-hidden"> invoice {row.bill.number}</span>
                </Button>
              ) : null}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  </section>
)

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
