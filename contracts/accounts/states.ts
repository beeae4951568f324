/** AccountStatus of `contracts/accounts/IAccountRegistry.sol` in words, by its number. */
export const ACCOUNT_STATUSES = ['none', 'pending', 'active', 'suspended', 'revoked'] as const
export type AccountStatus = (typeof ACCOUNT_STATUSES)[number]

/** AccountKind of the same, by its number. */
export const ACCOUNT_KINDS = ['company', 'citizen', 'machine'] as const
export type AccountKind = (typeof ACCOUNT_KINDS)[number]

/** Bits of an account's roles. */
export const ACCOUNT_ROLES = { 'data-provider': 1, 'service-provider': 2, 'data-user': 4, 'service-user': 8 } as const
