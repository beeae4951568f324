import type { Role } from '@opem/domain'
import type { OperationalStore } from '../../operational/store.ts'
import { endSessionsOfRepresentative } from '../session/sessions.ts'

export interface StoredUser {
  readonly did: string
  readonly name: string
  readonly email: string
  readonly credential_roles: Role[]
  readonly limited_roles: Role[] | null
  readonly disabled: boolean
  readonly last_seen: string | null
}

export const usersOf = (store: OperationalStore, account: string): Promise<StoredUser[]> =>
  store.rows<StoredUser & { did: string }>('SELECT * FROM representatives WHERE account = $1 ORDER BY name, did', [
    account,
  ])

/** A representative was seen with this credential; what the administrator limited stays limited. @returns how they are kept now */
export const rememberUser = async (
  store: OperationalStore,
  it: { account: string; did: string; name: string; email: string; roles: readonly Role[]; now: number },
): Promise<StoredUser | undefined> => {
  const [kept] = await store.rows<StoredUser & { did: string }>(
    `INSERT INTO representatives (account, did, name, email, credential_roles, last_seen) VALUES ($1, $2, $3, $4, $5, $6)
     ON CONFLICT (account, did) DO UPDATE SET name = excluded.name, email = excluded.email,
       credential_roles = excluded.credential_roles, last_seen = excluded.last_seen
     RETURNING *`,
    [it.account, it.did, it.name, it.email, it.roles, it.now],
  )
  return kept
}

/** Limits a user to roles, or disables them: then their sessions end at once. @returns false when nobody is known so */
export const limitUser = (
  store: OperationalStore,
  it: { account: string; did: string; roles: readonly Role[]; disabled: boolean; now: number },
): Promise<boolean> =>
  store.transaction(async (rows) => {
    const limited = await rows(
      'UPDATE representatives SET limited_roles = $3, disabled = $4 WHERE account = $1 AND did = $2 RETURNING did',
      [it.account, it.did, it.roles, it.disabled],
    )
    if (it.disabled)
      await endSessionsOfRepresentative(rows, it.account, it.did, it.now, "disabled by the company's administrator")
    return limited.length > 0
  })
