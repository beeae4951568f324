import type { Hex, ListingKind } from '@opem/domain'
import type { Rows } from '../follower/reaction.ts'

/** An agreement as far as a rating needs it. */
export interface RatedAgreement {
  readonly id: Hex
  readonly listing: Hex
  readonly kind: ListingKind
  readonly provider: Hex
  readonly consumer: Hex
  /** Epoch seconds. */
  readonly startsAt: number
  /** The service is called through the marketplace's gateway, so that its use is counted. */
  readonly counted: boolean
}

/** undefined when the chain knows no such agreement. */
export async function ratedAgreement(rows: Rows, id: string): Promise<RatedAgreement | undefined> {
  const [found] = await rows<RatedAgreement & Record<string, unknown>>(
    `SELECT e.args->>'id' AS id, e.args->>'listing' AS listing, l.kind, e.args->'agreement'->>'provider' AS provider,
       e.args->>'consumer' AS consumer, (e.args->'agreement'->>'start')::float8 AS "startsAt",
       l.document->'access' ? 'baseUrl' AS counted
     FROM market_events e JOIN market_listings l ON l.listing = e.args->>'listing'
     WHERE e.name = 'AgreementConcluded' AND e.applied AND e.args->>'id' = $1`,
    [id],
  )
  return found
}

/** Whether anything was received under an agreement, as the gateway counted it. */
export async function wasCalled(rows: Rows, agreement: string): Promise<boolean> {
  const [{ known } = { known: false }] = await rows<{ known: boolean }>(
    `SELECT to_regclass('market_usage') IS NOT NULL AS known`,
  )
  if (!known) return false
  const used = await rows(`SELECT 1 FROM market_usage WHERE agreement = $1 AND state = 'counted' LIMIT 1`, [agreement])
  return used.length > 0
}

/** Agreements of a consumer under a listing, the newest first. Seconds since 1970. */
export const agreementsUnder = (rows: Rows, listing: string, consumer: string) =>
  rows<{ id: Hex; startsAt: number }>(
    `SELECT args->>'id' AS id, (args->'agreement'->>'start')::float8 AS "startsAt" FROM market_events
     WHERE name = 'AgreementConcluded' AND applied AND args->>'listing' = $1 AND args->>'consumer' = $2
     ORDER BY block DESC, log_index DESC LIMIT 20`,
    [listing, consumer],
  )
