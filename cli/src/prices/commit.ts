import { priceBookAbi } from '@opem/contracts'
import { formatInstant, parsePriceSeries, priceSegmentHash, priceSegments, pricesBetween } from '@opem/domain'
import { keccak256, type LocalAccount } from 'viem'
import { call, send } from '../community/transactions.ts'
import { refusal } from '../failure.ts'
import type { Instance } from '../instance/instance.ts'
import { readPriceBook, seriesKey } from './price-book.ts'

export interface Committed {
  readonly series: string
  readonly segments: number
  /** first and last instant of what was committed now; absent when nothing was left to commit */
  readonly from?: string
  readonly until?: string
}

/** Of one call; the contract takes no more. */
const MOST_SEGMENTS = 64
/** No price is older than the first European day-ahead market. */
const EARLIEST = Date.parse('1990-01-01T00:00:00Z') / 1000
const LATEST = 4_294_967_295

/** Prices of a series that the API holds from `from` on; whole months are cut where the month ends. */
async function uncommitted({ api }: Instance, series: string, from: number) {
  const query = new URLSearchParams({ series, from: formatInstant(from), to: formatInstant(LATEST) })
  const parsed = parsePriceSeries(await api.get(`/v1/prices?${query}`))
  if (!parsed.ok) throw refusal(parsed.code, `The prices of ${series} cannot be committed: ${parsed.reason}`)
  return priceSegments(pricesBetween(series, { from, until: LATEST }, parsed.value))
}

/**
 * Commits every price of a series that the API holds and the chain does not, in time order.
 * @throws ERR_NO_PRICE_BOOK when the marketplace has none; the contract's refusal when the account is no price publisher
 */
export async function commitPrices(instance: Instance, publisher: LocalAccount, series: string): Promise<Committed> {
  const { chain, contracts, fromBlock } = instance
  const { priceBook: book } = contracts
  if (book === undefined) {
    throw refusal(
      'ERR_NO_PRICE_BOOK',
      'This marketplace has no price book yet: start it once (npm start), it adds one.',
    )
  }
  const known = await readPriceBook(chain, { book, fromBlock, series })
  const segments = await uncommitted(instance, series, known.at(-1)?.until ?? EARLIEST)
  for (let at = 0; at < segments.length; at += MOST_SEGMENTS) {
    const part = segments.slice(at, at + MOST_SEGMENTS).map(({ from, until, prices }) => ({
      from: BigInt(from),
      until: BigInt(until),
      hash: priceSegmentHash((bytes) => keccak256(bytes, 'bytes'), prices),
    }))
    await send(chain, publisher, call(book, priceBookAbi, 'commitPrices', [seriesKey(series), part]))
  }
  const [first, last] = [segments[0], segments.at(-1)]
  return {
    series,
    segments: segments.length,
    ...(first && last && { from: formatInstant(first.from), until: formatInstant(last.until) }),
  }
}
