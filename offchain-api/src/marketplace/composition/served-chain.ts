import { canonicalJson, type ServedChain } from '@opem/domain'
import { Refusal } from '../../unified-api/problem.ts'
import type { Rows } from '../follower/reaction.ts'
import { chainables, inOrder, readComposition, type StoredComposition, unknownComposition } from './compositions.ts'

/**
 * The chain behind the version of a listing that an agreement is about; undefined: it is the provider's own software.
 * @throws Refusal ERR_LISTING_NOT_OFFERED while the document of a composed listing is not here
 */
export async function chainUnder(
  rows: Rows,
  { listing, version, kind }: { listing: string; version: number; kind: string },
): Promise<ServedChain | undefined> {
  if (kind !== 'composed') return undefined
  const [found] = await rows<{ known: boolean; chain: ServedChain | null }>(
    `SELECT document IS NOT NULL AS known, document -> 'chain' AS chain FROM market_listing_versions
     WHERE listing = $1 AND version = $2`,
    [listing, version],
  )
  if (found?.known !== true)
    throw new Refusal(409, 'ERR_LISTING_NOT_OFFERED', "the listing's document has not been read yet; try again", 5)
  return found.chain ?? undefined
}

/**
 * The approved composition behind a chain, which is its provider's own and the one that the document names.
 * @param provider account of whoever offers it
 * @throws Refusal ERR_COMPOSITION_UNKNOWN, ERR_COMPOSITION_CHAIN, ERR_COMPOSITION_STATE
 */
export async function compositionBehind(rows: Rows, chain: ServedChain, provider: string): Promise<StoredComposition> {
  const found = await readComposition(rows, chain.composition)
  if (!found?.document || found.account !== provider) throw unknownComposition(chain.composition)
  const steps = found.document.steps.map(({ listing, title }) => ({ listing, title }))
  if (canonicalJson(steps) !== canonicalJson(chain.steps))
    throw new Refusal(
      422,
      'ERR_COMPOSITION_CHAIN',
      'the document names other services than the composition that was approved; draft it from the composition again',
    )
  if (found.state !== 'approved')
    throw new Refusal(
      409,
      'ERR_COMPOSITION_STATE',
      `the composition is ${found.state}; a composed service runs while all its providers have approved it`,
    )
  return found
}

/**
 * That a chain can be contracted: its composition is approved, and its composer has an agreement about each service.
 * @throws Refusal as `compositionBehind` does, and ERR_COMPOSITION_NOT_CONTRACTED
 */
export async function needContracted(rows: Rows, chain: ServedChain, provider: string, now: number): Promise<void> {
  const { account, listings } = await compositionBehind(rows, chain, provider)
  const missing = inOrder(listings, await chainables(rows, { account, now, only: listings })).filter(
    ({ agreement }) => agreement === null,
  )
  if (missing.length > 0)
    throw new Refusal(
      409,
      'ERR_COMPOSITION_NOT_CONTRACTED',
      `no agreement of its composer about ${missing.map(({ title }) => `“${title}”`).join(', ')} is in force; the chain cannot run`,
    )
}
