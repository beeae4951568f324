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
}

/** undefined when the chain knows no such agreement. */
export async function ratedAgreement(rows: Rows, id: string): Promise<RatedAgreement | undefined> {
  const [found] = await rows<RatedAgreement & Record<string, unknown>>(
    `SELECT e.args->>'id' AS id, e.args->>'listing' AS listing, l.kind, e.args->'agreement'->>'provider' AS provider,
       e.args->>'consumer' AS consumer, (e.args->'agreement'->>'start')::float8 AS "startsAt"
     FROM market_events e JOIN market_listings l ON l.listing = e.args->>'listing'
     WHERE e.name = 'AgreementConcluded' AND e.applied AND e.args->>'id' = $1`,
    [id],
  )
  return found
}

// Calls of the gateway and of chains, and downloads, are counted as they are received. What a provider hands out by itself is not seen
// here: then the service was used when it has run for its user, who starts it.
const USED = `(EXISTS (SELECT 1 FROM market_usage u WHERE u.agreement = e.args->>'id' AND u.state = 'counted')
  OR (l.document IS NOT NULL AND l.document->'access'->'baseUrl' IS NULL AND l.document->'chain' IS NULL AND l.document->'data'->'readings' IS NULL
    AND EXISTS (SELECT 1 FROM market_instances i JOIN market_instance_steps s ON s.agreement = i.agreement AND s.state = 'running'
      WHERE i.agreement = e.args->>'id' AND i.service->'baseUrl' IS NULL)))`

/** Whether the service or the data were used under an agreement. */
export const wasUsed = async (rows: Rows, agreement: string): Promise<boolean> =>
  (
    await rows(
      `SELECT 1 FROM market_events e JOIN market_listings l ON l.listing = e.args->>'listing'
       WHERE e.name = 'AgreementConcluded' AND e.applied AND e.args->>'id' = $1 AND ${USED} LIMIT 1`,
      [agreement],
    )
  ).length > 0

/** Agreements of a consumer under a listing, those that were used first, then the newest. Seconds since 1970. */
export const agreementsUnder = (rows: Rows, listing: string, consumer: string) =>
  rows<{ id: Hex; consumer: Hex; startsAt: number; used: boolean }>(
    `SELECT e.args->>'id' AS id, e.args->>'consumer' AS consumer, (e.args->'agreement'->>'start')::float8 AS "startsAt", ${USED} AS used
     FROM market_events e JOIN market_listings l ON l.listing = e.args->>'listing'
     WHERE e.name = 'AgreementConcluded' AND e.applied AND e.args->>'listing' = $1 AND e.args->>'consumer' = $2
     ORDER BY used DESC, e.block DESC, e.log_index DESC LIMIT 20`,
    [listing, consumer],
  )
