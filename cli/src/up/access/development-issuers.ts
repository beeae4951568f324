import { existsSync } from 'node:fs'
import { issuerRegistryAbi } from '@opem/contracts'
import { createKeyFile, openKeyFile } from '@opem/ssi'
import type { CredentialType } from '@opem/ssi/credential'
import { accountIdOf, type Did, didOfAddress } from '@opem/ssi/did'
import {
  type Address,
  type Chain,
  createPublicClient,
  createWalletClient,
  http,
  keccak256,
  type PrivateKeyAccount,
  stringToBytes,
} from 'viem'
import { keyFile } from '../keys.ts'

/**
 * Issuers that stand in for those of the world, on the development chain only: who says who somebody is, and the meter
 * operator who says whose a metering point is. Elsewhere the operator accredits real ones.
 */
export const DEVELOPMENT_ISSUERS = {
  IdentityCredential: 'development-identity-issuer',
  DataSourceCredential: 'development-meter-operator',
} as const satisfies Partial<Record<CredentialType, string>>

type IssuedHere = keyof typeof DEVELOPMENT_ISSUERS

export interface DevelopmentIssuer {
  readonly did: Did
  readonly account: PrivateKeyAccount
}

/** Opens the key of a development issuer; undefined where this marketplace has none. */
export async function developmentIssuer(
  home: string,
  chainId: number,
  type: IssuedHere,
): Promise<DevelopmentIssuer | undefined> {
  const path = keyFile(home, DEVELOPMENT_ISSUERS[type])
  if (!existsSync(path)) return undefined
  const account = await openKeyFile(path)
  return { account, did: didOfAddress(chainId, account.address) }
}

/** Makes the issuers' keys and accredits each for its type. A second call sends nothing. @param operator may accredit */
export async function accreditDevelopmentIssuers(
  home: string,
  chain: Chain,
  registry: Address,
  operator: PrivateKeyAccount,
): Promise<void> {
  const client = createPublicClient({ chain, transport: http() })
  const wallet = createWalletClient({ account: operator, chain, transport: http() })
  for (const [type, name] of Object.entries(DEVELOPMENT_ISSUERS) as [IssuedHere, string][]) {
    const path = keyFile(home, name)
    const { address } = existsSync(path) ? await openKeyFile(path) : await createKeyFile(path)
    const args = [accountIdOf(didOfAddress(chain.id, address)), keccak256(stringToBytes(type))] as const
    const contract = { address: registry, abi: issuerRegistryAbi, args } as const
    if (await client.readContract({ ...contract, functionName: 'isAccredited' })) continue
    const hash = await wallet.writeContract({ ...contract, functionName: 'accredit' })
    await client.waitForTransactionReceipt({ hash, pollingInterval: 50 })
  }
}
