import { OpemError } from '@opem/domain'
import { all, type Element, first, readXml, textAt } from '../invoice/xml-tree.ts'

/** Money that came to an account or left it, as its bank says in a statement (ISO 20022 camt.053). */
export interface BankEntry {
  readonly direction: 'credit' | 'debit'
  /** Of the account that was credited or debited. */
  readonly iban: string
  /** Euro cents. */
  readonly amount: bigint
  readonly bookedOn: string
  /** What was written with it. */
  readonly remittance: string
  /** What the bank knows it by, told apart from others of its day and amount. */
  readonly reference: string
}

/** Entries in euros of a statement, one for each transaction. @throws ERR_XML, ERR_CAMT */
export function readCamt053(xml: string): BankEntry[] {
  const document = readXml(xml)
  const statements = all(document, 'BkToCstmrStmt/Stmt')
  if (document.name !== 'Document' || statements.length === 0)
    throw new OpemError({
      code: 'ERR_CAMT',
      shortMessage:
        'the file is no camt.053 statement: a Document with BkToCstmrStmt was needed; ask the bank for camt.053',
    })
  return toldApart(
    statements.flatMap((statement) => {
      const iban = textAt(statement, 'Acct/Id/IBAN') ?? ''
      return all(statement, 'Ntry').flatMap((entry) => transactionsOf(entry, iban))
    }),
  )
}

/** Transactions of a batch may all have its reference, and some banks give none: the second of those that look alike says so. */
function toldApart(entries: readonly BankEntry[]): BankEntry[] {
  const seen = new Map<string, number>()
  return entries.map((entry) => {
    const { direction, iban, bookedOn, amount, reference } = entry
    const alike = [direction, iban, bookedOn, amount, reference].join(' ')
    const nth = (seen.get(alike) ?? 0) + 1
    seen.set(alike, nth)
    return nth === 1 ? entry : { ...entry, reference: `${reference} (${nth})` }
  })
}

/** Of what a payer wrote, where the bank gives no reference. */
const LONGEST_REFERENCE = 140
const DIRECTIONS: Readonly<Record<string, BankEntry['direction']>> = { CRDT: 'credit', DBIT: 'debit' }

function transactionsOf(entry: Element, iban: string): BankEntry[] {
  // BOOK alone is money that is there; in newer versions the status is a code inside.
  const status = textAt(entry, 'Sts/Cd') ?? textAt(entry, 'Sts')
  if (status !== 'BOOK' || textAt(entry, 'RvslInd') === 'true') return []
  const bookedOn = textAt(entry, 'BookgDt/Dt') ?? (textAt(entry, 'BookgDt/DtTm') ?? '').slice(0, 10)
  const transactions = all(entry, 'NtryDtls/TxDtls')
  const parts = transactions.length === 0 ? [entry] : transactions
  return parts.flatMap((part) => {
    const direction = DIRECTIONS[textAt(part, 'CdtDbtInd') ?? textAt(entry, 'CdtDbtInd') ?? '']
    if (direction === undefined) return []
    const money =
      first(part, 'Amt') ?? first(part, 'AmtDtls/TxAmt/Amt') ?? (parts.length === 1 ? first(entry, 'Amt') : undefined)
    const amount = money?.attributes.Ccy === 'EUR' ? centsOf(money.text) : undefined
    if (amount === undefined) return []
    const remittance = [...all(part, 'RmtInf/Ustrd'), ...all(part, 'RmtInf/Strd/CdtrRefInf/Ref')]
    const words = remittance.map(({ text }) => text).join(' ')
    const endToEnd = textAt(part, 'Refs/EndToEndId')
    const reference =
      textAt(part, 'Refs/AcctSvcrRef') ??
      textAt(entry, 'AcctSvcrRef') ??
      (endToEnd === undefined || endToEnd === 'NOTPROVIDED' ? words.slice(0, LONGEST_REFERENCE) : endToEnd)
    return [
      {
        ...{ direction, iban, amount, bookedOn, reference },
        remittance: words,
      },
    ]
  })
}

const centsOf = (text: string): bigint | undefined => {
  const match = /^(\d{1,15})(?:\.(\d{1,2}))?$/.exec(text)
  return match === null ? undefined : BigInt(match[1]!) * 100n + BigInt((match[2] ?? '').padEnd(2, '0'))
}
