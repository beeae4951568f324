import type { Hex } from '@opem/domain'
import { parseAbi, parseSignature } from 'viem'
import { useConnection, usePublicClient, useSignTypedData } from 'wagmi'
import type { Permit } from '../actions/billing-actions.ts'

const TOKEN = parseAbi([
  'function eip712Domain() view returns (bytes1 fields, string name, string version, uint256 chainId, address verifyingContract, bytes32 salt, uint256[] extensions)',
  'function nonces(address owner) view returns (uint256)',
])
const PERMIT = {
  Permit: [
    { name: 'owner', type: 'address' },
    { name: 'spender', type: 'address' },
    { name: 'value', type: 'uint256' },
    { name: 'nonce', type: 'uint256' },
    { name: 'deadline', type: 'uint256' },
  ],
} as const
/** Seconds in which the transaction must follow, by the chain's own clock. */
const WITHIN = 86_400n

/** Asks the wallet to let the escrow take an amount of its tokens (ERC-2612): one signature, no transaction. */
export function usePermit() {
  const client = usePublicClient()
  const { address: owner } = useConnection()
  const sign = useSignTypedData()
  return async (token: Hex, spender: Hex, value: bigint): Promise<Permit> => {
    if (client === undefined || owner === undefined) throw new Error('No wallet is connected. Connect one first.')
    const contract = { address: token, abi: TOKEN } as const
    const [[, name, version, chainId, verifyingContract], nonce, { timestamp }] = await Promise.all([
      client.readContract({ ...contract, functionName: 'eip712Domain' }),
      client.readContract({ ...contract, functionName: 'nonces', args: [owner] }),
      client.getBlock(),
    ])
    const deadline = timestamp + WITHIN
    const signature = await sign.mutateAsync({
      ...{ domain: { name, version, chainId: Number(chainId), verifyingContract }, types: PERMIT },
      ...{ primaryType: 'Permit', message: { owner, spender, value, nonce, deadline } },
    })
    const { r, s, yParity } = parseSignature(signature)
    return { deadline, v: 27 + yParity, r, s }
  }
}
