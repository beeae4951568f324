import { randomBytes, randomUUID } from 'node:crypto'
import type { MarketRole, Role } from '@opem/domain'
import type { OperationalStore } from '../../operational/store.ts'
import type { AccountKind } from '../caller/caller.ts'
import { hashOf } from '../challenge/challenges.ts'

/** A session ends after half a day whatever happens; until then its access token is renewed every ten minutes. */
export const SESSION_SECONDS = 12 * 3600

export interface NewSession {
  readonly account: string
  readonly did: string
  readonly representative: boolean
  readonly name: string
  readonly accountVersion: number
  /** Of the Representative credential: when it is revoked, the session ends. */
  readonly credentialIssuer: string | undefined
  readonly credentialJti: string | undefined
  readonly now: number
}

/** A session with all that decides whether it still holds, as one row. */
export interface SessionRow {
  readonly id: string
  readonly did: string
  readonly name: string
  readonly representative: boolean
  readonly account_version: number
  readonly credential_issuer: string | null
  readonly credential_jti: string | null
  readonly started_at: string
  readonly expires_at: string
  readonly ended_at: string | null
  readonly ended_because: string | null
  readonly account: string
  readonly account_did: string
  readonly account_name: string
  readonly kind: AccountKind
  readonly status: 'pending' | 'active' | 'suspended' | 'revoked'
  readonly version: number
  readonly account_roles: MarketRole[]
  readonly credential_roles: Role[] | null
  readonly limited_roles: Role[] | null
  readonly disabled: boolean | null
  /** Of the company whose machine it is. */
  readonly company_status: 'pending' | 'active' | 'suspended' | 'revoked' | null
  readonly company_roles: MarketRole[] | null
}

const SELECT = `
  SELECT s.id, s.did, s.name, s.representative, s.account_version, s.credential_issuer, s.credential_jti, s.started_at,
    s.expires_at, s.ended_at, s.ended_because, a.account, a.did AS account_did, a.name AS account_name, a.kind, a.status,
    a.version, a.roles AS account_roles, r.credential_roles, r.limited_roles, r.disabled,
    c.status AS company_status, c.roles AS company_roles
  FROM sessions s JOIN accounts a USING (account) LEFT JOIN representatives r ON r.account = s.account AND r.did = s.did
    LEFT JOIN accounts c ON c.account = a.company`

export const readSession = async (store: OperationalStore, id: string): Promise<SessionRow | undefined> =>
  (await store.rows<SessionRow & { id: string }>(`${SELECT} WHERE s.id = $1`, [id]))[0]

/** Opens a session. @returns its id and the first refresh handle, which is known to its holder only */
export async function openSession(store: OperationalStore, it: NewSession): Promise<{ id: string; handle: string }> {
  const id = randomUUID()
  const handle = newHandle()
  await store.rows(
    `WITH swept AS (DELETE FROM sessions WHERE expires_at < $11),
       opened AS (
         INSERT INTO sessions (id, account, did, representative, name, account_version, credential_issuer, credential_jti,
           started_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) RETURNING id)
     INSERT INTO refresh_handles (hash, session) SELECT $12, id FROM opened`,
    [
      id,
      it.account,
      it.did,
      it.representative,
      it.name,
      it.accountVersion,
      it.credentialIssuer ?? null,
      it.credentialJti ?? null,
      it.now,
      it.now + SESSION_SECONDS,
      it.now - SESSION_SECONDS,
      hashOf(handle),
    ],
  )
  return { id, handle }
}

export type Rotation =
  | { readonly ok: true; readonly session: string; readonly handle: string }
  | { readonly ok: false; readonly why: 'unknown' | 'reused' }

/** The session of a handle that was not used yet; it stays so. */
export const sessionOfHandle = async (store: OperationalStore, handle: string): Promise<string | undefined> =>
  (
    await store.rows<{ session: string }>('SELECT session FROM refresh_handles WHERE hash = $1 AND used_at IS NULL', [
      hashOf(handle),
    ])
  )[0]?.session

/**
 * Takes a refresh handle for the next one. A handle that comes a second time was stolen from its holder or by them:
 * nobody can tell, so the whole session ends.
 */
export function rotateHandle(store: OperationalStore, handle: string, now: number): Promise<Rotation> {
  return store.transaction(async (rows) => {
    const hash = hashOf(handle)
    const [taken] = await rows<{ session: string }>(
      'UPDATE refresh_handles SET used_at = $2 WHERE hash = $1 AND used_at IS NULL RETURNING session',
      [hash, now],
    )
    if (taken) {
      const next = newHandle()
      await rows('INSERT INTO refresh_handles (hash, session) VALUES ($1, $2)', [hashOf(next), taken.session])
      return { ok: true, session: taken.session, handle: next }
    }
    const [known] = await rows<{ session: string }>('SELECT session FROM refresh_handles WHERE hash = $1', [hash])
    if (!known) return { ok: false, why: 'unknown' }
    await rows(END, [known.session, now, 'a refresh handle came twice'])
    return { ok: false, why: 'reused' }
  })
}

const END = 'UPDATE sessions SET ended_at = $2, ended_because = $3 WHERE id = $1 AND ended_at IS NULL'

export const endSession = (store: OperationalStore, id: string, now: number, because: string) =>
  store.rows(END, [id, now, because])

type Rows = OperationalStore['rows']

/** Ends every session of an account; with `olderThan`, those that an older version of its credential opened. */
export const endSessionsOfAccount = (
  rows: Rows,
  { account, now, because, olderThan }: { account: string; now: number; because: string; olderThan?: number },
) =>
  rows(
    `UPDATE sessions SET ended_at = $2, ended_because = $3
     WHERE account = $1 AND ended_at IS NULL AND account_version < $4`,
    [account, now, because, olderThan ?? 2_147_483_647],
  )

export const endSessionsOfRepresentative = (rows: Rows, account: string, did: string, now: number, because: string) =>
  rows(
    'UPDATE sessions SET ended_at = $3, ended_because = $4 WHERE account = $1 AND did = $2 AND representative AND ended_at IS NULL',
    [account, did, now, because],
  )

const newHandle = () => randomBytes(32).toString('base64url')
