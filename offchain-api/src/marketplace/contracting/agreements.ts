import type { AgreementTermsJson, Hex } from '@opem/domain'
import type { Rows } from './offers.ts'
import type { Side } from './party.ts'

/** A concluded agreement, as the chain says. Instants are seconds since 1970; `ends_at` 0 is open. */
export interface StoredAgreement {
  readonly id: Hex
  readonly listing: Hex
  readonly version: number
  readonly kind: string
  readonly provider: Hex
  readonly consumer: Hex
  readonly provider_account: Hex
  readonly consumer_account: Hex
  readonly terms: AgreementTermsJson
  readonly state: 'concluded' | 'terminated'
  readonly concluded_at: number
  readonly ends_at: number
  readonly terminated_by: Side | null
  readonly reason: Hex | null
  readonly transaction: Hex
}

const COLUMNS = `id, listing, version, kind, provider, consumer, provider_account, consumer_account, terms, state,
  concluded_at::float8 AS concluded_at, ends_at::float8 AS ends_at, terminated_by, reason, transaction`

export const readAgreement = async (rows: Rows, id: string): Promise<StoredAgreement | undefined> =>
  (await rows<StoredAgreement & { id: Hex }>(`SELECT ${COLUMNS} FROM market_agreements WHERE id = $1`, [id]))[0]

/** Half-open: at its end it is in force no more. */
export const isInForce = ({ terms, ends_at }: Pick<StoredAgreement, 'terms' | 'ends_at'>, at: number): boolean =>
  terms.start <= at && (ends_at === 0 || at < ends_at)

export interface AgreementEvent {
  readonly at: number
  readonly what: 'concluded' | 'terminated' | 'extended'
  readonly detail: Readonly<Record<string, unknown>>
  readonly transaction: Hex
}

export const eventsOfAgreement = (rows: Rows, id: string): Promise<AgreementEvent[]> =>
  rows<AgreementEvent & { transaction: Hex }>(
    `SELECT at::float8 AS at, what, detail, transaction FROM market_agreement_events
     WHERE agreement = $1 ORDER BY id`,
    [id],
  )
