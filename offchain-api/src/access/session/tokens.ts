import { canonicalJson, formatInstant } from '@opem/domain'
import { keccak256, stringToBytes } from 'viem'
import { Refusal } from '../../unified-api/problem.ts'
import type { AccessParts } from '../access.ts'
import type { Person } from '../caller/caller.ts'
import { readCredential } from '../contract/credentials.ts'
import type { AccountClaims } from '../identity.ts'
import { ACCESS, type Cookies, REFRESH } from './cookies.ts'
import { personOf } from './person-of.ts'
import { endSession, readSession, rotateHandle, SESSION_SECONDS, type SessionRow, sessionOfHandle } from './sessions.ts'

export const TOKEN_SECONDS = 600
export const REFRESH_PATH = '/v1/access'

/** A session as its holder sees it. */
export const formatSession = (person: Person) => ({
  did: person.did,
  name: person.name,
  organisation: person.organisation,
  account: person.account,
  kind: person.accountKind,
  roles: [...person.roles],
  actors: [...person.actors],
  operator: person.operator,
  expiresAt: formatInstant(person.expiresAt),
})

/** Whose session it is. @throws Refusal 401 when it holds no longer */
export async function personOfSession(
  { store, isOperator, now }: Pick<AccessParts, 'store' | 'isOperator' | 'now'>,
  id: string,
): Promise<{ person: Person; row: SessionRow }> {
  const row = await readSession(store, id)
  if (!row) throw new Refusal(401, 'ERR_SESSION_ENDED', 'there is no such session; sign in')
  const person = personOf(row, now(), isOperator)
  if (!person.ok) throw new Refusal(401, person.code, person.reason)
  return { person: person.value, row }
}

/** Hands out an access token and the handle for the next one: as cookies to a page, in the body to a machine. */
export async function handOut(
  parts: AccessParts,
  { id, handle }: { id: string; handle: string },
  way: { cookies: Cookies; tokens: 'cookie' | 'body' },
) {
  const { person, row } = await personOfSession(parts, id)
  const token = await (await parts.tokens()).issue(
    {
      sub: person.did,
      sid: id,
      account: person.account,
      accountVersion: row.account_version,
      authTime: Number(row.started_at),
      roles: person.roles,
      contracts: await contractsOf(parts, person.account, row.account_version),
      profile: {
        role: person.operator ? 'operator' : row.representative ? 'representative' : person.accountKind,
        name: person.name,
        organisation: person.organisation,
      },
    },
    parts.now(),
  )
  const session = formatSession(person)
  if (way.tokens === 'body') return { session, accessToken: token, refreshHandle: handle }
  way.cookies.set(ACCESS, token, TOKEN_SECONDS)
  way.cookies.set(REFRESH, handle, SESSION_SECONDS, REFRESH_PATH)
  return { session }
}

/** Contracts of the account, as the version in force lists them: so many, and these. */
async function contractsOf({ store }: AccessParts, account: string, version: number) {
  const credential = await readCredential(store.rows, account, version)
  const { contracts } = (credential?.claims ?? { contracts: [] }) as unknown as Pick<AccountClaims, 'contracts'>
  return { count: contracts.length, hash: keccak256(stringToBytes(canonicalJson(contracts))) }
}

/**
 * Takes a refresh handle for a new access token and the next handle. A Representative credential that was revoked
 * meanwhile ends the session. All that may be away is asked before the handle is used up: who is answered 503 comes
 * again with the same one.
 * @throws Refusal 401 ERR_REFRESH_UNKNOWN, ERR_REFRESH_REUSED (the session has ended), ERR_SESSION_…; ERR_CHAIN_UNREACHABLE
 */
export async function refresh(parts: AccessParts, handle: string | undefined) {
  if (handle === undefined) throw new Refusal(401, 'ERR_REFRESH_UNKNOWN', 'no refresh handle came; sign in')
  const session = await sessionOfHandle(parts.store, handle)
  if (session !== undefined) await stillHolds(parts, session)
  const rotated = await rotateHandle(parts.store, handle, parts.now())
  if (!rotated.ok)
    throw rotated.why === 'reused'
      ? new Refusal(401, 'ERR_REFRESH_REUSED', 'this refresh handle was used before, so its session has ended; sign in')
      : new Refusal(401, 'ERR_REFRESH_UNKNOWN', 'this refresh handle is not known; sign in')
  return { id: rotated.session, handle: rotated.handle }
}

async function stillHolds(parts: AccessParts, session: string): Promise<void> {
  await parts.tokens()
  const { row } = await personOfSession(parts, session)
  const { credential_issuer: issuer, credential_jti: jti } = row
  if (issuer === null || jti === null || !(await (await parts.identity()).isRevoked(issuer, jti))) return
  await endSession(parts.store, session, parts.now(), 'the Representative credential was revoked')
  throw new Refusal(401, 'ERR_VC_REVOKED', 'the Representative credential was revoked; ask the company for a new one')
}
