import type { Hex, InnovationRequestDocument } from '@opem/domain'
import { Refusal } from '../../unified-api/problem.ts'
import type { Rows } from '../follower/reaction.ts'

export type StoredState = 'draft' | 'open' | 'withdrawn' | 'chosen'

/** A request as the store knows it. Instants are seconds since 1970. */
export interface StoredRequest {
  readonly id: Hex
  readonly account: Hex
  readonly address: Hex
  readonly content: Hex
  readonly document: InnovationRequestDocument | null
  /** Accounts that may see it; null: every provider of services. */
  readonly audience: readonly Hex[] | null
  readonly closesAt: number
  readonly state: StoredState
  readonly chosen: Hex | null
  readonly createdAt: number
  readonly changedAt: number
}

type Found = StoredRequest & Record<string, unknown>

const COLUMNS = `id, account, address, content, document, audience, closes_at::float8 AS "closesAt", state, chosen,
  created_at::float8 AS "createdAt", changed_at::float8 AS "changedAt"`

export const readRequest = async (rows: Rows, id: string, { lock = false } = {}): Promise<StoredRequest | undefined> =>
  (
    await rows<Found>(`SELECT ${COLUMNS} FROM market_innovation_requests WHERE id = $1${lock ? ' FOR UPDATE' : ''}`, [
      id,
    ])
  )[0]

/** Who looks: an account, and whether it is shown what others ask for. */
export interface Eyes {
  readonly account: string
  readonly provides: boolean
}

// What was never on the chain is its writer's alone. Who has proposed sees what became of it.
const SEEN = `document IS NOT NULL AND (account = $1 OR ($2 AND state <> 'draft' AND (
  EXISTS (SELECT 1 FROM market_innovation_proposals p WHERE p.request = r.id AND p.account = $1)
  OR (audience IS NULL OR $1 = ANY(audience)))))`

/** Whether somebody is shown a request. What they are not shown is not there for them. */
export async function seenRequest(rows: Rows, id: string, { account, provides }: Eyes): Promise<StoredRequest> {
  const [found] = await rows<Found>(`SELECT ${COLUMNS} FROM market_innovation_requests r WHERE id = $3 AND ${SEEN}`, [
    account,
    provides,
    id,
  ])
  if (found) return found
  throw new Refusal(
    404,
    'ERR_INNOVATION_UNKNOWN',
    `there is no request ${id} that you may see; list them with GET /v1/innovation/requests`,
  )
}

/** Requests that somebody is shown, the newest first. */
export const listRequests = (
  rows: Rows,
  { account, provides }: Eyes,
  { after, limit }: { after: readonly [number, string] | undefined; limit: number },
): Promise<(StoredRequest & { proposals: number; mine: boolean })[]> =>
  rows<Found & { proposals: number; mine: boolean }>(
    `SELECT ${COLUMNS}, account = $1 AS mine,
       (SELECT count(*)::int FROM market_innovation_proposals p
          WHERE p.request = r.id AND p.state IN ('open', 'chosen') AND (r.account = $1 OR p.account = $1)) AS proposals
     FROM market_innovation_requests r
     WHERE ${SEEN} AND ($3::bigint IS NULL OR (created_at, id) < ($3::bigint, $4))
     ORDER BY r.created_at DESC, r.id DESC LIMIT $5`,
    [account, provides, after?.[0] ?? null, after?.[1] ?? '', limit],
  )

export const storeRequest = (
  rows: Rows,
  it: Pick<StoredRequest, 'id' | 'account' | 'address' | 'content' | 'audience' | 'closesAt'> & {
    document: InnovationRequestDocument
    now: number
  },
) =>
  rows(
    `INSERT INTO market_innovation_requests (id, account, address, content, document, audience, closes_at, state, created_at,
       changed_at) VALUES ($1, $2, $3, $4, $5, $6, $7, 'draft', $8, $8)`,
    [it.id, it.account, it.address, it.content, JSON.stringify(it.document), it.audience, it.closesAt, it.now],
  )

/** Active accounts that provide services, except one: who is told of requests, and can be chosen to see them. */
export const serviceProviders = (rows: Rows, except: string): Promise<{ account: Hex; name: string; did: string }[]> =>
  rows<{ account: Hex; name: string; did: string }>(
    `SELECT account, name, did FROM accounts
     WHERE status = 'active' AND 'service-provider' = ANY(roles) AND did LIKE 'did:ethr:%' AND account <> $1
     ORDER BY name, account LIMIT 10000`,
    [except],
  )
