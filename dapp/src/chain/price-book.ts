import { priceBookAbi } from '@opem/contracts'
import type { CheckedPrices, PriceSeries } from '@opem/domain'
import { checkPrices } from '@opem/domain'
import { getAbiItem, keccak256, type PublicClient, toBytes } from 'viem'
import type { Settings } from '../api/settings.ts'
import { keccak } from './keccak.ts'

const committed = getAbiItem({ abi: priceBookAbi, name: 'PricesCommitted' })
const restated = getAbiItem({ abi: priceBookAbi, name: 'PricesRestated' })

/**
 * What the chain committed to for these series in `[from, to)`, beside what `pricesIn` holds of it: whole segments, for one
 * price of a segment cannot be checked alone.
 */
export async function checkedPrices(
  client: Pick<PublicClient, 'getLogs'>,
  { addresses, block }: Settings,
  names: readonly string[],
  { from, to }: { from: number; to: number },
  pricesIn: (series: string, range: { from: number; to: number }) => Promise<readonly PriceSeries[]>,
): Promise<CheckedPrices[]> {
  const checked: CheckedPrices[] = []
  for (const series of names) {
    const of = { address: addresses.PriceBook, args: { series: keccak256(toBytes(series)) }, strict: true } as const
    const range = { fromBlock: BigInt(block), toBlock: 'latest' } as const
    const [first, later] = await Promise.all([
      client.getLogs({ ...of, ...range, event: committed }),
      client.getLogs({ ...of, ...range, event: restated }),
    ])
    const stated = new Map(later.map(({ args }) => [args.from, args.hash]))
    for (const { args } of first) {
      const segment = {
        series,
        from: Number(args.from),
        until: Number(args.until),
        hash: stated.get(args.from) ?? args.hash,
      }
      if (segment.from >= to || segment.until <= from) continue
      const known = await pricesIn(series, { from: segment.from, to: segment.until })
      checked.push(checkPrices(keccak, segment, known))
    }
  }
  return checked
}
