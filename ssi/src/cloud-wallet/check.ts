import type { Did, DidResolver } from '../did/index.ts'
import { createChainPorts, createCommunityPorts, verifyCredential } from '../verifier/index.ts'
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
    const communities = createCommunityPorts({ rpcUrl, chainId, factory: addresses.CommunityFactory })
    const ports = { ...createChainPorts({ rpcUrl, addresses }), ...communities, resolver, chainId, marketplace }
    return verifyCredential(jwt, { now: now() }, ports)
  }
