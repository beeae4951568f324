import type { Hex, OfferedService, ServedChain } from '@opem/domain'
import { Refusal } from '../../unified-api/problem.ts'
import { needContracted } from '../composition/served-chain.ts'
import { isListed } from '../manage/policy.ts'
import type { Rows } from './offers.ts'

/** What contracting reads of a listing. */
export interface ContractedListing {
  readonly listing: Hex
  readonly provider: Hex
  readonly account: Hex
  readonly kind: string
  readonly state: 'published' | 'stopped' | 'suspended' | 'removed'
  readonly version: number
  readonly content: Hex
  readonly document:
    | (OfferedService & {
        readonly access?: { readonly baseUrl?: string; readonly documentation?: string }
        readonly chain?: ServedChain
      })
    | null
}

export const readListing = async (rows: Rows, listing: string): Promise<ContractedListing | undefined> =>
  (
    await rows<ContractedListing & { listing: Hex }>(
      'SELECT listing, provider, account, kind, state, version, content, document FROM market_listings WHERE listing = $1',
      [listing],
    )
  )[0]

/**
 * A listing that an account can contract now, with its document; one that is not shown to them is not there. The chain of a composed
 * one can run.
 * @throws Refusal ERR_LISTING_UNKNOWN, ERR_LISTING_NOT_OFFERED, and those of `needContracted`
 */
export async function offeredListing(
  rows: Rows,
  listing: string,
  consumer: string,
  now: number,
): Promise<ContractedListing & { document: NonNullable<ContractedListing['document']> }> {
  const found = await readListing(rows, listing)
  if (!found || !(await isListed(rows, listing, consumer)))
    throw new Refusal(404, 'ERR_LISTING_UNKNOWN', `there is no listing ${listing} on this marketplace`)
  if (found.state !== 'published')
    throw new Refusal(
      409,
      'ERR_LISTING_NOT_OFFERED',
      `the listing is ${found.state}; only a published one is contracted`,
    )
  const { document } = found
  if (document === null)
    throw new Refusal(409, 'ERR_LISTING_NOT_OFFERED', "the listing's document has not been read yet; try again", 5)
  if (document.chain) await needContracted(rows, document.chain, found.account, now)
  return { ...found, document }
}
