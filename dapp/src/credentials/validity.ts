import type { Credential } from './decode.ts'

export type Validity = 'valid' | 'ends soon' | 'expired' | 'not yet'
const SOON = 14 * 86_400

/** What the dates of a credential say at `now` (epoch seconds). Revocation only the verifier sees. */
export function validityAt({ issuedAt, expiresAt }: Pick<Credential, 'issuedAt' | 'expiresAt'>, now: number): Validity {
  if (expiresAt !== undefined && expiresAt <= now) return 'expired'
  // Clocks of issuers and browsers differ by a minute or two.
  if (issuedAt > now + 120) return 'not yet'
  return expiresAt !== undefined && expiresAt - now < SOON ? 'ends soon' : 'valid'
}

export const usableAt = (credential: Credential, now: number): boolean =>
  ['valid', 'ends soon'].includes(validityAt(credential, now))
