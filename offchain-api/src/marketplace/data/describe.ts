import { randomBytes } from 'node:crypto'
import {
  asksNoMore,
  consentTerms,
  type DataForm,
  formatInstant,
  type Hex,
  type ListingDocument,
  type OdrlPolicy,
  odrlOffer,
  type PricePlan,
  policyWords,
  readOdrl,
  type UsePolicy,
} from '@opem/domain'
import type { Lake } from '../../lake/lake.ts'
import { Refusal } from '../../unified-api/problem.ts'
import type { Rows } from '../contracting/offers.ts'
import { notify } from '../notifications/notify.ts'
import { lockDraft } from '../publish/drafts.ts'
import { type Actor, addressOfAccount, ownDraft } from '../publish/owner.ts'
import { begin, save } from '../publish/provider-steps.ts'
import { foreignMeters, needHeld } from './holdings.ts'

/** What a provider fills in to share readings. Instants are seconds since 1970. */
export interface Described {
  readonly title: string
  readonly summary: string
  readonly description: string
  readonly keywords: readonly string[]
  readonly region: readonly string[]
  readonly granularity: 'PT5M' | 'PT15M' | 'PT30M' | 'PT1H'
  readonly timeZone: string
  readonly from: number
  readonly to: number | null
  readonly meters: readonly string[]
  readonly form: DataForm
  readonly leastSubjects: number
  readonly storageCountries: readonly string[]
  readonly processors: string
  readonly updates: 'PT5M' | 'PT15M' | 'PT30M' | 'PT1H' | 'P1D' | 'once'
  readonly termination: string
  readonly noticeDays: number
  readonly contract: string
  readonly terms: string
  readonly privacy: string
  readonly plans: readonly PricePlan[]
  /** The form, or ODRL that somebody wrote. */
  readonly policy: UsePolicy | { readonly odrl: OdrlPolicy }
}

/**
 * Makes or changes a data set: a draft of a listing, which is published as any other, and the meters that are in it.
 * @param listing of one that is changed
 * @throws Refusal ERR_DATA_METER, ERR_ODRL, ERR_DATA_EMPTY and those of drafts
 */
export async function describeDataSet(
  { rows, lake }: { rows: Rows; lake: Lake },
  { actor, described, listing, now }: { actor: Actor; described: Described; listing?: Hex; now: number },
): Promise<Hex> {
  const holder = { account: actor.account, address: addressOfAccount(actor) }
  await needHeld(rows, holder, described.meters)
  const readings = await countReadings(lake, described, now)
  if (readings === 0)
    throw new Refusal(
      422,
      'ERR_DATA_EMPTY',
      'the lake has no reading of these meters in this period; import them first, or choose another',
    )
  const id = listing ?? (await begin(rows, { actor, document: { schema: 'opem/listing/1', kind: 'data' }, now }))
  const draft = ownDraft(await lockDraft(rows, id), actor)
  const document = documentOf(described, { id, did: actor.person.accountDid, readings, now })
  await save(rows, { actor, listing: id, now, revision: draft.revision, document })
  await rows(
    `INSERT INTO market_data_sets (listing, form, salt, created_at, changed_at) VALUES ($1, $2, $3, $4, $4)
     ON CONFLICT (listing) DO UPDATE SET form = excluded.form, changed_at = excluded.changed_at`,
    [id, described.form, randomBytes(32).toString('hex'), now],
  )
  const before = (
    await rows<{ meter: string }>('DELETE FROM market_data_set_meters WHERE listing = $1 RETURNING meter', [id])
  ).map(({ meter }) => meter)
  await rows('INSERT INTO market_data_set_meters (listing, meter) SELECT $1, unnest($2::text[])', [
    id,
    described.meters,
  ])
  // Who consented to less is asked anew, and until then is in it only for those who contracted the data as they were.
  const was = (draft.document as Partial<ListingDocument>).data?.readings
  const more = was !== undefined && !asksNoMore(consentTerms(document.data!.readings!), consentTerms(was))
  const meters = more ? described.meters : described.meters.filter((meter) => !before.includes(meter))
  await askSubjects(rows, id, described.title, [...(await foreignMeters(rows, meters, holder.address)).values()].flat())
  return id
}

async function askSubjects(rows: Rows, listing: Hex, title: string, addresses: readonly string[]): Promise<void> {
  const accounts = await rows<{ account: Hex }>('SELECT account FROM accounts WHERE right(did, 42) = ANY($1)', [
    [...new Set(addresses)],
  ])
  for (const { account } of accounts)
    await notify(rows, {
      ...{ account, kind: 'data-requested', about: { listing }, link: '/data/consents' },
      words: {
        title: 'Somebody asks for readings of yours',
        text: `The data set “${title}” would hold readings of your meter, as its page says now. It does only if you consent.`,
      },
    })
}

const SECONDS = { PT5M: 300, PT15M: 900, PT30M: 1800, PT1H: 3600 } as const

