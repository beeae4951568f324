import { hkdfSync } from 'node:crypto'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Hex } from '@opem/domain'
import { createKeyFile, openKeyFile, readPrivateKey } from '@opem/ssi'
import { type DidResolver, didOfAddress } from '@opem/ssi/did'
import { type AgreementKey, agreementKeyOf } from '@opem/ssi/didcomm'
import { bytesToHex, hexToBytes, type PrivateKeyAccount } from 'viem'
import type { Issuer } from './identity.ts'
import { publishAgreementKey } from './publish-agreement-key.ts'

/** The marketplace as a party: its DID, the key it issues with, and those it speaks DIDComm with. */
export interface Marketplace extends Issuer {
  readonly agreementKeys: readonly AgreementKey[]
  /** Makes sure that its DID document shows its key agreement key; wallets answer nobody else. */
  publish(): Promise<void>
}

/** Opens the marketplace's key `dir/marketplace.json` (mode 600), made at the first start. */
export async function openMarketplace({
  dir,
  rpcUrl,
  chainId,
  registry,
  resolver,
  payer,
}: {
  readonly dir: string
  readonly rpcUrl: string
  readonly chainId: number
  readonly registry: Hex
  readonly resolver: DidResolver
  /** Pays for what the marketplace's DID document says. */
  readonly payer: () => Promise<PrivateKeyAccount>
}): Promise<Marketplace> {
  const path = join(dir, 'marketplace.json')
  const account = existsSync(path) ? await openKeyFile(path) : await createKeyFile(path)
  const agreement = agreementKeyOf(derived(await readPrivateKey(path)))
  const did = didOfAddress(chainId, account.address)
  let published: Promise<void> | undefined
  const publish = async () => {
    const { keyAgreement } = await resolver.resolve(did)
    const shown = keyAgreement.some(({ publicKey }) => bytesToHex(publicKey) === bytesToHex(agreement.publicKey))
    if (!shown)
      await publishAgreementKey({
        ...{ rpcUrl, chainId, registry, owner: account, payer: await payer(), publicKey: agreement.publicKey },
      })
  }
  return {
    ...{ did, signer: account, agreementKeys: [agreement] },
    publish() {
      published ??= publish().catch((cause) => {
        published = undefined
        throw cause
      })
      return published
    },
  }
}

// A key of its own for its own purpose (RFC 5869), so that one file holds all there is to back up.
const derived = (key: Hex): Uint8Array =>
  new Uint8Array(hkdfSync('sha256', hexToBytes(key), '', 'opem marketplace key agreement 1', 32))
