import type { Actor, MarketRole, Role } from '@opem/domain'

/**
 * What a system may be configured for. A company configures `readings`, or `services`: to use what the company contracted. The others
 * are for the marketplace's own parts.
 */
export const SCOPES = ['readings', 'services', 'oracle', 'operator', 'systems'] as const
export type Scope = (typeof SCOPES)[number]

export type AccountKind = 'company' | 'citizen' | 'machine'

/** Somebody who signed in with a wallet: a citizen, a company's representative, or an account's own holder. */
export interface Person {
  readonly kind: 'person'
  readonly session: string
  readonly did: string
  readonly name: string
  /** Of a representative, the company's name. */
  readonly organisation: string | null
  readonly account: string
  readonly accountDid: string
  readonly accountKind: AccountKind
  readonly accountRoles: readonly MarketRole[]
  /** A representative's own roles after the administrator's limits, otherwise the account's. */
  readonly roles: readonly Role[]
  readonly actors: readonly Actor[]
  readonly operator: boolean
  /** May administer the company's users and systems. */
  readonly companyAdministrator: boolean
  /** Seconds since 1970. */
  readonly expiresAt: number
}

/** A machine that signs its requests (RFC 9421) or shows its certificate (mutual TLS). */
export interface System {
  readonly kind: 'system'
  readonly id: string
  /** null for the marketplace's own parts. */
  readonly account: string | null
  readonly scopes: readonly Scope[]
  /** Ids, or prefixes that end in `*`. */
  readonly meters: readonly string[]
}

export type Caller = Person | System | { readonly kind: 'nobody' }

/** @example coversMeter(['home-1', 'feeder-3.*'], 'feeder-3.m7') // true */
export const coversMeter = (meters: readonly string[], meter: string): boolean =>
  meters.some((one) => (one.endsWith('*') ? meter.startsWith(one.slice(0, -1)) : one === meter))

/** Whether two entries have a meter in common. */
export const overlaps = (a: string, b: string): boolean => {
  const [left, right] = [a.replace(/\*$/, ''), b.replace(/\*$/, '')]
  if (a.endsWith('*') && b.endsWith('*')) return left.startsWith(right) || right.startsWith(left)
  if (a.endsWith('*')) return right.startsWith(left)
  return b.endsWith('*') ? left.startsWith(right) : left === right
}

/** @example addressOf('did:ethr:0x7a69:0xabc…') // '0xabc…'; undefined for other methods */
export const addressOf = (did: string): string | undefined => /^did:ethr:0x[0-9a-f]+:(0x[0-9a-f]{40})$/.exec(did)?.[1]
