import { coversMeter } from '../../access/caller/caller.ts'
import type { OperationalStore } from '../../operational/store.ts'

/** A meter that somebody may offer to a service, and whether its use is authorised now. */
export interface OwnMeter {
  readonly meter: string
  readonly authorised: boolean
}

/**
 * Meters of an account: of its memberships in communities, where a data-source credential of the meter operator stands behind
 * each and the holder authorises its use; and those that a company's own systems send for.
 * @param now seconds since 1970
 */
export async function ownMeters(
  { rows }: Pick<OperationalStore, 'rows'>,
  { account, address, now }: { account: string; address: string; now: number },
): Promise<OwnMeter[]> {
  const members = await rows<{ meter: string; authorised: boolean }>(
    `SELECT t.meter, bool_or(coalesce(a.starts <= $2 AND (a.ends IS NULL OR a.ends > $2), false)) AS authorised
     FROM meters t JOIN members m ON m.community = t.community AND m.id = t.member
     LEFT JOIN meter_authorisations a ON a.community = t.community AND a.member = t.member AND a.meter = t.meter
     WHERE m.account = $1 GROUP BY t.meter ORDER BY t.meter LIMIT 500`,
    [address, now],
  )
  const patterns = (
    await rows<{ meters: string[] }>('SELECT meters FROM systems WHERE account = $1', [account])
  ).flatMap(({ meters }) => meters)
  const known = new Map(members.map((one) => [one.meter, one]))
  for (const meter of patterns)
    if (!meter.endsWith('*') && !known.has(meter)) known.set(meter, { meter, authorised: true })
  for (const [meter, one] of known) if (coversMeter(patterns, meter)) known.set(meter, { ...one, authorised: true })
  return [...known.values()].sort((a, b) => (a.meter < b.meter ? -1 : 1))
}
