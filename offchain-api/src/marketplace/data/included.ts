import { createHmac } from 'node:crypto'
import { asksNoMore, type ConsentTerms, consentTerms, type ReadingsOffered } from '@opem/domain'
import { coversMeter } from '../../access/caller/caller.ts'
import type { Rows } from '../contracting/offers.ts'
import { type Holder, heldPatterns } from './holdings.ts'

/** A meter that is in a data set now, whose it is, and what it is called there. */
export interface IncludedMeter {
  readonly meter: string
  /** Address of who is measured. */
  readonly subject: string
  readonly name: string
}

/**
 * The meters of a data set that may be used now for a purpose: the provider still holds them, and whoever they measure
 * consents. Asked at every query, so that a withdrawal counts from the next one.
 */
export async function includedMeters(
  rows: Rows,
  it: {
    readonly listing: string
    readonly provider: Holder
    readonly purpose: string
    /** All purposes that the policy allows. */
    readonly purposes: readonly string[]
    /** What the data set is under the agreement: a consent counts that was given to no less. */
    readonly readings: ReadingsOffered
    readonly now: number
  },
): Promise<IncludedMeter[]> {
  const { listing, provider, readings, now } = it
  const { form } = readings
  // The same people stand behind the sums of every purpose: otherwise two sums would differ by one person's readings.
  const needed = form === 'aggregate' ? it.purposes : [it.purpose]
  const terms = await coveringTerms(rows, listing, readings)
  const [patterns, [set], found] = await Promise.all([
    heldPatterns(rows, provider),
    rows<{ salt: string }>('SELECT salt FROM market_data_sets WHERE listing = $1', [listing]),
    // The form that was consented to, or one that tells less.
    rows<{ meter: string; subject: string }>(
      `SELECT s.meter, coalesce(min(f.subject), $2) AS subject FROM market_data_set_meters s
       LEFT JOIN (SELECT DISTINCT t.meter, m.account AS subject FROM meters t
         JOIN members m ON m.community = t.community AND m.id = t.member WHERE m.account <> $2) f ON f.meter = s.meter
       LEFT JOIN market_data_consents c ON c.listing = s.listing AND c.meter = s.meter AND c.subject = f.subject
         AND c.withdrawn_at IS NULL AND c.ends_at > $3 AND $4::text[] <@ c.purposes AND c.form IN ('pseudonymous', $5)
         AND c.terms = ANY($6)
       WHERE s.listing = $1 GROUP BY s.meter HAVING count(f.subject) = count(c.id) ORDER BY s.meter`,
      [listing, provider.address, now, needed, form, terms],
    ),
  ])
  if (set === undefined) return []
  return found
    .filter(({ meter }) => coversMeter(patterns, meter))
    .map((one) => ({ ...one, name: nameIn(set.salt, one.meter) }))
}

/** Digests of the terms that people consented to and that ask no less than these. */
async function coveringTerms(rows: Rows, listing: string, readings: ReadingsOffered): Promise<string[]> {
  const asked = consentTerms(readings)
  const found = await rows<{ digest: string; terms: ConsentTerms }>(
    `SELECT digest, terms FROM market_data_terms k WHERE EXISTS (
       SELECT 1 FROM market_data_consents c WHERE c.terms = k.digest AND c.listing = $1 AND c.withdrawn_at IS NULL)`,
    [listing],
  )
  return found.filter(({ terms }) => asksNoMore(asked, terms)).map(({ digest }) => digest)
}

/** What a meter is called in one data set: nobody without the salt finds it again in another. */
export const nameIn = (salt: string, meter: string): string =>
  createHmac('sha256', Buffer.from(salt, 'hex')).update(meter).digest('hex').slice(0, 16)
