import { ethereumDidRegistryAbi } from '@opem/contracts'
import type { Hex, MarketRole } from '@opem/domain'
import { type PublicClient, parseAbi, parseSignature, recoverAddress, size, stringToHex } from 'viem'
import { answeredNothing, revertOf, told } from '../unified-api/chain/told.ts'

const ERC_1271 = parseAbi(['function isValidSignature(bytes32 hash, bytes signature) view returns (bytes4)'])
/** What a contract answers for its own signature (ERC-1271). */
const SIGNED = '0x1626ba7e'
/** Half the order of secp256k1. The same signature has a second spelling above it, which the contracts do not take. */
const HIGHEST_S = 0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0n

/**
 * Who signed a digest for a party in one of some roles, by the contracts' own rule (Representatives.sol): the owner of its
 * address in ERC-1056, a delegate `opem/<role>` of now, or the owner as a contract (ERC-1271). Lower case; undefined: nobody
 * who may. @throws ERR_CHAIN_AWAY (retryable)
 */
export const signerFor = (
  client: PublicClient,
  didRegistry: Hex,
  it: { party: Hex; roles: readonly MarketRole[]; digest: Hex; signature: Hex },
): Promise<Hex | undefined> =>
  told(async () => {
    const registry = { address: didRegistry, abi: ethereumDidRegistryAbi } as const
    const owner = await client.readContract({ ...registry, functionName: 'identityOwner', args: [it.party] })
    const signer = await keyOf(it.digest, it.signature)
    if (signer === owner) return lower(owner)
    if (signer !== undefined)
      for (const role of it.roles) {
        const args = [it.party, stringToHex(`opem/${role}`, { size: 32 }), signer] as const
        if (await client.readContract({ ...registry, functionName: 'validDelegate', args })) return lower(signer)
      }
    return (await saysItself(client, owner, it)) ? lower(owner) : undefined
  })

/** Whose key made a signature: 65 bytes, `s` in the lower half, `v` 27 or 28; undefined for anything else. */
async function keyOf(digest: Hex, signature: Hex): Promise<Hex | undefined> {
  try {
    const { s, v } = parseSignature(signature)
    if (size(signature) !== 65 || BigInt(s) > HIGHEST_S || (v !== 27n && v !== 28n)) return undefined
    return await recoverAddress({ hash: digest, signature })
  } catch {
    return undefined
  }
}

async function saysItself(
  client: PublicClient,
  owner: Hex,
  { digest, signature }: { digest: Hex; signature: Hex },
): Promise<boolean> {
  const code = await client.getCode({ address: owner })
  if (code === undefined || code === '0x') return false
  const call = { address: owner, abi: ERC_1271, functionName: 'isValidSignature', args: [digest, signature] } as const
  try {
    return (await client.readContract(call)) === SIGNED
  } catch (cause) {
    if (revertOf(cause) !== undefined || answeredNothing(cause)) return false
    throw cause
  }
}

const lower = (address: Hex) => address.toLowerCase() as Hex
