import { type Hex, toHex } from '../commitment/bytes.ts'
import { MARKET_ROLES, type MarketRole, type Role } from './roles.ts'

/**
 * The ERC-1056 delegate type under which a company lets an address act for it on chain in one role: `opem/<role>` in
 * UTF-8, padded with zeros on the right to 32 bytes. Contracts ask `validDelegate(company, type, address)`.
 * @example delegateTypeOf('data-user') // 0x6f70656d2f646174612d75736572000…
 */
export function delegateTypeOf(role: MarketRole): Hex {
  const word = new Uint8Array(32)
  word.set(new TextEncoder().encode(`opem/${role}`))
  return toHex(word)
}

/** The role of a delegate type; undefined for what is none of ours (`veriKey`, `sigAuth`). */
export const roleOfDelegateType = (type: string): MarketRole | undefined =>
  MARKET_ROLES.find((role) => delegateTypeOf(role) === type.toLowerCase())

/** In which roles a representative may act on chain: those given, an administrator in all four. Whether the company's account has them, the contract asks. */
export const delegatedRoles = (roles: readonly Role[]): MarketRole[] =>
  MARKET_ROLES.filter((role) => roles.includes('administrator') || roles.includes(role))
