import { createHash, randomBytes } from 'node:crypto'
import type { Hex, Operation } from '@opem/domain'
import type { OperationalStore } from '../../operational/store.ts'

export interface Challenge {
  readonly challenge: Hex
  /** Seconds since 1970. */
  readonly expiresAt: number
}

export const CHALLENGE_SECONDS = 120

/**
 * Challenges: 32 random bytes for one operation of one browser, good once and for two minutes. Wallets that the
 * marketplace itself asks answer challenges of the browser `WALLET`.
 */
export const WALLET = 'wallet'

export async function makeChallenge(
  store: OperationalStore,
  want: { browser: string; operation: Operation; account?: string; now: number; seconds?: number },
): Promise<Challenge> {
  const challenge: Hex = `0x${randomBytes(32).toString('hex')}`
  const expiresAt = want.now + (want.seconds ?? CHALLENGE_SECONDS)
  await store.rows(
    `WITH swept AS (DELETE FROM challenges WHERE expires_at < $6)
     INSERT INTO challenges (challenge, browser, operation, account, expires_at) VALUES ($1, $2, $3, $4, $5)`,
    [hashOf(challenge), hashOf(want.browser), want.operation, want.account ?? null, expiresAt, want.now - 3600],
  )
  return { challenge, expiresAt }
}

/** Why a challenge is not taken. */
export type ChallengeRefusal = 'unknown' | 'foreign' | 'other-operation' | 'expired'

/**
 * Uses a challenge up, whatever comes of the presentation: one guess each. A challenge of another browser is left
 * alone, so that nobody can spoil somebody else's.
 */
export async function useChallenge(
  store: OperationalStore,
  given: { challenge: string; browser: string; operation: Operation; now: number },
): Promise<{ ok: true; account: string | undefined } | { ok: false; why: ChallengeRefusal }> {
  const hash = hashOf(given.challenge)
  const browser = hashOf(given.browser)
  const [used] = await store.rows<{ operation: string; account: string | null; expires_at: string }>(
    'DELETE FROM challenges WHERE challenge = $1 AND browser = $2 RETURNING operation, account, expires_at',
    [hash, browser],
  )
  if (!used) {
    const [foreign] = await store.rows('SELECT 1 FROM challenges WHERE challenge = $1', [hash])
    return { ok: false, why: foreign ? 'foreign' : 'unknown' }
  }
  if (used.operation !== given.operation) return { ok: false, why: 'other-operation' }
  if (Number(used.expires_at) <= given.now) return { ok: false, why: 'expired' }
  return { ok: true, account: used.account ?? undefined }
}

/** sha256 in hex: what the store knows of a secret. */
export const hashOf = (secret: string): string => createHash('sha256').update(secret).digest('hex')
