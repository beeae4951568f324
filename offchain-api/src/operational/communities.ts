import type { RulesDocument } from '@opem/domain'
import type { OperationalStore } from './store.ts'

export interface MemberMeter {
  readonly meter: string
  /** Part of its energy that takes part: 1–100 %. */
  readonly participation: number
}

export interface StoredMember {
  readonly id: string
  readonly name: string
  readonly account: string
  readonly saltKey: string
  readonly meters: readonly MemberMeter[]
}

/** What the community was founded with, off the chain. */
export interface Profile {
  readonly id: string
  readonly name: string
  readonly timeZone: string
  readonly periodSeconds: 900 | 3600
  readonly batchPeriods: number | 'day'
}

export interface StoredRules {
  readonly version: number
  readonly hash: string
  readonly document: RulesDocument
}

export interface StoredCommunity extends Profile {
  readonly rules: readonly StoredRules[]
  readonly members: readonly StoredMember[]
}

export const communityIds = async (store: OperationalStore): Promise<string[]> =>
  (await store.rows<{ id: string }>('SELECT id FROM communities ORDER BY stored_at, id')).map(({ id }) => id)

export async function readCommunity(store: OperationalStore, id: string): Promise<StoredCommunity | undefined> {
  const [profile] = await store.rows<{
    id: string
    name: string
    time_zone: string
    period_seconds: 900 | 3600
    batch_periods: string
  }>('SELECT id, name, time_zone, period_seconds, batch_periods FROM communities WHERE id = $1', [id])
  if (!profile) return undefined
  const [rules, members, meters] = await Promise.all([
    store.rows<{ version: number; hash: string; document: RulesDocument }>(
      'SELECT version, hash, document FROM rules WHERE community = $1 ORDER BY version',
      [id],
    ),
    store.rows<{ id: string; name: string; account: string; salt_key: string }>(
      'SELECT id, name, account, salt_key FROM members WHERE community = $1 ORDER BY id',
      [id],
    ),
    store.rows<{ member: string; meter: string; participation: number }>(
      'SELECT member, meter, participation FROM meters WHERE community = $1 ORDER BY member, place',
      [id],
    ),
  ])
  return {
    id: profile.id,
    name: profile.name,
    timeZone: profile.time_zone,
    periodSeconds: profile.period_seconds,
    batchPeriods: profile.batch_periods === 'day' ? 'day' : Number(profile.batch_periods),
    rules,
    members: members.map((member) => ({
      id: member.id,
      name: member.name,
      account: member.account,
      saltKey: member.salt_key,
      meters: meters
        .filter((row) => row.member === member.id)
        .map(({ meter, participation }) => ({ meter, participation })),
    })),
  }
}

/** Stores a profile with its rules; storing it again keeps members and changes only what may change. */
export const storeCommunity = (store: OperationalStore, profile: Profile, rules: readonly StoredRules[]) =>
  store.transaction(async (rows) => {
    await rows(
      `INSERT INTO communities (id, name, time_zone, period_seconds, batch_periods) VALUES ($1, $2, $3, $4, $5)
       ON CONFLICT (id) DO UPDATE SET batch_periods = excluded.batch_periods`,
      [profile.id, profile.name, profile.timeZone, profile.periodSeconds, String(profile.batchPeriods)],
    )
    for (const one of rules) await rows(STORE_RULES, rulesValues(profile.id, one))
  })

export const storeRules = (store: OperationalStore, community: string, rules: StoredRules) =>
  store.rows(STORE_RULES, rulesValues(community, rules))

// A committed hash has one document: the first that matched is as good as any other.
const STORE_RULES =
  'INSERT INTO rules (community, version, hash, document) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING'

const rulesValues = (community: string, { version, hash, document }: StoredRules) => [
  community,
  version,
  hash,
  JSON.stringify(document),
]
