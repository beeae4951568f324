import { accountRegistryAbi, listingRegistryAbi } from '@opem/contracts'
import { type Hex, type MarketRole, rolesOfBits } from '@opem/domain'
import { decodeFunctionData } from 'viem'
import type { MarketContract } from '../follower/market-contracts.ts'

/** What whoever governs announces against, or for, somebody: the call behind the timelock in our words. */
export type Decision =
  | { readonly about: 'listing'; readonly decision: 'expel' | 'suspend'; readonly listing: Hex; readonly reason: Hex }
  | { readonly about: 'listing'; readonly decision: 'reinstate'; readonly listing: Hex }
  | { readonly about: 'account'; readonly decision: 'suspend' | 'reinstate' | 'revoke'; readonly account: Hex }
  | {
      readonly about: 'account'
      readonly decision: 'changeRoles'
      readonly account: Hex
      readonly roles: readonly MarketRole[]
    }

/**
 * @param target whose function is called: some have the same name in both
 * @returns undefined when a call decides about no listing and no account
 */
export function decisionOf(target: MarketContract | undefined, data: Hex): Decision | undefined {
  if (target === 'ListingRegistry') return listingDecision(data)
  return target === 'AccountRegistry' ? accountDecision(data) : undefined
}

function listingDecision(data: Hex): Decision | undefined {
  const call = decoded(() => decodeFunctionData({ abi: listingRegistryAbi, data }))
  switch (call?.functionName) {
    case 'expel':
    case 'suspend': {
      const [listing, reason] = call.args
      return { about: 'listing', decision: call.functionName, listing, reason }
    }
    case 'reinstate':
      return { about: 'listing', decision: 'reinstate', listing: call.args[0] }
    default: // of publishing, of the proxy
      return undefined
  }
}

function accountDecision(data: Hex): Decision | undefined {
  const call = decoded(() => decodeFunctionData({ abi: accountRegistryAbi, data }))
  switch (call?.functionName) {
    case 'suspend':
    case 'reinstate':
    case 'revoke':
      return { about: 'account', decision: call.functionName, account: call.args[0] }
    case 'changeRoles':
      return { about: 'account', decision: 'changeRoles', account: call.args[0], roles: rolesOfBits(call.args[1]) }
    default: // of registration, of the proxy
      return undefined
  }
}

/** viem throws at selectors and arguments that the ABI does not know. */
function decoded<T>(decode: () => T): T | undefined {
  try {
    return decode()
  } catch {
    return undefined
  }
}
