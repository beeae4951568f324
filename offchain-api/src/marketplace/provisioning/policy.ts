import type { OperationalStore } from '../../operational/store.ts'
import { Refusal } from '../../unified-api/problem.ts'
import { OPEN_POLICY, type Policy } from '../manage/policy.ts'

/** What a listing's provider asks of those who call its service, judged for one of them. */
export type ServicePolicy = Pick<Policy, 'authentication' | 'requestsPerMinute'> & {
  /** Whether the address that asks is within the ranges of the policy. */
  readonly fromHere: boolean
}

/** The policy in force for a call from an address. */
export async function policyFor(
  { rows }: Pick<OperationalStore, 'rows'>,
  listing: string,
  address: string,
): Promise<ServicePolicy> {
  const [found] = await rows<ServicePolicy & { fromHere: boolean }>(
    `SELECT authentication, cardinality(address_ranges) = 0 OR $2::inet <<= ANY(address_ranges) AS "fromHere",
       requests_per_minute AS "requestsPerMinute" FROM market_listing_policies WHERE listing = $1`,
    [listing, address.replace(/^::ffff:/, '')],
  )
  return found ?? { ...OPEN_POLICY, fromHere: true }
}

/** @throws Refusal ERR_POLICY_ADDRESS, ERR_POLICY_AUTHENTICATION */
export function checkPolicy(policy: ServicePolicy, shown: Policy['authentication'][number]): void {
  if (!policy.fromHere) throw new Refusal(403, 'ERR_POLICY_ADDRESS', 'the provider takes no calls from this address')
  if (!policy.authentication.includes(shown))
    throw new Refusal(
      403,
      'ERR_POLICY_AUTHENTICATION',
      `the provider takes calls with ${policy.authentication.join(' or ')}`,
    )
}
