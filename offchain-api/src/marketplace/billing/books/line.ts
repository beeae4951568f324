/** One line of an account’s books. Money as µEUR, never negative: the names say which way it went. */
export interface BookLine {
  /** Seconds since 1970. */
  readonly at: number
  readonly what: string
  /** Number of an invoice or a credit note. */
  readonly document: string
  readonly service: string
  /** Name on a bill, else the address of the other side. */
  readonly counterparty: string
  readonly agreement: string
  readonly payment: string
  readonly purseIn: bigint
  readonly purseOut: bigint
  /** Platform fee that was kept of what a provider earned: it is not in `purseIn`. */
  readonly fee: bigint
  /** By bank, as the operator recorded it. */
  readonly bankIn: bigint
  readonly bankOut: bigint
  /** Of a bill: net, VAT and together; of a credit note they lower the invoice’s. */
  readonly net: bigint
  readonly vat: bigint
  readonly gross: bigint
  readonly transaction: string
}

const EMPTY: BookLine = {
  ...{ at: 0, what: '', document: '', service: '', counterparty: '', agreement: '', payment: '', transaction: '' },
  ...{ purseIn: 0n, purseOut: 0n, fee: 0n, bankIn: 0n, bankOut: 0n, net: 0n, vat: 0n, gross: 0n },
}

type Side = 'consumer' | 'provider'

/** What the escrow said, of one of its sides. */
export interface EscrowRow {
  readonly at: string
  readonly what: string
  readonly detail: Readonly<Record<string, string | number>>
  readonly transaction: string
  readonly agreement: string
  readonly payment: string
  readonly number: string
  readonly service: string | null
  readonly consumer: string
  readonly provider: string
  readonly consumer_account: string
  readonly provider_account: string
}

/** PaymentState of the contract: a refund of a released payment comes out of the provider’s purse. */
const RELEASED = 3

type Move = readonly [
  what: string,
  money: Partial<Pick<BookLine, 'purseIn' | 'purseOut' | 'fee' | 'bankIn' | 'bankOut'>>,
]

/** What an event of the escrow moved for one side; undefined: nothing. */
function moveOf({ what, detail, number }: EscrowRow, side: Side): Move | undefined {
  const of = (name: string) => BigInt(detail[name] ?? 0)
  const pays = side === 'consumer'
  switch (what) {
    case 'PaymentHeld':
      return pays ? [`payment ${number}, held`, { purseOut: of('amount') }] : undefined
    case 'PaymentReleased':
      return pays ? undefined : [`payment ${number}, released`, { purseIn: of('toProvider'), fee: of('fee') }]
    case 'PaymentDecided':
      return pays
        ? [`payment ${number}, dispute decided`, { purseIn: of('refund') }]
        : [`payment ${number}, dispute decided`, { purseIn: of('toProvider'), fee: of('fee') }]
    case 'PaymentLapsed':
      return pays ? [`payment ${number}, dispute lapsed`, { purseIn: of('refund') }] : undefined
    case 'PaymentRefunded':
      if (pays) return [`payment ${number}, given back`, { purseIn: of('amount') }]
      return Number(detail.previous) === RELEASED
        ? [`payment ${number}, given back`, { purseOut: of('amount') }]
        : undefined
    case 'BankSettled':
      return [`payment ${number}, by bank`, pays ? { bankOut: of('amount') } : { bankIn: of('amount') }]
    case 'Reserved':
      return pays ? ['set aside for use', { purseOut: of('amount') }] : undefined
    case 'VoucherClaimed':
      return pays ? undefined : ['use, claimed', { purseIn: of('toProvider'), fee: of('fee') }]
    case 'ReserveReclaimed':
      return pays ? ['set aside, taken back', { purseIn: of('amount') }] : undefined
    default:
      return undefined
  }
}

/** Lines of an event for an account, which may be on both sides. */
export function linesOfEvent(row: EscrowRow, account: string): BookLine[] {
  const sides: readonly Side[] = ['consumer', 'provider']
  return sides.flatMap((side) => {
    if (row[`${side}_account`] !== account) return []
    const move = moveOf(row, side)
    if (move === undefined || Object.values(move[1]).every((money) => money === 0n)) return []
    const { agreement, payment, transaction, service, consumer, provider } = row
    return [
      {
        ...{ ...EMPTY, ...move[1], at: Number(row.at), what: move[0], agreement, payment, transaction },
        ...{ service: service ?? '', counterparty: side === 'consumer' ? provider : consumer },
      },
    ]
  })
}

export interface TransferRow {
  readonly at: string
  readonly kind: 'deposit' | 'withdrawal'
  readonly amount: string
  readonly transaction: string
}

export const lineOfTransfer = ({ at, kind, amount, transaction }: TransferRow): BookLine => ({
  ...{ ...EMPTY, at: Number(at), what: kind, transaction },
  ...(kind === 'deposit' ? { purseIn: BigInt(amount) } : { purseOut: BigInt(amount) }),
})

/** A bill that the account sent or got, and what it comes to. */
export interface BillRow {
  readonly at: string
  readonly kind: 'invoice' | 'credit note'
  readonly document: string
  readonly agreement: string
  readonly payment: string
  readonly service: string
  readonly counterparty: string
  readonly sent: boolean
  readonly net: bigint
  readonly vat: bigint
  readonly gross: bigint
  /** Paid back by bank at that time; null: not, or not by bank. */
  readonly bankAt: string | null
}

export function linesOfBill({ at, kind, sent, bankAt, ...bill }: BillRow): BookLine[] {
  const { net: _net, vat: _vat, gross, ...about } = bill
  const paidBack = {
    ...{ ...EMPTY, ...about, at: Number(bankAt), what: 'credit note, paid back by bank' },
    ...(sent ? { bankOut: gross } : { bankIn: gross }),
  }
  return [
    { ...EMPTY, ...bill, at: Number(at), what: `${kind}, ${sent ? 'sent' : 'received'}` },
    ...(bankAt === null ? [] : [paidBack]),
  ]
}
