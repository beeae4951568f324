import { type AgreementDocument, type ReadingsOffered, readOdrl, type UsePolicy } from '@opem/domain'
import { Refusal } from '../../unified-api/problem.ts'
import { isInForce, readAgreement, type StoredAgreement } from '../contracting/agreements.ts'
import { type ContractedListing, readListing } from '../contracting/listing.ts'
import { type Rows, readDocument } from '../contracting/offers.ts'
import { unknownAgreement } from '../contracting/party.ts'
import { readInstance } from '../provisioning/instances.ts'
import type { MayUseMoney } from '../provisioning/may-call.ts'

/** Data that somebody has a contract for: as it was when both signed. */
export interface ContractedData {
  readonly agreement: StoredAgreement
  readonly document: AgreementDocument
  readonly listing: ContractedListing
  readonly readings: ReadingsOffered
  readonly policy: UsePolicy
}

/**
 * A contracted data set, for its user alone, in force or not.
 * @throws Refusal ERR_AGREEMENT_UNKNOWN, ERR_DATA_ELSEWHERE, ERR_ODRL
 */
export async function contractedData(rows: Rows, id: string, account: string): Promise<ContractedData> {
  const agreement = await readAgreement(rows, id)
  if (agreement?.kind !== 'data' || agreement.consumer_account !== account) throw unknownAgreement(id)
  const [document, listing, [version]] = await Promise.all([
    readDocument(rows, agreement.terms.terms),
    readListing(rows, agreement.listing),
    rows<{ readings: ReadingsOffered | null }>(
      `SELECT document -> 'data' -> 'readings' AS readings FROM market_listing_versions WHERE listing = $1 AND version = $2`,
      [agreement.listing, agreement.version],
    ),
  ])
  if (!document || !listing) throw unknownAgreement(id)
  if (!version?.readings || document.policy === undefined)
    throw new Refusal(
      409,
      'ERR_DATA_ELSEWHERE',
      'these data do not lie in this marketplace: their provider hands them out, as the page of the agreement tells',
    )
  const read = readOdrl(document.policy)
  // What is not understood is not allowed.
  if (!read.ok)
    throw new Refusal(
      409,
      'ERR_ODRL',
      `the policy is not understood at ${read.problems[0]?.path}; its provider publishes anew`,
    )
  return { agreement, document, listing, readings: version.readings, policy: read.policy }
}

/** What a user says at each download: what for, and where the copy is kept. */
export interface Declared {
  readonly purpose: string
  readonly country: string
}

/**
 * Whether it may be used now. Asked when a link is made, and again when it is opened. Fails closed.
 * @throws Refusal ERR_AGREEMENT_NOT_IN_FORCE, ERR_LISTING_SUSPENDED, ERR_DATA_REVOKED, ERR_POLICY_UNTIL, ERR_POLICY_PURPOSE,
 * ERR_POLICY_COUNTRY, ERR_POLICY_COUNT, and those of `mayUseMoney`
 */
export async function needAccess(
  rows: Rows,
  { agreement, listing, policy }: ContractedData,
  declared: Declared | undefined,
  { now, mayUseMoney, milliUnits }: { now: number; mayUseMoney: MayUseMoney; milliUnits?: bigint },
): Promise<void> {
  const no = (code: string, reason: string): never => {
    throw new Refusal(403, code, reason)
  }
  if (!isInForce(agreement, now))
    no('ERR_AGREEMENT_NOT_IN_FORCE', 'the agreement has not begun, or is over; its page tells')
  if (listing.state === 'suspended' || listing.state === 'removed')
    no('ERR_LISTING_SUSPENDED', `the data set is ${listing.state}; nobody downloads it now`)
  const instance = await readInstance(rows, agreement.id)
  if (instance && ['stopped', 'ended', 'revoked'].includes(instance.state))
    no('ERR_DATA_REVOKED', `access under this agreement was ${instance.state}; its page tells why`)
  if (policy.until !== null && now >= policy.until)
    no('ERR_POLICY_UNTIL', 'the time is over in which these data may be used; the policy says so')
  if (declared) {
    if (!(policy.purposes as readonly string[]).includes(declared.purpose))
      no(
        'ERR_POLICY_PURPOSE',
        `the policy does not allow "${declared.purpose}"; it allows ${policy.purposes.join(', ')}`,
      )
    if (policy.countries.length > 0 && !policy.countries.includes(declared.country))
      no(
        'ERR_POLICY_COUNTRY',
        `the data may not be kept in ${declared.country}; the policy allows ${policy.countries.join(', ')}`,
      )
  }
  if (policy.times !== null && (await downloadsGiven(rows, agreement.id)) >= policy.times)
    no('ERR_POLICY_COUNT', `the data were downloaded ${policy.times} times, and the policy allows no more`)
  const money = await mayUseMoney(rows, agreement.id, milliUnits)
  if (!money.ok) throw new Refusal(402, money.code, money.reason)
}

export const downloadsGiven = async (rows: Rows, agreement: string): Promise<number> =>
  (
    await rows<{ given: number }>(
      `SELECT count(*)::int AS given FROM market_data_downloads WHERE agreement = $1 AND state = 'given'`,
      [agreement],
    )
  )[0]?.given ?? 0
