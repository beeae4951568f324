import { revocationRegistryAbi, revocationTypedData } from '@opem/contracts'
import type { Address, Hex, LocalAccount } from 'viem'
import { credentialIdOf } from '../credential/index.ts'
import type { WalletChain } from './wallet-chain.ts'

/** Seconds in which a signed revocation must be sent. */
const DEADLINE = 600

/**
 * Revokes credentials for ever, each known by its issuer and `jti`.
 * @param owner the issuer's key
 * @param payer who sends it: the issuer itself, or anybody, to whom the issuer's signature is enough (EIP-712)
 */
export async function revokeOnChain(
  chain: WalletChain,
  owner: LocalAccount,
  issuer: Address,
  jtis: readonly string[],
  payer: LocalAccount = owner,
): Promise<Hex> {
  const door = { address: chain.addresses.RevocationRegistry, abi: revocationRegistryAbi }
  const ids = jtis.map(credentialIdOf)
  if (payer.address === owner.address)
    return chain.send(payer, { ...door, functionName: 'revoke', args: [issuer, ids] })
  const [nonce, { timestamp }] = await Promise.all([
    chain.client.readContract({ ...door, functionName: 'nonces', args: [issuer] }),
    chain.client.getBlock(),
  ])
  const deadline = timestamp + BigInt(DEADLINE)
  const signature = await owner.signTypedData(
    revocationTypedData({
      ...{ chainId: chain.chainId, registry: door.address, issuer },
      ...{ credentialIds: ids, nonce, deadline },
    }),
  )
  return chain.send(payer, { ...door, functionName: 'revokeSigned', args: [issuer, ids, deadline, signature] })
}

/** When the issuer revoked a credential, epoch seconds; undefined when it did not. */
export async function revokedAt(chain: WalletChain, issuer: Address, jti: string): Promise<number | undefined> {
  const door = { address: chain.addresses.RevocationRegistry, abi: revocationRegistryAbi }
  const args = [issuer, credentialIdOf(jti)] as const
  return Number(await chain.client.readContract({ ...door, functionName: 'revokedAt', args })) || undefined
}
