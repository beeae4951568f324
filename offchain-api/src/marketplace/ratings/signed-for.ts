import { ethereumDidRegistryAbi } from '@opem/contracts'
import type { Hex, MarketRole } from '@opem/domain'
import { type PublicClient, recoverAddress, stringToHex } from 'viem'
import { told } from '../../unified-api/chain/chain.ts'

/**
 * Who signed a digest for a party in one of some roles: the owner of its address in ERC-1056, a delegate `opem/<role>` of
 * now, or the owner as a contract (ERC-1271). undefined: nobody who may. @throws ERR_CHAIN_AWAY (retryable)
 */
export const signerFor = (
  client: PublicClient,
  didRegistry: Hex,
  it: { party: Hex; roles: readonly MarketRole[]; digest: Hex; signature: Hex },
): Promise<Hex | undefined> =>
  told(async () => {
    const registry = { address: didRegistry, abi: ethereumDidRegistryAbi } as const
    const owner = await client.readContract({ ...registry, functionName: 'identityOwner', args: [it.party] })
    const signer = await recoverAddress({ hash: it.digest, signature: it.signature }).catch(() => undefined)
    if (signer !== undefined) {
      if (signer === owner) return lower(signer)
      for (const role of it.roles) {
        const args = [it.party, stringToHex(`opem/${role}`, { size: 32 }), signer] as const
        if (await client.readContract({ ...registry, functionName: 'validDelegate', args })) return lower(signer)
      }
    }
    const code = await client.getCode({ address: owner })
    if (code === undefined || code === '0x') return undefined
    const said = await client.verifyHash({ address: owner, hash: it.digest, signature: it.signature })
    return said ? lower(owner) : undefined
  })

const lower = (address: Hex) => address.toLowerCase() as Hex
