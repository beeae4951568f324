import type { PendingConsent } from './consents.ts'
import type { OperationalStore } from './store.ts'

/** Who gives how much of a meter to which community: memberships, and consents that wait to become one. */
export interface StoredShare {
  readonly community: string
  readonly member: string
  readonly meter: string
  readonly participation: number
  /** Of a waiting consent; a membership's beginning and end stand on the chain. */
  readonly consentedFrom: number | null
}

/** Every share of these meters but the given member's own. */
export async function sharesOf(
  rows: OperationalStore['rows'],
  meters: readonly string[],
  except: { readonly community: string; readonly member: string },
): Promise<StoredShare[]> {
  const found = await rows<{
    community: string
    member: string
    meter: string
    participation: number
    starts: string | null
  }>(
    `SELECT community, member, meter, participation, NULL AS starts FROM meters WHERE meter = ANY($1)
     UNION ALL
     SELECT community, member, given.meter, (metering_points -> (given.place::int - 1) ->> 'participation')::int, starts
     FROM consents, jsonb_array_elements_text(meters) WITH ORDINALITY AS given (meter, place) WHERE given.meter = ANY($1)`,
    [meters],
  )
  return found
    .filter(({ community, member }) => community !== except.community || member !== except.member)
    .map(({ starts, ...share }) => ({ ...share, consentedFrom: starts === null ? null : Number(starts) }))
}

/**
 * Runs `work` while nobody else gives away parts of the same meters: two consents at once in two communities must not
 * both find the same part free.
 */
export const holdingMeters = <T>(
  store: OperationalStore,
  { meters }: Pick<PendingConsent, 'meters'>,
  work: (rows: OperationalStore['rows']) => Promise<T>,
): Promise<T> =>
  store.transaction(async (rows) => {
    // In one order, so that two of these never wait for each other.
    for (const meter of [...new Set(meters)].sort())
      await rows("SELECT pg_advisory_xact_lock(hashtextextended('meter ' || $1, 0))", [meter])
    return work(rows)
  })
