import type { OperationalStore } from '../../operational/store.ts'

/** What a listing's provider asks of those who call its service. */
export interface ServicePolicy {
  /** How a call shows whose it is: an access key or session, a signed request, a client certificate. */
  readonly authentication: readonly ('token' | 'signature' | 'mtls')[]
  /** Whether the address that asks is within the ranges of the policy. */
  readonly fromHere: boolean
  /** Calls of one agreement in a minute. */
  readonly requestsPerMinute: number
}

/** Of a listing whose provider said nothing. */
const OPEN: ServicePolicy = { authentication: ['token', 'signature', 'mtls'], fromHere: true, requestsPerMinute: 600 }

/** The policy in force for a call from an address. */
export async function policyFor(
  { rows }: Pick<OperationalStore, 'rows'>,
  listing: string,
  address: string,
): Promise<ServicePolicy> {
  const [policies] = await rows<{ there: boolean }>(`SELECT to_regclass('market_listing_policies') IS NOT NULL AS there`)
  if (!policies?.there) return OPEN
  const [found] = await rows<ServicePolicy & { fromHere: boolean }>(
    `SELECT authentication, cardinality(address_ranges) = 0 OR $2::inet <<= ANY(address_ranges) AS "fromHere",
       requests_per_minute AS "requestsPerMinute" FROM market_listing_policies WHERE listing = $1`,
    [listing, address.replace(/^::ffff:/, '')],
  )
  return found ?? OPEN
}
