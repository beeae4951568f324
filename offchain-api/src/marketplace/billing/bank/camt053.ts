import { OpemError } from '@opem/domain'
import { all, type Element, first, readXml, textAt } from '../invoice/xml-tree.ts'

/** Money that came to an account, as its bank says in a statement (ISO 20022 camt.053). */
export interface BankCredit {
  /** Of the account that was credited. */
  readonly iban: string
  /** Euro cents. */
  readonly amount: bigint
  readonly bookedOn: string
  /** What the payer wrote. */
  readonly remittance: string
  /** What the bank knows it by. */
  readonly reference: string
}

/** Credits in euros of a statement, one for each transaction. @throws ERR_XML, ERR_CAMT */
export function readCamt053(xml: string): BankCredit[] {
  const document = readXml(xml)
  const statements = all(document, 'BkToCstmrStmt/Stmt')
  if (document.name !== 'Document' || statements.length === 0)
    throw new OpemError({
      code: 'ERR_CAMT',
      shortMessage:
        'the file is no camt.053 statement: a Document with BkToCstmrStmt was needed; ask the bank for camt.053',
    })
  return statements.flatMap((statement) => {
    const iban = textAt(statement, 'Acct/Id/IBAN') ?? ''
    return all(statement, 'Ntry').flatMap((entry) => creditsOf(entry, iban))
  })
}

function creditsOf(entry: Element, iban: string): BankCredit[] {
  // BOOK alone is money that is there; in newer versions the status is a code inside.
  const status = textAt(entry, 'Sts/Cd') ?? textAt(entry, 'Sts')
  if (status !== 'BOOK' || textAt(entry, 'RvslInd') === 'true') return []
  const bookedOn = textAt(entry, 'BookgDt/Dt') ?? (textAt(entry, 'BookgDt/DtTm') ?? '').slice(0, 10)
  const transactions = all(entry, 'NtryDtls/TxDtls')
  const parts = transactions.length === 0 ? [entry] : transactions
  return parts.flatMap((part) => {
    if ((textAt(part, 'CdtDbtInd') ?? textAt(entry, 'CdtDbtInd')) !== 'CRDT') return []
    const money =
      first(part, 'Amt') ?? first(part, 'AmtDtls/TxAmt/Amt') ?? (parts.length === 1 ? first(entry, 'Amt') : undefined)
    const amount = money?.attributes.Ccy === 'EUR' ? centsOf(money.text) : undefined
    if (amount === undefined) return []
    const remittance = [...all(part, 'RmtInf/Ustrd'), ...all(part, 'RmtInf/Strd/CdtrRefInf/Ref')]
    const reference =
      textAt(part, 'Refs/AcctSvcrRef') ?? textAt(entry, 'AcctSvcrRef') ?? textAt(part, 'Refs/EndToEndId')
    return [
      { iban, amount, bookedOn, remittance: remittance.map(({ text }) => text).join(' '), reference: reference ?? '' },
    ]
  })
}

const centsOf = (text: string): bigint | undefined => {
  const match = /^(\d{1,15})(?:\.(\d{1,2}))?$/.exec(text)
  return match === null ? undefined : BigInt(match[1]!) * 100n + BigInt((match[2] ?? '').padEnd(2, '0'))
}

/** An invoice that waits for money. */
export interface OpenInvoice {
  readonly id: string
  readonly number: string
  readonly iban: string
  /** Euro cents. */
  readonly gross: bigint
}

export interface Match {
  readonly credit: BankCredit
  readonly invoice: OpenInvoice | undefined
  /** Why it was taken, or why not, in words. */
  readonly why: string
}

/**
 * Which credit pays which invoice: the payer names its number, to the seller's account, with exactly its amount. Everything
 * else is left to a person. A credit pays one invoice, an invoice is paid once.
 */
export function matchCredits(credits: readonly BankCredit[], invoices: readonly OpenInvoice[]): Match[] {
  const open = new Set(invoices)
  return credits.map((credit) => {
    const words = credit.remittance.split(/[\s,;:/]+/)
    const named = [...open].filter(({ number, iban }) => iban === credit.iban && words.includes(number))
    const [invoice] = named
    if (invoice === undefined) return { credit, invoice, why: 'it names no open invoice of this account' }
    if (named.length > 1) return { credit, invoice: undefined, why: 'it names more than one invoice' }
    if (invoice.gross !== credit.amount)
      return { credit, invoice: undefined, why: `it names invoice ${invoice.number}, but is not its amount` }
    open.delete(invoice)
    return { credit, invoice, why: `it names invoice ${invoice.number} and is its amount` }
  })
}
