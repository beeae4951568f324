import type { MemberMeter } from './communities.ts'
import type { OperationalStore } from './store.ts'

/** A member's signed consent to join, waiting for the administrator's transaction. Instants in seconds since 1970. */
export interface PendingConsent {
  readonly member: string
  readonly account: string
  readonly name: string
  readonly from: number
  readonly meteringPoints: readonly { readonly id: string; readonly participation: number }[]
  readonly meters: readonly string[]
  readonly saltKey: string
  readonly deadline: number
  readonly consent: string
}

interface ConsentRow {
  member: string
  account: string
  name: string
  starts: string
  metering_points: PendingConsent['meteringPoints']
  meters: string[]
  salt_key: string
  deadline: string
  consent: string
}

export async function pendingConsents(store: OperationalStore, community: string): Promise<PendingConsent[]> {
  const rows = await store.rows<ConsentRow>('SELECT * FROM consents WHERE community = $1 ORDER BY stored_at, member', [
    community,
  ])
  return rows.map((row) => ({
    member: row.member,
    account: row.account,
    name: row.name,
    from: Number(row.starts),
    meteringPoints: row.metering_points,
    meters: row.meters,
    saltKey: row.salt_key,
    deadline: Number(row.deadline),
    consent: row.consent,
  }))
}

/** Stores a consent; a newer one of the same member takes its place. */
export const storeConsent = (rows: OperationalStore['rows'], community: string, it: PendingConsent) =>
  rows(
    `INSERT INTO consents (community, member, account, name, starts, metering_points, meters, salt_key, deadline, consent)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
     ON CONFLICT (community, member) DO UPDATE SET account = excluded.account, name = excluded.name,
       starts = excluded.starts, metering_points = excluded.metering_points, meters = excluded.meters,
       salt_key = excluded.salt_key, deadline = excluded.deadline, consent = excluded.consent, stored_at = now()`,
    [
      community,
      it.member,
      it.account,
      it.name,
      it.from,
      JSON.stringify(it.meteringPoints),
      JSON.stringify(it.meters),
      it.saltKey,
      it.deadline,
      it.consent,
    ],
  )

/** Withdraws a consent. @returns false when there was none */
export const removeConsent = async (store: OperationalStore, community: string, member: string): Promise<boolean> =>
  (await store.rows('DELETE FROM consents WHERE community = $1 AND member = $2 RETURNING member', [community, member]))
    .length > 0

/** A consent became a membership: the chain says that the member joined. */
export const consentToMember = (store: OperationalStore, community: string, it: PendingConsent) =>
  store.transaction(async (rows) => {
    const inserted = await rows(
      `INSERT INTO members (community, id, name, account, salt_key) VALUES ($1, $2, $3, $4, $5)
       ON CONFLICT DO NOTHING RETURNING id`,
      [community, it.member, it.name, it.account, it.saltKey],
    )
    if (inserted.length > 0)
      for (const [place, meter] of metersOf(it).entries())
        await rows('INSERT INTO meters (community, member, place, meter, participation) VALUES ($1, $2, $3, $4, $5)', [
          community,
          it.member,
          place,
          meter.meter,
          meter.participation,
        ])
    await rows('DELETE FROM consents WHERE community = $1 AND member = $2', [community, it.member])
  })

/** Meters and metering points come in one order. */
export const metersOf = ({ meters, meteringPoints }: PendingConsent): MemberMeter[] =>
  meters.map((meter, index) => ({ meter, participation: meteringPoints[index]?.participation ?? 100 }))
