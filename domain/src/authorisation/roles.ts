/** What an account may be in the marketplace, in the order of the bits on chain (IAccountRegistry.sol: 1, 2, 4, 8). */
export const MARKET_ROLES = ['data-provider', 'service-provider', 'data-user', 'service-user'] as const
export type MarketRole = (typeof MARKET_ROLES)[number]

/** What a company may let its representative be: a role of its own, or its administrator, who has all of them. */
export const ROLES = ['administrator', ...MARKET_ROLES] as const
export type Role = (typeof ROLES)[number]

/** The columns of D2.3 Table 5. */
export const ACTORS = [...MARKET_ROLES, 'operator'] as const
export type Actor = (typeof ACTORS)[number]

/** @example roleBits(['data-provider', 'service-user']) // 9 */
export const roleBits = (roles: readonly MarketRole[]): number =>
  MARKET_ROLES.reduce((bits, role, index) => (roles.includes(role) ? bits | (1 << index) : bits), 0)

/** The roles of a bitmap, in table order; bits that no role has are no role. */
export const rolesOfBits = (bits: number): MarketRole[] =>
  MARKET_ROLES.filter((_, index) => (bits & (1 << index)) !== 0)

/**
 * As whom a caller acts. A citizen or machine acts in all roles of its account. A representative acts in the account's
 * roles that the company gave them too; as administrator, in all of the account's. Nobody acts in a role that the
 * account lacks, and nobody becomes the marketplace's operator by a role.
 * @param representativeRoles left out for the account's own holder; empty means no role at all
 * @example actorsOf({ accountRoles: ['data-user'], representativeRoles: ['administrator'], operator: false }) // ['data-user']
 */
export function actorsOf({
  accountRoles,
  representativeRoles,
  operator,
}: {
  readonly accountRoles: readonly MarketRole[]
  readonly representativeRoles?: readonly Role[] | undefined
  readonly operator: boolean
}): Actor[] {
  const given = (role: MarketRole) =>
    representativeRoles === undefined ||
    representativeRoles.includes('administrator') ||
    representativeRoles.includes(role)
  const roles: Actor[] = MARKET_ROLES.filter((role) => accountRoles.includes(role) && given(role))
  return operator ? [...roles, 'operator'] : roles
}
