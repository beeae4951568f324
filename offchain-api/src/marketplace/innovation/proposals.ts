import type { Hex, ProposalDocument } from '@opem/domain'
import { Refusal } from '../../unified-api/problem.ts'
import type { Rows } from '../follower/reaction.ts'
import type { StoredState } from './requests.ts'

/** A proposal as the store knows it. Instants are seconds since 1970. */
export interface StoredProposal {
  readonly id: Hex
  readonly request: Hex
  readonly account: Hex
  readonly address: Hex
  readonly content: Hex
  readonly document: ProposalDocument | null
  readonly state: StoredState
  /** The listing under which it is contracted; null until there is one. */
  readonly listing: Hex | null
  readonly createdAt: number
  /** Of the provider; null when the account is gone. */
  readonly name: string | null
}

type Found = StoredProposal & Record<string, unknown>

const SELECT = `SELECT p.id, p.request, p.account, p.address, p.content, p.document, p.state, p.listing,
    p.created_at::float8 AS "createdAt", a.name
  FROM market_innovation_proposals p LEFT JOIN accounts a USING (account)`

/** Of a request those on the chain; of an account its own drafts too. The earliest first. */
export const proposalsOf = (
  rows: Rows,
  { request, account, all }: { request: string; account: string; all: boolean },
): Promise<StoredProposal[]> =>
  rows<Found>(
    `${SELECT} WHERE p.request = $1 AND p.document IS NOT NULL AND (p.account = $2 OR ($3 AND p.state <> 'draft'))
     ORDER BY p.created_at, p.id LIMIT 200`,
    [request, account, all],
  )

export const readProposal = async (rows: Rows, id: string): Promise<StoredProposal | undefined> =>
  (await rows<Found>(`${SELECT} WHERE p.id = $1`, [id]))[0]

/** The newest offer or agreement of a user under each listing. */
export const contractsOf = (
  rows: Rows,
  listings: readonly string[],
  user: string,
): Promise<{ listing: Hex; id: Hex }[]> =>
  rows<{ listing: Hex; id: Hex }>(
    `SELECT DISTINCT ON (listing) listing, id FROM (
       SELECT listing, id, created_at AS since FROM market_offers
         WHERE consumer_account = $2 AND state IN ('open', 'signed', 'concluded')
       UNION ALL SELECT listing, id, concluded_at FROM market_agreements WHERE consumer_account = $2) own
     WHERE listing = ANY($1) ORDER BY listing, since DESC`,
    [listings, user],
  )

/** Of one provider to one request: who proposes much hides nobody else's proposal. */
const MOST_PROPOSALS = 10

/** @throws Refusal ERR_TOO_MANY_PROPOSALS */
export async function storeProposal(
  rows: Rows,
  it: Pick<StoredProposal, 'id' | 'request' | 'account' | 'address' | 'content'> & {
    document: ProposalDocument
    now: number
  },
): Promise<void> {
  await rows('SELECT 1 FROM market_innovation_requests WHERE id = $1 FOR UPDATE', [it.request])
  const [{ own } = { own: 0 }] = await rows<{ own: number }>(
    'SELECT count(*)::int AS own FROM market_innovation_proposals WHERE request = $1 AND account = $2',
    [it.request, it.account],
  )
  if (own >= MOST_PROPOSALS)
    throw new Refusal(
      409,
      'ERR_TOO_MANY_PROPOSALS',
      `you have written ${own} proposals to this request; ${MOST_PROPOSALS} are the most`,
    )
  await rows(
    `INSERT INTO market_innovation_proposals (id, request, account, address, content, document, state, listing, created_at,
       changed_at) VALUES ($1, $2, $3, $4, $5, $6, 'draft', $7, $8, $8)`,
    [
      ...[it.id, it.request, it.account, it.address, it.content, JSON.stringify(it.document), it.document.listing],
      it.now,
    ],
  )
}
