import { z } from 'zod'
import type { OperationalStore } from '../../operational/store.ts'

type Rows = OperationalStore['rows']

/** How a user's requests show whose they are at the gateway. */
export const AUTHENTICATIONS = ['token', 'signature', 'mtls'] as const

/** IPv4 or IPv6 with the length of its prefix; Postgres judges whether the rest is zero. */
export const addressRange = z.union([z.cidrv4(), z.cidrv6()]).meta({ description: 'like 192.0.2.0/24' })

export const policyShape = z.strictObject({
  restricted: z.boolean().meta({ description: 'only who is on the access list sees and contracts it' }),
  authentication: z.array(z.enum(AUTHENTICATIONS)).min(1).max(3),
  addressRanges: z.array(addressRange).max(100).meta({ description: 'empty: from everywhere' }),
  requestsPerMinute: z.number().int().min(1).max(60_000).meta({ description: 'of one agreement' }),
})

/** Who may use a listing's service, and how. */
export type Policy = Readonly<z.output<typeof policyShape>> & { readonly revision: number }

/** Of a listing that says nothing. */
export const OPEN_POLICY: Policy = {
  ...{
    restricted: false,
    authentication: [...AUTHENTICATIONS],
    addressRanges: [],
    requestsPerMinute: 600,
    revision: 0,
  },
}

/** The policy in force. */
export async function policyOf(rows: Rows, listing: string): Promise<Policy> {
  const [found] = await rows<Policy & Record<string, unknown>>(
    `SELECT restricted, authentication, address_ranges::text[] AS "addressRanges",
       requests_per_minute AS "requestsPerMinute", revision FROM market_listing_policies WHERE listing = $1`,
    [listing],
  )
  return found ?? OPEN_POLICY
}

/** Whether an account may see and contract a listing as far as its access list says. Its provider always may. */
export async function isListed(rows: Rows, listing: string, account: string): Promise<boolean> {
  const [found] = await rows<{ listed: boolean }>(
    `SELECT NOT EXISTS (SELECT 1 FROM market_listing_policies WHERE listing = $1 AND restricted)
       OR EXISTS (SELECT 1 FROM market_listing_access WHERE listing = $1 AND account = $2)
       OR EXISTS (SELECT 1 FROM market_listings WHERE listing = $1 AND account = $2) AS listed`,
    [listing, account],
  )
  return found?.listed ?? false
}
