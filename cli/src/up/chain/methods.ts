/** What the door does with a JSON-RPC method. */
export type Treatment = 'read' | 'call' | 'transaction' | 'development' | 'refused'

// Everything that only looks. Signing with anvil's own well-known keys and sending from its unlocked accounts is not reading.
const READS = /^(eth_(?!send|sign|submit|resend|fill)|net_|web3_|debug_(?!set)|trace_|txpool_|ots_|erigon_)/
const ALSO_READS = new Set(['anvil_nodeInfo', 'anvil_metadata', 'hardhat_metadata', 'rpc_modules'])

// Run on top of the latest state at the present time: see `asPending`.
const CALLS = new Set(['eth_call', 'eth_estimateGas', 'eth_createAccessList'])

// Development calls that can be repeated from the journal. What rewinds or replaces the chain (evm_revert, anvil_reset,
// anvil_loadState, anvil_reorg …) or mines behind the door's back (evm_setAutomine …) is never let through.
const REPEATABLE =
  /^(?:(?:anvil|hardhat)_(?:setBalance|setCode|setNonce|setStorageAt|impersonateAccount|stopImpersonatingAccount|autoImpersonateAccount)|eth_sendTransaction)$/
const CLOCK = new Set(['evm_mine', 'evm_increaseTime', 'evm_setNextBlockTimestamp'])

export function treatmentOf(method: string, developmentRpc: boolean): Treatment {
  if (method === 'eth_sendRawTransaction') return 'transaction'
  if (CALLS.has(method)) return 'call'
  if (READS.test(method) || ALSO_READS.has(method)) return 'read'
  if (developmentRpc && (REPEATABLE.test(method) || CLOCK.has(method))) return 'development'
  return 'refused'
}

/**
 * A call on `latest` (the default) as a call on `pending`. Blocks are mined on demand, so the latest block may be hours old,
 * and a contract that looks at the clock would refuse in a simulation what it accepts in the next block.
 */
export function asPending(params: readonly unknown[]): unknown[] {
  const [transaction, block, ...rest] = params
  return [transaction, block === undefined || block === null || block === 'latest' ? 'pending' : block, ...rest]
}
