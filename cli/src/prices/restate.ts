import { priceBookAbi } from '@opem/contracts'
import { formatInstant, type Hex, parseInstant, parsePriceSeries, priceSegmentHash, pricesBetween } from '@opem/domain'
import { keccak256, type LocalAccount } from 'viem'
import { call, send } from '../community/transactions.ts'
import { refusal } from '../failure.ts'
import type { Instance } from '../instance/instance.ts'
import { type BookedPrices, readPriceBook, seriesKey } from './price-book.ts'

export interface Restated {
  readonly series: string
  readonly from: string
  readonly until: string
  readonly previous: Hex
  readonly hash: Hex
  /** How often the segment has been restated, with this time. */
  readonly revision: number
  readonly transaction: Hex | null
}

/**
 * Says anew what the prices of a committed segment are: those that the API holds for it now. The earlier statement stays
 * on the chain, and every audit shows that there were several.
 * @param from the instant at which the segment begins
 * @throws ERR_NO_PRICE_BOOK, ERR_PRICE_SEGMENT, ERR_NO_PRICES; the contract's refusal when the account is no price publisher
 */
export async function restatePrices(
  { api, chain, contracts: { priceBook: book }, fromBlock }: Instance,
  publisher: LocalAccount,
  series: string,
  from: string,
): Promise<Restated> {
  if (book === undefined) throw refusal('ERR_NO_PRICE_BOOK', 'This marketplace has no price book.')
  const segment = segmentAt(await readPriceBook(chain, { book, fromBlock, series }), series, from)
  const [start, end] = [formatInstant(segment.from), formatInstant(segment.until)]
  const query = new URLSearchParams({ series, from: start, to: end })
  const parsed = parsePriceSeries(await api.get(`/v1/prices?${query}`))
  if (!parsed.ok) throw refusal(parsed.code, `The prices of ${series} cannot be committed: ${parsed.reason}`)
  const prices = pricesBetween(series, segment, parsed.value)
  if (prices.length === 0) {
    throw refusal('ERR_NO_PRICES', `The API holds no price of ${series} in ${start} … ${end}: import them first.`)
  }
  const hash = priceSegmentHash((bytes) => keccak256(bytes, 'bytes'), prices)
  const told = { series, from: start, until: end, previous: segment.hash, hash }
  if (hash === segment.hash) return { ...told, revision: segment.restated, transaction: null }
  const args = [seriesKey(series), BigInt(segment.from), segment.hash, hash] as const
  const { transactionHash } = await send(chain, publisher, call(book, priceBookAbi, 'restatePrices', args))
  return { ...told, revision: segment.restated + 1, transaction: transactionHash }
}

function segmentAt(segments: readonly BookedPrices[], series: string, from: string): BookedPrices {
  const at = parseInstant(from)
  const found = at.ok ? segments.find((segment) => segment.from === at.value) : undefined
  if (found) return found
  throw refusal(
    'ERR_PRICE_SEGMENT',
    `No committed segment of ${series} begins at "${from}": opem prices show --series ${series} lists where they begin.`,
  )
}
