/** One figure about a listing, and where it is measured. */
export interface Measure {
  readonly kpi: string
  readonly label: string
  readonly unit: 'count' | 'stars' | 's' | 'ms' | '%'
  /** What it says, as a sentence. */
  readonly meaning: string
  /** Tables that it reads; it is not measured where one is missing. */
  readonly needs: readonly string[]
  /**
   * One row with `value`, null when there is nothing to say. $1 the listing, $2 now in seconds since 1970.
   */
  readonly sql: string
}

/** Agreements of a listing with the end that is in force now; 0: open. */
const AGREEMENTS = `
  SELECT e.args->>'id' AS id, e.args->>'consumer' AS consumer, (e.args->'agreement'->>'start')::bigint AS starts,
    coalesce((SELECT (coalesce(c.args->>'endsAt', c.args->>'end'))::bigint FROM market_events c
       WHERE c.contract = 'AgreementRegistry' AND c.applied AND c.args->>'id' = e.args->>'id'
         AND c.name IN ('AgreementTerminated', 'AgreementExtended')
       ORDER BY c.block DESC, c.log_index DESC LIMIT 1), (e.args->'agreement'->>'end')::bigint) AS ends
  FROM market_events e
  WHERE e.name = 'AgreementConcluded' AND e.applied AND e.args->>'listing' = $1`

/**
 * What listings are measured by. Others may keep figures of their own (`keepKpi`) under names that are not here: those of
 * E9.1 describe themselves in the same shape.
 */
export const MEASURES: readonly Measure[] = [
  {
    kpi: 'agreements',
    label: 'Agreements',
    unit: 'count',
    meaning: 'Agreements concluded since the listing was published.',
    needs: [],
    sql: `SELECT count(*)::float8 AS value FROM (${AGREEMENTS}) a WHERE $2::bigint > 0`,
  },
  {
    kpi: 'active-users',
    label: 'Active users',
    unit: 'count',
    meaning: 'Accounts with an agreement that is in force now.',
    needs: [],
    sql: `SELECT count(DISTINCT consumer)::float8 AS value FROM (${AGREEMENTS}) a
          WHERE starts <= $2::bigint AND (ends = 0 OR ends > $2::bigint)`,
  },
  {
    kpi: 'rating',
    label: 'Rating',
    unit: 'stars',
    meaning: 'Average of the users’ ratings, one to five stars.',
    needs: ['market_ratings'],
    sql: `SELECT avg(stars)::float8 AS value FROM market_ratings WHERE listing = $1 AND $2::bigint > 0`,
  },
  {
    kpi: 'time-to-provision',
    label: 'Time to provision',
    unit: 's',
    meaning: 'Median time from an agreement to the service that is ready for it.',
    needs: ['market_instances', 'market_instance_steps', 'market_agreements'],
    sql: `SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY ready.at - i.created_at)::float8 AS value
          FROM market_agreements a JOIN market_instances i ON i.agreement = a.id
          CROSS JOIN LATERAL (SELECT min(at) AS at FROM market_instance_steps s
            WHERE s.agreement = i.agreement AND s.state = 'ready') AS ready
          WHERE a.listing = $1 AND ready.at IS NOT NULL AND $2::bigint > 0`,
  },
  {
    kpi: 'answered',
    label: 'Calls answered',
    unit: '%',
    meaning: 'Calls through the gateway that the service answered without an error, of the last 30 days.',
    needs: ['market_usage', 'market_agreements'],
    sql: `SELECT 100.0 * count(*) FILTER (WHERE u.state = 'counted') / nullif(count(*), 0)::float8 AS value
          FROM market_usage u JOIN market_agreements a ON a.id = u.agreement
          WHERE a.listing = $1 AND u.state IN ('counted', 'failed') AND u.at > $2::bigint - 2592000`,
  },
]
