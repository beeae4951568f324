import type { Hex } from '@opem/domain'
import { keccak256, toBytes } from 'viem'
import type { OperationalStore } from '../../operational/store.ts'
import { Refusal } from '../../unified-api/problem.ts'
import type { Policy } from './policy.ts'
import { policyOf } from './policy.ts'

type Rows = OperationalStore['rows']

/** Somebody who may see and contract a restricted listing. */
export interface Listed {
  readonly account: Hex
  readonly did: string
  /** null while no account of this DID is known. */
  readonly name: string | null
  readonly addedAt: number
}

/** An account is named by its DID. @example accountOfDid('did:ethr:0x7a69:0xabc…') // '0x…', keccak256 of it */
export const accountOfDid = (did: string): Hex => keccak256(toBytes(did))

export const accessList = (rows: Rows, listing: string): Promise<Listed[]> =>
  rows<Listed & Record<string, unknown>>(
    `SELECT x.account, x.did, a.name, x.added_at::float8 AS "addedAt" FROM market_listing_access x
       LEFT JOIN accounts a USING (account) WHERE x.listing = $1 ORDER BY x.added_at, x.account`,
    [listing],
  )

const MOST_LISTED = 1000

/** Gives an account access. @throws Refusal ERR_ACCESS_LIST_FULL */
export async function assign(
  rows: Rows,
  { listing, did, by, now }: { listing: string; did: string; by: string; now: number },
): Promise<Hex> {
  const [{ listed } = { listed: 0 }] = await rows<{ listed: number }>(
    'SELECT count(*)::int AS listed FROM market_listing_access WHERE listing = $1',
    [listing],
  )
  if (listed >= MOST_LISTED)
    throw new Refusal(409, 'ERR_ACCESS_LIST_FULL', `${listed} accounts are on the list; at most ${MOST_LISTED} may be`)
  const account = accountOfDid(did)
  await rows(
    `INSERT INTO market_listing_access (listing, account, did, added_at, added_by) VALUES ($1, $2, $3, $4, $5)
     ON CONFLICT DO NOTHING`,
    [listing, account, did, now, by],
  )
  return account
}

/** Takes access away. @returns false when the account was not on the list */
export const revoke = async (rows: Rows, listing: string, account: string): Promise<boolean> =>
  (
    await rows('DELETE FROM market_listing_access WHERE listing = $1 AND account = $2 RETURNING account', [
      listing,
      account,
    ])
  ).length > 0

/** Puts a policy in force. @throws Refusal ERR_POLICY_CHANGED, ERR_ADDRESS_RANGE */
export async function changePolicy(
  rows: Rows,
  {
    listing,
    policy,
    revision,
    now,
  }: { listing: string; policy: Omit<Policy, 'revision'>; revision: number; now: number },
): Promise<Policy> {
  await rows('SELECT pg_advisory_xact_lock(hashtextextended($1, 7263546))', [listing])
  const before = await policyOf(rows, listing)
  if (before.revision !== revision)
    throw new Refusal(
      409,
      'ERR_POLICY_CHANGED',
      `revision ${revision} was changed, but ${before.revision} is the newest: read it again`,
    )
  const bad = await notRanges(rows, policy.addressRanges)
  if (bad !== undefined)
    throw new Refusal(
      400,
      'ERR_ADDRESS_RANGE',
      `${bad} is no range of addresses: what follows the prefix has to be zero, as in 192.0.2.0/24`,
    )
  await rows(
    `INSERT INTO market_listing_policies (listing, restricted, authentication, address_ranges, requests_per_minute,
       revision, changed_at) VALUES ($1, $2, $3, $4::cidr[], $5, $6, $7)
     ON CONFLICT (listing) DO UPDATE SET restricted = excluded.restricted, authentication = excluded.authentication,
       address_ranges = excluded.address_ranges, requests_per_minute = excluded.requests_per_minute,
       revision = excluded.revision, changed_at = excluded.changed_at`,
    [
      ...[listing, policy.restricted, policy.authentication, policy.addressRanges, policy.requestsPerMinute],
      ...[revision + 1, now],
    ],
  )
  return policyOf(rows, listing)
}

async function notRanges(rows: Rows, ranges: readonly string[]): Promise<string | undefined> {
  const [found] = await rows<{ range: string }>(
    `SELECT range FROM unnest($1::text[]) AS range WHERE host(network(range::inet)) <> host(range::inet) LIMIT 1`,
    [ranges],
  )
  return found?.range
}
