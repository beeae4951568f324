import { canonicalJson, type Hex } from '@opem/domain'
import type { OperationalStore } from '../../operational/store.ts'

/** A deed for the audit log. It is kept for ever: ids, codes and hashes, no personal data and no secret. */
export interface Action {
  /** DID of who did it, `system ID` of a machine, or `chain 0xTRANSACTION` for what the chain said. */
  readonly by: string
  /** Account in whose name. */
  readonly account: Hex | null
  /** What was done, as module and past tense: `listing.approved`. */
  readonly action: `${string}.${string}`
  /** Ids of what it was done to. */
  readonly about: Readonly<Record<string, string>>
  /** What else a reader needs to judge it: states before and after, digests, amounts. */
  readonly detail?: Readonly<Record<string, unknown>>
}

/**
 * Notes a deed within the caller's transaction; it gets its number and its hash when that commits.
 * Entry = canonical JSON (RFC 8785) of `{about, account, action, at, by, detail}`; hash = SHA-256 of the UTF-8 of the hash
 * before it (`0x` and 64 digits, zeros for the first) followed by the entry.
 * @param at seconds since 1970
 */
export async function noteAction(
  rows: OperationalStore['rows'],
  { by, account, action, about, detail = {} }: Action,
  at: number = Math.floor(Date.now() / 1000),
): Promise<void> {
  const entry = canonicalJson({ by, account, action, about, detail, at })
  await rows('INSERT INTO market_audit_notes (entry, account, action, about) VALUES ($1, $2, $3, $4)', [
    entry,
    account,
    action,
    JSON.stringify(about),
  ])
}
