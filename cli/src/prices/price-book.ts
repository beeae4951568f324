import { priceBookAbi } from '@opem/contracts'
import type { CommittedPrices } from '@opem/domain'
import { type Address, getAbiItem, keccak256, type PublicClient, toBytes } from 'viem'
import { logsOf } from '../chain/events.ts'

/** A series' key in the price book: keccak256 of its name. */
export const seriesKey = (series: string): `0x${string}` => keccak256(toBytes(series))

const EVENTS = [
  getAbiItem({ abi: priceBookAbi, name: 'PricesCommitted' }),
  getAbiItem({ abi: priceBookAbi, name: 'PricesRestated' }),
] as const

/** A committed segment with the number of times it was restated. */
export interface BookedPrices extends CommittedPrices {
  readonly restated: number
}

/** Segments of a series as the chain tells them, in time order, each with the statement that counts. */
export async function readPriceBook(
  client: PublicClient,
  { book, fromBlock, series }: { readonly book: Address; readonly fromBlock: bigint; readonly series: string },
): Promise<BookedPrices[]> {
  const key = seriesKey(series)
  const head = await client.getBlockNumber({ cacheTime: 0 })
  const range = (from: bigint, to: bigint) =>
    client.getLogs({
      address: book,
      events: EVENTS,
      fromBlock: from,
      toBlock: to,
      strict: true,
    })
  const segments = new Map<number, BookedPrices>()
  for (const { eventName, args } of await logsOf(range, fromBlock, head)) {
    if (args.series !== key) continue
    const from = Number(args.from)
    const restated = eventName === 'PricesRestated' ? args.revision : 0
    segments.set(from, { series, from, until: Number(args.until), hash: args.hash, restated })
  }
  return [...segments.values()].sort((a, b) => a.from - b.from)
}
