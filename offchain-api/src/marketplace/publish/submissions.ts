import type { Hex, ListingDocument } from '@opem/domain'
import type { Rows } from './drafts.ts'

export type SubmissionState = 'waiting' | 'rejected' | 'approved' | 'withdrawn' | 'published'

/** The operator's word on one item of the checklist. */
export interface Check {
  readonly item: string
  readonly ok: boolean
  /** Why not. */
  readonly reason: string | null
}

/** An application to be published. Instants are seconds since 1970. */
export interface Submission {
  readonly id: number
  readonly listing: Hex
  readonly version: number
  readonly document: ListingDocument
  /** sha2-256 of the document: what is approved, signed and published. */
  readonly content: Hex
  readonly state: SubmissionState
  readonly submittedAt: number
  readonly decidedAt: number | null
  readonly checks: readonly Check[] | null
  readonly reason: string | null
  /** Of an approval: the provider contract, until when it may be published, and the operator's signature. */
  readonly providerContract: Hex | null
  readonly deadline: number | null
  readonly approver: Hex | null
  readonly approval: Hex | null
}

const SELECT = `SELECT id::float8 AS id, listing, version, document, content, state, submitted_at::float8 AS "submittedAt",
    decided_at::float8 AS "decidedAt", checks, reason, provider_contract AS "providerContract",
    deadline::float8 AS deadline, approver, approval FROM market_submissions`

type Found = Submission & Record<string, unknown>

export const addSubmission = (
  rows: Rows,
  it: Pick<Submission, 'listing' | 'version' | 'document' | 'content'> & { by: string; now: number },
) =>
  rows(
    `INSERT INTO market_submissions (listing, version, document, content, state, submitted_at, submitted_by)
     VALUES ($1, $2, $3, $4, 'waiting', $5, $6)`,
    [it.listing, it.version, JSON.stringify(it.document), it.content, it.now, it.by],
  )

/** The newest application of a listing. */
export const lastSubmission = async (rows: Rows, listing: string): Promise<Submission | undefined> =>
  (await rows<Found>(`${SELECT} WHERE listing = $1 ORDER BY market_submissions.id DESC LIMIT 1`, [listing]))[0]

/** Every application of a listing, the newest first. */
export const submissionsOf = (rows: Rows, listing: string): Promise<Submission[]> =>
  rows<Found>(`${SELECT} WHERE listing = $1 ORDER BY market_submissions.id DESC LIMIT 100`, [listing])

export interface Queued extends Submission {
  readonly account: Hex
  readonly provider: string
}

/** Applications that wait, the oldest first, with the name of their provider. */
export const queue = (
  rows: Rows,
  it: { after: readonly [number, number] | undefined; limit: number },
): Promise<Queued[]> =>
  rows<Queued & Record<string, unknown>>(
    `SELECT s.*, coalesce(l.account, d.account) AS account, a.name AS provider FROM (${SELECT} WHERE state = 'waiting') s
       JOIN market_drafts d USING (listing) LEFT JOIN market_listings l USING (listing)
       JOIN accounts a ON a.account = coalesce(l.account, d.account)
     WHERE $1::bigint IS NULL OR (s."submittedAt", s.id) > ($1::bigint, $2::bigint)
     ORDER BY s."submittedAt", s.id LIMIT $3`,
    [it.after?.[0] ?? null, it.after?.[1] ?? 0, it.limit + 1],
  )

/** Compare-and-set: @returns false when the application is not in `from` any more */
export async function moveSubmission(
  rows: Rows,
  it: { id: number; from: readonly SubmissionState[]; to: SubmissionState },
): Promise<boolean> {
  const moved = await rows('UPDATE market_submissions SET state = $3 WHERE id = $1 AND state = ANY($2) RETURNING id', [
    it.id,
    it.from,
    it.to,
  ])
  return moved.length > 0
}

export const noteDecision = (
  rows: Rows,
  it: Pick<Submission, 'id' | 'checks' | 'reason'> & {
    now: number
    approval?: { providerContract: Hex; deadline: number; approver: Hex; signature: Hex }
  },
) =>
  rows(
    `UPDATE market_submissions SET decided_at = $2, checks = $3, reason = $4, provider_contract = $5, deadline = $6,
       approver = $7, approval = $8 WHERE id = $1`,
    [
      ...[it.id, it.now, JSON.stringify(it.checks), it.reason, it.approval?.providerContract ?? null],
      ...[it.approval?.deadline ?? null, it.approval?.approver ?? null, it.approval?.signature ?? null],
    ],
  )
