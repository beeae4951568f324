import {
  type ConsentTerms,
  consentTerms,
  contentDigest,
  type DataForm,
  type DataPurpose,
  dataConsentTypedData,
  dataPurposes,
  type Hex,
  type ReadingsOffered,
} from '@opem/domain'
import { hashTypedData, recoverTypedDataAddress, sha256 } from 'viem'
import { Refusal } from '../../unified-api/problem.ts'
import type { Rows } from '../contracting/offers.ts'

/** What somebody is asked for: a meter of theirs in a data set. Instants are seconds since 1970. */
export interface AskedOf {
  readonly listing: Hex
  readonly title: string
  readonly provider: string
  readonly meter: string
  readonly form: DataForm
  readonly readings: ReadingsOffered
  readonly consent: {
    readonly id: Hex
    readonly purposes: readonly DataPurpose[]
    readonly until: number
    readonly givenAt: number
    /** What was consented to; null before terms were signed. */
    readonly terms: ConsentTerms | null
  } | null
  /** How often the data set was downloaded since the consent was given. */
  readonly downloads: number
}

/** Data sets that would hold meters of somebody, by the addresses that they joined communities with. */
export const askedOf = (rows: Rows, addresses: readonly string[], now: number): Promise<AskedOf[]> =>
  rows<AskedOf & Record<string, unknown>>(
    `SELECT DISTINCT s.listing, d.document ->> 'title' AS title, a.name AS provider, sm.meter, s.form,
       d.document -> 'data' -> 'readings' AS readings,
       CASE WHEN c.id IS NULL THEN NULL ELSE json_build_object('id', c.id, 'purposes', c.purposes, 'until', c.ends_at,
         'givenAt', c.given_at, 'terms', k.terms) END::jsonb AS consent,
       (SELECT count(*) FROM market_data_downloads w WHERE w.listing = s.listing AND w.state = 'given' AND w.at >= c.given_at
         AND w.purpose = ANY(c.purposes))::int AS downloads
     FROM market_data_sets s JOIN market_drafts d USING (listing)
     LEFT JOIN market_listings l USING (listing)
     JOIN accounts a ON a.account = coalesce(l.account, d.account)
     JOIN market_data_set_meters sm ON sm.listing = s.listing
     JOIN meters t ON t.meter = sm.meter JOIN members m ON m.community = t.community AND m.id = t.member
     LEFT JOIN market_data_consents c ON c.listing = s.listing AND c.meter = sm.meter AND c.subject = m.account
       AND c.withdrawn_at IS NULL AND c.ends_at > $2
     LEFT JOIN market_data_terms k ON k.digest = c.terms
     WHERE m.account = ANY($1) AND m.account <> coalesce(l.provider, d.provider) AND coalesce(l.state, '') <> 'removed'
     ORDER BY title, sm.meter LIMIT 500`,
    [addresses, now],
  )

/** A consent as its giver signed it. */
export interface GivenConsent {
  readonly dataSet: Hex
  readonly meter: string
  readonly purposes: readonly DataPurpose[]
  readonly form: DataForm
  /** Digest of the terms that were read. */
  readonly terms: Hex
  readonly until: number
  readonly salt: string
  readonly signature: Hex
}

/**
 * Keeps a consent; an earlier one of the same meter in the same data set ends.
 * @throws Refusal ERR_DATA_CONSENT_UNASKED, ERR_DATA_CONSENT_CHANGED, ERR_CONSENT_EXPIRED, ERR_CONSENT_SIGNATURE, ERR_CONSENT_REPEATED
 */
export async function giveConsent(
  rows: Rows,
  it: {
    readonly addresses: readonly string[]
    readonly chainId: number
    readonly listings: Hex
    readonly consent: GivenConsent
    readonly now: number
  },
): Promise<{ id: Hex; subject: string }> {
  const { signature, salt, ...given } = it.consent
  if (given.until <= it.now)
    throw new Refusal(
      422,
      'ERR_CONSENT_EXPIRED',
      'the consent ends before it begins; choose a later day and sign again',
    )
  const asked = await askedOf(rows, it.addresses, it.now)
  const found = asked.find(({ listing, meter }) => listing === given.dataSet && meter === given.meter)
  if (!found)
    throw new Refusal(
      404,
      'ERR_DATA_CONSENT_UNASKED',
      `no data set ${given.dataSet} asks you for the meter ${given.meter}`,
    )
  const terms = consentTerms(found.readings)
  if (contentDigest(terms, sha256) !== given.terms)
    throw new Refusal(
      409,
      'ERR_DATA_CONSENT_CHANGED',
      'the data set was described anew since you read it; read it again, and sign what it says now',
    )
  const purposes = dataPurposes.filter((one) => given.purposes.includes(one))
  const typed = dataConsentTypedData({
    ...{ chainId: it.chainId, listings: it.listings },
    consent: { ...given, purposes, salt: BigInt(salt) },
  })
  const signer = await recoverTypedDataAddress({ ...typed, signature }).then(
    (address) => address.toLowerCase(),
    () => undefined,
  )
  const holders = await rows<{ account: string }>(
    `SELECT DISTINCT m.account FROM meters t JOIN members m ON m.community = t.community AND m.id = t.member
     WHERE t.meter = $1 AND m.account = ANY($2)`,
    [given.meter, it.addresses],
  )
  if (signer === undefined || !holders.some(({ account }) => account === signer))
    throw new Refusal(
      422,
      'ERR_CONSENT_SIGNATURE',
      `the signature is not by the wallet that ${given.meter} joined its community with, or is for other words; sign again`,
    )
  const id = hashTypedData(typed)
  const known = await rows('SELECT 1 FROM market_data_consents WHERE id = $1', [id])
  if (known.length > 0)
    throw new Refusal(409, 'ERR_CONSENT_REPEATED', 'this consent was given before, and counts once; sign a new one')
  await rows(
    `UPDATE market_data_consents SET withdrawn_at = $4 WHERE listing = $1 AND meter = $2 AND subject = $3 AND withdrawn_at IS NULL`,
    [given.dataSet, given.meter, signer, it.now],
  )
  await rows('INSERT INTO market_data_terms (digest, terms) VALUES ($1, $2) ON CONFLICT DO NOTHING', [
    given.terms,
    JSON.stringify(terms),
  ])
  await rows(
    `INSERT INTO market_data_consents (id, listing, meter, subject, purposes, form, terms, ends_at, salt, signature, given_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
    [id, given.dataSet, given.meter, signer, purposes, given.form, given.terms, given.until, salt, signature, it.now],
  )
  return { id, subject: signer }
}

/** Ends a consent now: the next query finds the meter no more. @throws Refusal ERR_DATA_CONSENT_UNKNOWN */
export async function withdrawConsent(
  rows: Rows,
  { id, addresses, now }: { id: string; addresses: readonly string[]; now: number },
): Promise<{ listing: string }> {
  const [ended] = await rows<{ listing: string }>(
    `UPDATE market_data_consents SET withdrawn_at = $3 WHERE id = $1 AND subject = ANY($2) AND withdrawn_at IS NULL RETURNING listing`,
    [id, addresses, now],
  )
  if (!ended)
    throw new Refusal(
      404,
      'ERR_DATA_CONSENT_UNKNOWN',
      'no such consent of yours stands; GET /v1/data/consents lists them',
    )
  return ended
}
