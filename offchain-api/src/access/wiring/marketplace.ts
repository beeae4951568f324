import { join } from 'node:path'
import type { Hex } from '@opem/domain'
import type { ClaimsOf } from '@opem/ssi/credential'
import type { Did, DidResolver } from '@opem/ssi/did'
import type { AgreementKey } from '@opem/ssi/didcomm'
import {
  bytesToHex,
  compactSignatureToSignature,
  type PrivateKeyAccount,
  parseCompactSignature,
  serializeSignature,
} from 'viem'

/** The marketplace as a party: its DID, what it issues, and the keys it speaks DIDComm with. */
export interface Marketplace {
  readonly did: Did
  issueAccount(it: {
    readonly subject: Did
    readonly claims: ClaimsOf<'AccountCredential'>
    readonly expiresAt: number
    readonly jti: string
  }): Promise<string>
  issueReceipt(it: {
    readonly subject: Did
    readonly claims: ClaimsOf<'ReceiptCredential'>
    readonly issuedAt: number
    readonly expiresAt: number
    readonly jti: string
  }): Promise<string>
  agreementKeys(): Promise<readonly AgreementKey[]>
  /** Signs as the DID's owner, for whoever resolves it. r, s and v: 65 bytes. */
  sign(hash: Hex): Promise<Hex>
}

/**
 * Opens the marketplace's agent: keys sealed in `dir/agent.json`, made at the first start with the secret that is given,
 * or one of its own in `dir/agent-secret` (mode 600).
 * @throws ERR_SECRET, ERR_SEALED, ERR_AGENT_KEY; ERR_CHAIN_UNREACHABLE (retryable)
 */
export async function openMarketplace({
  dir,
  secret,
  resolver,
  payer,
  ...chain
}: {
  readonly dir: string
  readonly secret: string | undefined
  readonly rpcUrl: string
  readonly chainId: number
  /** ERC-1056. */
  readonly registry: Hex
  readonly resolver: DidResolver
  /** Pays for what the marketplace's DID document says. */
  readonly payer: PrivateKeyAccount
}): Promise<Marketplace> {
  // Only who issues needs Veramo: an API that waits for its chain starts without it.
  const { agentSecret, openAgent } = await import('@opem/ssi/agent')
  const sealed = agentSecret(secret, join(dir, 'agent-secret'))
  const agent = await openAgent({ ...chain, payer, path: join(dir, 'agent.json'), secret: sealed })
  let published: Promise<void> | undefined

  /** Wallets answer nobody whose DID document does not show the key. */
  async function publish(): Promise<void> {
    const { publicKey } = await agent.agreementKey()
    const { keyAgreement } = await resolver.resolve(agent.did)
    const shown = keyAgreement.some((key) => bytesToHex(key.publicKey) === bytesToHex(publicKey))
    if (!shown) await agent.publishAgreementKey()
  }

  return {
    did: agent.did,
    issueAccount: (it) => agent.issue({ type: 'AccountCredential', ...it }),
    issueReceipt: (it) => agent.issue({ type: 'ReceiptCredential', ...it }),
    async agreementKeys() {
      published ??= publish().catch((cause) => {
        published = undefined
        throw cause
      })
      await published
      return [await agent.agreementKey()]
    },
    async sign(data) {
      const { controllerKeyId } = await agent.veramo.didManagerGet({ did: agent.did })
      const signing = { keyRef: controllerKeyId!, data, algorithm: 'eth_rawSign', encoding: 'hex' } as const
      // ERC-2098 hides the parity in s: as r and s of a JWS it would be a wrong signature half of the time.
      const compact = (await agent.veramo.keyManagerSign(signing)) as Hex
      return serializeSignature(compactSignatureToSignature(parseCompactSignature(compact)))
    },
  }
}
