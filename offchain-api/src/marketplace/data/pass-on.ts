import {
  type AgreedSource,
  type Hex,
  mayPassOn,
  type OdrlPolicy,
  type ReadingsOffered,
  readOdrl,
  type UsePolicy,
} from '@opem/domain'
import { Refusal } from '../../unified-api/problem.ts'
import { readAgreement } from '../contracting/agreements.ts'
import { type ContractedListing, readListing } from '../contracting/listing.ts'
import type { Rows } from '../contracting/offers.ts'
import type { MayUseMoney } from '../provisioning/may-call.ts'
import type { Holder } from './holdings.ts'
import { type ContractedData, contractedData, needAccess } from './may-access.ts'

/** Data that a consumer hands to the provider of a service: a data set of their own, or one that they have contracted. */
export interface HandedData {
  readonly source: AgreedSource
  readonly listing: ContractedListing
  readonly readings: ReadingsOffered
  readonly policy: UsePolicy
  /** The agreement under which the consumer has them; null: their own. */
  readonly contract: ContractedData | null
}

export interface Handing {
  /** Of the own data set's listing, or of the agreement about data. */
  readonly id: Hex
  readonly consumer: Pick<Holder, 'account'>
  /** DID of the provider of the service. */
  readonly recipient: string
  /** Where the recipient keeps a copy; left out while nothing is handed over yet. */
  readonly country?: string
  readonly now: number
  readonly mayUseMoney: MayUseMoney
}

/** Nothing is paid for what is only looked at. */
export const LOOKED_AT: MayUseMoney = async () => ({ ok: true })

/**
 * Data as they may be handed to the provider of a service now. Asked when the agreement is made, when the data are checked and at every use. Fails closed.
 * @throws Refusal ERR_DATA_CHOICE when they are not the consumer's, ERR_POLICY_DISTRIBUTE, ERR_POLICY_PURPOSE, ERR_POLICY_UNTIL,
 * ERR_DATA_ELSEWHERE, ERR_ODRL, and those of `needAccess`
 */
export async function handedData(rows: Rows, it: Handing): Promise<HandedData> {
  const agreement = await readAgreement(rows, it.id)
  const found = agreement?.kind === 'data' ? await contracted(rows, it) : await ownSet(rows, it)
  const own = found.contract === null
  const may = mayPassOn(found.policy, { recipient: it.recipient, own, now: it.now })
  if (!may.ok) throw new Refusal(403, may.code, may.reason)
  const { countries } = found.policy
  if (it.country !== undefined && countries.length > 0 && !countries.includes(it.country))
    throw new Refusal(
      403,
      'ERR_POLICY_COUNTRY',
      `the data may not be kept in ${it.country}; the policy allows ${countries.join(', ')}`,
    )
  return found
}

/** What belongs to others is not there. */
const notTheirs = (id: string) =>
  new Refusal(422, 'ERR_DATA_CHOICE', `${id} is no data set of the user and no agreement of theirs about data`)

async function contracted(rows: Rows, { id, consumer, now, mayUseMoney }: Handing): Promise<HandedData> {
  const contract = await contractedData(rows, id, consumer.account).catch((cause: unknown) => {
    throw cause instanceof Refusal && cause.status === 404 ? notTheirs(id) : cause
  })
  await needAccess(rows, contract, undefined, { now, mayUseMoney })
  const { document, listing, readings, policy } = contract
  return {
    source: {
      ...{ kind: 'data-agreement', id, title: document.title, provider: document.provider.name },
      policy: document.policy as OdrlPolicy,
    },
    ...{ listing, readings, policy, contract },
  }
}

async function ownSet(rows: Rows, { id, consumer }: Handing): Promise<HandedData> {
  const listing = await readListing(rows, id)
  if (listing?.kind !== 'data' || listing.account !== consumer.account) throw notTheirs(id)
  if (listing.state !== 'published' && listing.state !== 'stopped')
    throw new Refusal(403, 'ERR_LISTING_SUSPENDED', `the data set is ${listing.state}; nobody uses it now`)
  const readings = listing.document?.data?.readings as ReadingsOffered | undefined
  const [here] = await rows<{ name: string }>(
    `SELECT a.name FROM market_data_sets s JOIN accounts a ON a.account = $2 WHERE s.listing = $1`,
    [id, consumer.account],
  )
  if (!readings || !here)
    throw new Refusal(409, 'ERR_DATA_ELSEWHERE', 'the data of this listing do not lie in this marketplace')
  const read = readOdrl(readings.policy)
  if (!read.ok)
    throw new Refusal(409, 'ERR_ODRL', `the policy is not understood at ${read.problems[0]?.path}; publish it anew`)
  return {
    source: {
      ...{ kind: 'data-set', id, title: listing.document!.title, provider: here.name },
      policy: readings.policy,
    },
    ...{ listing, readings, policy: read.policy, contract: null },
  }
}

/** A source that somebody could choose, and why not. */
export interface OfferedSource {
  readonly source: Pick<AgreedSource, 'kind' | 'id' | 'title' | 'provider'>
  readonly refusal: { readonly code: string; readonly reason: string } | null
}

/** Data sets and agreements about data of an account that are in force, each with whether it may be handed to a provider. */
export async function offeredSources(
  rows: Rows,
  it: Omit<Handing, 'id' | 'country' | 'mayUseMoney'>,
  kinds: readonly AgreedSource['kind'][],
): Promise<OfferedSource[]> {
  const found = await rows<OfferedSource['source'] & Record<string, unknown>>(
    `SELECT 'data-agreement' AS kind, a.id, d.document ->> 'title' AS title, d.document -> 'provider' ->> 'name' AS provider
     FROM market_agreements a JOIN market_agreement_documents d ON d.digest = a.terms ->> 'terms'
     WHERE a.kind = 'data' AND a.consumer_account = $1 AND d.document ? 'policy' AND (a.ends_at = 0 OR a.ends_at > $2)
     UNION ALL
     SELECT 'data-set', l.listing, l.document ->> 'title', p.name
     FROM market_listings l JOIN market_data_sets s USING (listing) JOIN accounts p ON p.account = l.account
     WHERE l.account = $1 AND l.state IN ('published', 'stopped') AND l.document IS NOT NULL
     ORDER BY title, id LIMIT 100`,
    [it.consumer.account, it.now],
  )
  const offered: OfferedSource[] = []
  for (const source of found.filter(({ kind }) => kinds.includes(kind))) {
    const refusal = await refusalOf(() => handedData(rows, { ...it, id: source.id, mayUseMoney: LOOKED_AT }))
    offered.push({ source, refusal })
  }
  return offered
}

/** Why something is refused; null when it is not. */
export async function refusalOf(work: () => Promise<unknown>): Promise<{ code: string; reason: string } | null> {
  try {
    await work()
    return null
  } catch (cause) {
    if (cause instanceof Refusal) return { code: cause.code, reason: cause.detail }
    throw cause
  }
}
