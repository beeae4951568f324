import { type CheckedPrices, checkPrices, type RulesDocument } from '@opem/domain'
import { keccak256 } from 'viem'
import type { Instance } from '../instance/instance.ts'
import { readPrices, seriesIn } from '../instance/prices.ts'
import { readPriceBook } from './price-book.ts'

/**
 * What the chain committed to for every series that rules name in `[from, to)`, beside what the API holds of it: whole
 * segments, for one price of a segment cannot be checked alone.
 */
export async function readCheckedPrices(
  { api, chain, contracts: { priceBook: book }, fromBlock }: Instance,
  rules: readonly RulesDocument[],
  { from, to }: { readonly from: number; readonly to: number },
): Promise<CheckedPrices[]> {
  if (book === undefined) return []
  const checked: CheckedPrices[] = []
  for (const series of seriesIn(rules))
    for (const segment of await readPriceBook(chain, { book, fromBlock, series })) {
      if (segment.from >= to || segment.until <= from) continue
      const known = await readPrices(api, [series], segment.from, segment.until)
      checked.push(checkPrices((bytes) => keccak256(bytes, 'bytes'), segment, known))
    }
  return checked
}
