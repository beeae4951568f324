import type { Session } from '../api/access.ts'
import type { Credential } from './decode.ts'
import { sameDid } from './did.ts'

/**
 * What is known here about the standing of an Account credential: a newer version supersedes an older one; the one that
 * the session was opened with is in force. Only the marketplace knows more, and says so when it is presented.
 */
export function accountStatus(
  credential: Credential,
  kept: readonly Credential[],
  session: Pick<Session, 'did' | 'account'> | null,
): { word: string; look: string } | undefined {
  if (credential.type !== 'AccountCredential') return undefined
  const version = Number(credential.claims.version ?? 0)
  const newer = kept.some(
    (one) =>
      one.type === 'AccountCredential' &&
      sameDid(one.subject, credential.subject) &&
      Number(one.claims.version ?? 0) > version,
  )
  if (newer) return { word: 'superseded', look: 'warn' }
  return session !== null && session.account === credential.claims.account
    ? { word: 'in force', look: 'good' }
    : undefined
}