async function countReadings(lake: Lake, { meters, from, to }: Described, now: number): Promise<number> {
  const [found] = await lake.rows<{ readings: number }>(
    `SELECT count() AS readings FROM opem.cleansed AS claims FINAL WHERE claims.meter IN {meters:Array(String)}
     AND claims.start >= toDateTime({from:UInt32}) AND claims.start < toDateTime({to:UInt32})`,
    { meters, from, to: to ?? now },
  )
  return Number(found?.readings ?? 0)
}

/** The document that is published. It counts the meters and names none. @throws Refusal ERR_ODRL */
export function documentOf(
  it: Described,
  { id, did, readings, now }: { id: Hex; did: string; readings: number; now: number },
): ListingDocument {
  const policy = policyOf(it, id, did)
  return {
    ...{ schema: 'opem/listing/1', kind: 'data', category: 'meter-data' },
    ...{ title: it.title, summary: it.summary, description: it.description },
    ...{ keywords: it.keywords, region: it.region, granularity: it.granularity },
    requirements: { technical: [], functional: [], nonFunctional: [] },
    ...{ dataNeeded: [], parameters: [] },
    contract: { text: it.contract, noticeDays: it.noticeDays },
    terms: { text: it.terms },
    privacy: { text: it.privacy },
    plans: it.plans,
    access: {},
    composition: { before: [], after: [] },
    data: {
      contents: `Energy in Wh that ${it.meters.length} ${it.meters.length === 1 ? 'meter' : 'meters'} drew from and fed into the grid, every ${SECONDS[it.granularity] / 60} minutes.`,
      storageCountries: it.storageCountries,
      updates: it.updates,
      readings: {
        ...{ quantity: 'active-energy', unit: 'Wh', form: it.form, leastSubjects: it.leastSubjects },
        ...{ timeZone: it.timeZone, from: formatInstant(it.from), to: it.to === null ? null : formatInstant(it.to) },
        volume: { meters: it.meters.length, readings, countedAt: formatInstant(now) },
        ...{ processors: it.processors, termination: it.termination, policy },
      },
    },
  }
}

function policyOf({ policy }: Described, id: Hex, did: string): OdrlPolicy {
  const odrl = 'odrl' in policy ? policy.odrl : odrlOffer(policy, { target: `urn:opem:listing:${id}`, assigner: did })
  const read = readOdrl(odrl)
  if (!read.ok)
    throw new Refusal(
      422,
      'ERR_ODRL',
      `the policy is not understood: ${read.problems
        .slice(0, 5)
        .map(({ path, message }) => `${path || 'the policy'}: ${message}`)
        .join('; ')}`,
    )
  return odrl
}

/** A data set as its provider sees it: of those who consented it says how many, and never who. */
export interface DataSetShown {
  readonly listing: Hex
  readonly title: string
  readonly state: string
  readonly published: string | null
  readonly form: DataForm
  readonly meters: number
  readonly foreign: number
  readonly consented: number
  readonly downloads: number
  readonly words: readonly string[]
  readonly document: unknown
  readonly chosen: readonly string[]
}

export async function dataSetsOf(rows: Rows, account: string, now: number, listing?: string): Promise<DataSetShown[]> {
  const found = await rows<Omit<DataSetShown, 'words' | 'document'> & { document: ListingDocument }>(
    `SELECT s.listing, coalesce(d.document ->> 'title', '') AS title, d.state, l.state AS published, s.form, d.document,
       (SELECT coalesce(array_agg(meter ORDER BY meter), '{}') FROM market_data_set_meters m WHERE m.listing = s.listing) AS chosen,
       (SELECT count(*) FROM market_data_set_meters m WHERE m.listing = s.listing)::int AS meters,
       (SELECT count(*) FROM market_data_set_meters m WHERE m.listing = s.listing AND EXISTS (
          SELECT 1 FROM meters t JOIN members p ON p.community = t.community AND p.id = t.member
          WHERE t.meter = m.meter AND p.account <> coalesce(l.provider, d.provider)))::int AS foreign,
       (SELECT count(*) FROM market_data_consents c JOIN market_data_set_meters m ON m.listing = c.listing AND m.meter = c.meter
          WHERE c.listing = s.listing AND c.withdrawn_at IS NULL AND c.ends_at > $2)::int AS consented,
       (SELECT count(*) FROM market_data_downloads w WHERE w.listing = s.listing AND w.state = 'given')::int AS downloads
     FROM market_data_sets s JOIN market_drafts d USING (listing) LEFT JOIN market_listings l USING (listing)
     WHERE coalesce(l.account, d.account) = $1 AND ($3::text IS NULL OR s.listing = $3)
     ORDER BY s.created_at DESC LIMIT 200`,
    [account, now, listing ?? null],
  )
  return found.map((one) => {
    const read = readOdrl(one.document.data?.readings?.policy)
    return { ...one, words: read.ok ? policyWords(read.policy) : [] }
  })
}
