import type { AgreementDocument, AgreementTermsJson, Hex } from '@opem/domain'
import type { OperationalStore } from '../../operational/store.ts'
import type { Side } from './party.ts'

export type Rows = OperationalStore['rows']

export type OfferState = 'open' | 'countered' | 'refused' | 'withdrawn' | 'expired' | 'signed' | 'concluded' | 'failed'

/** An agreement that one side has signed. Instants are seconds since 1970. */
export interface StoredOffer {
  readonly id: Hex
  readonly negotiation: Hex
  readonly number: number
  readonly listing: Hex
  readonly kind: string
  readonly provider_account: Hex
  readonly consumer_account: Hex
  readonly terms: AgreementTermsJson
  readonly document: Hex
  readonly made_by: Side
  readonly consumer_signature: Hex | null
  readonly provider_signature: Hex | null
  readonly state: OfferState
  readonly reason: string | null
  readonly relay: boolean
  readonly deadline: number
  readonly created_at: number
  readonly changed_at: number
}

const COLUMNS = `id, negotiation, number, listing, kind, provider_account, consumer_account, terms, document, made_by,
  consumer_signature, provider_signature, state, reason, relay, deadline::float8 AS deadline,
  created_at::float8 AS created_at, changed_at::float8 AS changed_at`

type Row = StoredOffer & { id: Hex }

/** @param lock until the transaction ends, so that two answers to one offer follow each other */
export const readOffer = async (rows: Rows, id: string, { lock = false } = {}): Promise<StoredOffer | undefined> =>
  (await rows<Row>(`SELECT ${COLUMNS} FROM market_offers WHERE id = $1${lock ? ' FOR UPDATE' : ''}`, [id]))[0]

export const offersOfNegotiation = (rows: Rows, negotiation: string): Promise<StoredOffer[]> =>
  rows<Row>(`SELECT ${COLUMNS} FROM market_offers WHERE negotiation = $1 ORDER BY number`, [negotiation])

export const storeDocument = (rows: Rows, digest: Hex, document: AgreementDocument) =>
  rows('INSERT INTO market_agreement_documents (digest, document) VALUES ($1, $2) ON CONFLICT DO NOTHING', [
    digest,
    JSON.stringify(document),
  ])

export const readDocument = async (rows: Rows, digest: string): Promise<AgreementDocument | undefined> =>
  (
    await rows<{ document: AgreementDocument }>('SELECT document FROM market_agreement_documents WHERE digest = $1', [
      digest,
    ])
  )[0]?.document

/** @returns false when an offer with this id is there already */
export const storeOffer = async (
  rows: Rows,
  it: Pick<
    StoredOffer,
    | 'id'
    | 'negotiation'
    | 'number'
    | 'listing'
    | 'kind'
    | 'provider_account'
    | 'consumer_account'
    | 'terms'
    | 'document'
    | 'made_by'
    | 'consumer_signature'
    | 'provider_signature'
    | 'deadline'
    | 'created_at'
  >,
): Promise<boolean> =>
  (
    await rows(
      `INSERT INTO market_offers (id, negotiation, number, listing, kind, provider_account, consumer_account, terms, document,
         made_by, consumer_signature, provider_signature, state, deadline, created_at, changed_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 'open', $13, $14, $14)
       ON CONFLICT (id) DO NOTHING RETURNING id`,
      [
        ...[it.id, it.negotiation, it.number, it.listing, it.kind, it.provider_account, it.consumer_account],
        ...[JSON.stringify(it.terms), it.document, it.made_by, it.consumer_signature, it.provider_signature],
        ...[it.deadline, it.created_at],
      ],
    )
  ).length > 0

/** Compare-and-set of an offer's state. @returns false when it is in none of the states `from` */
export const changeOffer = async (
  rows: Rows,
  it: { id: string; from: readonly OfferState[]; to: OfferState; reason?: string | null; now: number },
): Promise<boolean> =>
  (
    await rows(
      `UPDATE market_offers SET state = $3, reason = coalesce($4, reason), changed_at = $5
       WHERE id = $1 AND state = ANY($2) RETURNING id`,
      [it.id, it.from, it.to, it.reason ?? null, it.now],
    )
  ).length > 0

/** The second signature: now anybody may bring the agreement to the chain. */
export const signOffer = (
  rows: Rows,
  it: { id: string; side: Side; signature: Hex; relay: boolean; now: number },
): Promise<unknown> =>
  rows(
    `UPDATE market_offers SET ${it.side}_signature = $2, state = 'signed', relay = $3, changed_at = $4 WHERE id = $1`,
    [it.id, it.signature, it.relay, it.now],
  )

/** Offers whose time is over. */
export const expireOffers = (rows: Rows, now: number): Promise<StoredOffer[]> =>
  rows<Row>(
    `UPDATE market_offers SET state = 'expired', changed_at = $1 WHERE state IN ('open', 'signed') AND deadline < $1
     RETURNING ${COLUMNS}`,
    [now],
  )
