import { energyCommunityAbi } from '@opem/contracts'
import { OpemError } from '@opem/domain'
import { type Address, createPublicClient, http } from 'viem'
import { type Did, type DidResolver, didOfAddress } from '../did/index.ts'
import { createChainPorts, type VerifierPorts, verifyCredential } from '../verifier/index.ts'
import type { CheckCredential } from './holder.ts'
import type { ChainOptions } from './wallet-chain.ts'

/**
 * Checks credentials as the marketplace itself does, before a wallet keeps them: what the marketplace would refuse later
 * is not taken in.
 * @param marketplace issuer of Account and Receipt credentials
 */
export const createCheck =
  (chain: ChainOptions, resolver: DidResolver, marketplace: Did, now: () => number): CheckCredential =>
  (jwt) => {
    const { rpcUrl, chainId, addresses } = chain
    const communityAdministrator = administratorOn(chain)
    const ports = { ...createChainPorts({ rpcUrl, addresses }), resolver, chainId, marketplace, communityAdministrator }
    return verifyCredential(jwt, { now: now() }, ports)
  }

/** Who may issue Member credentials: the community's contract says who administers it. */
const administratorOn =
  ({ rpcUrl, chainId }: ChainOptions): NonNullable<VerifierPorts['communityAdministrator']> =>
  async (community) => {
    const client = createPublicClient({ transport: http(rpcUrl, { timeout: 5_000, retryCount: 0 }) })
    const address = community as Address
    try {
      if ((await client.getCode({ address })) === undefined) return undefined
      const call = { address, abi: energyCommunityAbi, functionName: 'administrator' } as const
      return didOfAddress(chainId, await client.readContract(call))
    } catch (cause) {
      throw new OpemError({
        code: 'ERR_CHAIN_UNREACHABLE',
        shortMessage: `Who administers the community ${community} could not be read: try again when the chain answers.`,
        cause,
        retryable: true,
      })
    }
  }
