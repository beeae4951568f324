import type { OperationalStore } from '../../operational/store.ts'

/** Periods that start in `[from, until)`, seconds since 1970; `until` is null while the authorisation stands. */
export interface Interval {
  readonly from: number
  readonly until: number | null
}

export interface Authorisation extends Interval {
  readonly member: string
  readonly meter: string
}

/** The credential that shows whose meter it is. */
export interface Source {
  readonly issuer: string
  readonly jti: string
  readonly hash: string
}

type Rows = OperationalStore['rows']

/** The first period that has not begun. @example nextPeriod(3601, 3600) // 7200 */
export const nextPeriod = (now: number, seconds: number): number => (Math.floor(now / seconds) + 1) * seconds

export const authorisationsOf = async (rows: Rows, community: string): Promise<Authorisation[]> =>
  rows<Authorisation & { member: string }>(
    `SELECT member, meter, starts::float8 AS "from", ends::float8 AS until FROM meter_authorisations
     WHERE community = $1 ORDER BY member, meter, starts`,
    [community],
  )

/** Lets a meter be used from `from` on. One that stands already stands; one that was withdrawn for then goes on. */
export async function authorise(
  rows: Rows,
  it: { community: string; member: string; meter: string; from: number; source: Source },
): Promise<void> {
  const { community, member, meter, from, source } = it
  const credential = [source.issuer, source.jti, source.hash]
  const standing = await rows(
    `UPDATE meter_authorisations SET ends = NULL, issuer = $5, credential_jti = $6, credential_hash = $7
     WHERE community = $1 AND member = $2 AND meter = $3 AND starts <= $4 AND (ends IS NULL OR ends >= $4) RETURNING starts`,
    [community, member, meter, from, ...credential],
  )
  if (standing.length > 0) return
  await rows(
    `INSERT INTO meter_authorisations (community, member, meter, starts, issuer, credential_jti, credential_hash)
     VALUES ($1, $2, $3, $4, $5, $6, $7)
     ON CONFLICT (community, member, meter, starts) DO UPDATE SET ends = NULL, issuer = excluded.issuer,
       credential_jti = excluded.credential_jti, credential_hash = excluded.credential_hash`,
    [community, member, meter, from, ...credential],
  )
}

/** From `until` on the meter is not used. @returns false when nothing stood */
export const withdraw = async (
  rows: Rows,
  it: { community: string; members: readonly string[]; meter: string; until: number },
): Promise<boolean> =>
  (
    await rows(
      `UPDATE meter_authorisations SET ends = greatest(starts, $4)
       WHERE community = $1 AND member = ANY($2) AND meter = $3 AND (ends IS NULL OR ends > $4) RETURNING meter`,
      [it.community, it.members, it.meter, it.until],
    )
  ).length > 0

/** Its issuer revoked the credential that shows whose meter it is: used no more from each community's next period. */
export const withdrawRevoked = (rows: Rows, jti: string, issuer: string, now: number) =>
  rows(
    `UPDATE meter_authorisations m
     SET ends = greatest(m.starts, (floor($3::float8 / c.period_seconds)::bigint + 1) * c.period_seconds)
     FROM communities c WHERE c.id = m.community AND m.credential_jti = $1 AND m.issuer = $2 AND m.ends IS NULL`,
    [jti, issuer, now],
  )

export const isAuthorisedAt = (intervals: readonly Interval[], start: number): boolean =>
  intervals.some(({ from, until }) => from <= start && (until === null || start < until))
