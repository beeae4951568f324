import type { AgreementStage, AgreementTermsJson, Hex } from '@opem/domain'
import type { OperationalStore } from '../../operational/store.ts'
import type { OfferState } from './offers.ts'
import type { Side } from './party.ts'
import { stageOf } from './stage.ts'

/** One line of somebody's agreements: the last offer of a negotiation, or what was concluded. */
export interface AgreementLine {
  readonly id: Hex
  readonly listing: Hex
  readonly kind: string
  readonly title: string | null
  readonly side: Side
  readonly other: string | null
  readonly stage: AgreementStage
  /** Whose turn it is; null when nobody's. */
  readonly turn: Side | null
  readonly instance: string | null
  readonly terms: AgreementTermsJson
  readonly since: number
  readonly endsAt: number
}

interface Row {
  id: Hex
  listing: Hex
  kind: string
  title: string | null
  provider_account: string
  consumer_account: string
  provider_name: string | null
  consumer_name: string | null
  offer_state: OfferState | null
  made_by: Side | null
  deadline: number | null
  agreement_state: 'concluded' | 'terminated' | null
  instance: string | null
  terms: AgreementTermsJson
  since: number
  ends_at: number | null
}

export interface AgreementQuery {
  readonly account: string
  readonly side: Side | undefined
  readonly after: readonly [since: number, id: string] | undefined
  readonly limit: number
  readonly now: number
}

/** Agreements of an account, the newest first; one more than `limit` when there are more. */
export async function listAgreements(
  { rows }: Pick<OperationalStore, 'rows'>,
  { account, side, after, limit, now }: AgreementQuery,
): Promise<AgreementLine[]> {
  const found = await rows<Row & Record<string, unknown>>(
    `WITH mine AS (
       SELECT o.id, o.listing, o.kind, o.document, o.provider_account, o.consumer_account, o.state AS offer_state, o.made_by,
         o.deadline, o.terms, o.created_at AS since
       FROM market_offers o WHERE (o.provider_account = $1 OR o.consumer_account = $1) AND o.state <> 'countered'
       UNION ALL
       SELECT a.id, a.listing, a.kind, a.terms ->> 'terms', a.provider_account, a.consumer_account, NULL, NULL, NULL, a.terms,
         a.concluded_at
       FROM market_agreements a WHERE (a.provider_account = $1 OR a.consumer_account = $1)
         AND NOT EXISTS (SELECT 1 FROM market_offers o WHERE o.id = a.id)
     )
     SELECT m.id, m.listing, m.kind, d.document ->> 'title' AS title, m.provider_account, m.consumer_account,
       p.name AS provider_name, c.name AS consumer_name, m.offer_state, m.made_by, m.deadline::float8 AS deadline,
       a.state AS agreement_state, i.state AS instance, m.terms, m.since::float8 AS since, a.ends_at::float8 AS ends_at
     FROM mine m
     LEFT JOIN market_agreement_documents d ON d.digest = m.document
     LEFT JOIN market_agreements a ON a.id = m.id
     LEFT JOIN market_instances i ON i.agreement = a.id
     LEFT JOIN accounts p ON p.account = m.provider_account
     LEFT JOIN accounts c ON c.account = m.consumer_account
     WHERE ($2::text IS NULL OR ($2 = 'provider' AND m.provider_account = $1) OR ($2 = 'consumer' AND m.consumer_account = $1))
       AND ($3::bigint IS NULL OR (m.since, m.id) < ($3, $4))
     ORDER BY m.since DESC, m.id DESC LIMIT $5`,
    [account, side ?? null, after?.[0] ?? null, after?.[1] ?? null, limit],
  )
  return found.map((row) => {
    const own: Side = row.consumer_account === account ? 'consumer' : 'provider'
    const { stage, turn } = stageOf({
      offer: row.offer_state && { state: row.offer_state, made_by: row.made_by!, deadline: row.deadline! },
      agreement: row.agreement_state && { state: row.agreement_state, ends_at: row.ends_at!, terms: row.terms },
      now,
    })
    return {
      ...{ id: row.id, listing: row.listing, kind: row.kind, title: row.title, side: own, stage, turn },
      other: own === 'consumer' ? row.provider_name : row.consumer_name,
      ...{ instance: row.instance, terms: row.terms, since: row.since, endsAt: row.ends_at ?? row.terms.end },
    }
  })
}
