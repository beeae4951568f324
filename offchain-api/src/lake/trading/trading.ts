import type { Lake } from '../lake.ts'

/** A member's balance of one period: Wh. */
export interface TradingBalance {
  readonly member: string
  readonly importWh: number
  readonly exportWh: number
  readonly boughtWh: number
  readonly soldWh: number
  readonly flags: number
  readonly salt: string
}

/** One period of a batch: Wh. `start` in seconds since 1970. */
export interface TradingBook {
  readonly start: number
  readonly surplusWh: number
  readonly demandWh: number
  readonly sharedWh: number
  readonly membersRoot: string
  readonly balances: readonly TradingBalance[]
}

/** What oracle nodes keep of a batch as evidence. */
export interface TradingEvidence {
  readonly community: string
  readonly chainId: number
  readonly start: number
  readonly periodSeconds: number
  readonly periods: number
  readonly revision: number
  readonly rules: number
  readonly root: string
  readonly books: readonly TradingBook[]
}

export type TradingHeader = Omit<TradingEvidence, 'books'>

export interface TradingRange {
  readonly community: string
  readonly from: number
  readonly to: number
}

/** Headers of every stored batch that overlaps `[from, to)`: by start, revision, then time of storing. */
export const tradingHeaders = (lake: Lake, { community, from, to }: TradingRange) =>
  lake.rows<TradingHeader>(
    `SELECT community, chain_id AS chainId, toUInt32(batches.start) AS start, period_seconds AS periodSeconds, periods,
       revision, rules, root
     FROM opem.batches AS batches FINAL
     WHERE community = {community:String} AND toUInt32(batches.start) < {to:UInt32} AND toUInt32(batches.ends) > {from:UInt32}
     ORDER BY start, revision, version`,
    { community, from, to },
  )

// A month of hours in one question; a year takes twelve, so an answer of any length needs little memory.
const PERIODS_AT_ONCE = 750

/**
 * Whole batches in the order of `headers`.
 * @param balances `all`, none (totals only), or those of one member
 */
export async function* evidenceOf(
  lake: Lake,
  headers: readonly TradingHeader[],
  balances: 'all' | 'none' | { readonly member: string },
): AsyncGenerator<TradingEvidence[]> {
  for (let at = 0; at < headers.length; ) {
    const page: TradingHeader[] = []
    for (let periods = 0; at < headers.length && (page.length === 0 || periods < PERIODS_AT_ONCE); at += 1) {
      const header = headers[at]!
      page.push(header)
      periods += header.periods
    }
    yield readPage(lake, page, balances)
  }
}

async function readPage(
  lake: Lake,
  page: readonly TradingHeader[],
  balances: 'all' | 'none' | { readonly member: string },
): Promise<TradingEvidence[]> {
  const starts = page.map(({ start }) => start)
  const range = { community: page[0]!.community, first: Math.min(...starts), last: Math.max(...starts) }
  const one = typeof balances === 'object' ? balances.member : undefined
  const [bookRows, balanceRows] = await Promise.all([
    lake.rows<OfBatch & Omit<TradingBook, 'balances'>>(
      `SELECT toUInt32(books.batch) AS batch, revision, root, toUInt32(books.start) AS start, surplus_wh AS surplusWh,
         demand_wh AS demandWh, shared_wh AS sharedWh, members_root AS membersRoot
       FROM opem.books AS books FINAL WHERE ${IN_PAGE} ORDER BY start`,
      range,
    ),
    balances === 'none'
      ? []
      : lake.rows<OfBatch & TradingBalance & { start: number }>(
          `SELECT toUInt32(books.batch) AS batch, revision, root, toUInt32(books.start) AS start, member,
             import_wh AS importWh, export_wh AS exportWh, bought_wh AS boughtWh, sold_wh AS soldWh, flags, salt
           FROM opem.balances AS books FINAL WHERE ${IN_PAGE}${one ? ' AND member = {member:String}' : ''} ORDER BY start, member`,
          one ? { ...range, member: one } : range,
        ),
  ])
  const balancesOf = Map.groupBy(balanceRows, (row) => `${keyOf(row)}|${row.start}`)
  const booksOf = Map.groupBy(bookRows, keyOf)
  return page.map((header) => {
    const key = keyOf({ ...header, batch: header.start })
    return {
      ...header,
      books: (booksOf.get(key) ?? []).map(({ start, surplusWh, demandWh, sharedWh, membersRoot }) => ({
        start,
        surplusWh,
        demandWh,
        sharedWh,
        membersRoot,
        balances: (balancesOf.get(`${key}|${start}`) ?? []).map(
          ({ member, importWh, exportWh, boughtWh, soldWh, flags, salt }) => ({
            member,
            importWh,
            exportWh,
            boughtWh,
            soldWh,
            flags,
            salt,
          }),
        ),
      })),
    }
  })
}

interface OfBatch {
  readonly batch: number
  readonly revision: number
  readonly root: string
}

const keyOf = ({ batch, revision, root }: OfBatch) => `${batch}|${revision}|${root}`

const IN_PAGE = `community = {community:String} AND books.batch >= toDateTime({first:UInt32})
  AND books.batch <= toDateTime({last:UInt32})`
