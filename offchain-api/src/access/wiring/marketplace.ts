import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Hex } from '@opem/domain'
import { createKeyFile, openKeyFile } from '@opem/ssi'
import { didOfAddress } from '@opem/ssi/did'
import type { AgreementKey } from '@opem/ssi/didcomm'
import type { PrivateKeyAccount } from 'viem'
import type { Issuer } from './identity.ts'

/** The marketplace as a party: its DID, the key it issues with, and those it speaks DIDComm with. */
export interface Marketplace extends Issuer {
  readonly agreementKeys: readonly AgreementKey[]
}

export async function openMarketplace({
  dir,
  chainId,
}: {
  readonly dir: string
  readonly rpcUrl: string
  readonly chainId: number
  readonly registry: Hex
  /** Pays for what the marketplace's DID document says. */
  readonly payer: PrivateKeyAccount
}): Promise<Marketplace> {
  const path = join(dir, 'marketplace.json')
  const account = existsSync(path) ? await openKeyFile(path) : await createKeyFile(path)
  return { did: didOfAddress(chainId, account.address), signer: account, agreementKeys: [] }
}
