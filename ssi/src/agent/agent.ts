import { OpemError } from '@opem/domain'
import {
  createAgent as createVeramoAgent,
  type ICredentialIssuer,
  type IDIDManager,
  type IKeyManager,
  type TAgent,
} from '@veramo/core'
import { CredentialPlugin } from '@veramo/credential-w3c'
import { DIDManager } from '@veramo/did-manager'
import { KeyManager } from '@veramo/key-manager'
import { KeyManagementSystem } from '@veramo/kms-local'
import { type Address, type Hex, hexToBytes, type LocalAccount, stringToHex } from 'viem'
import { publicKeyToAddress } from 'viem/accounts'
import type { ClaimsOf, CredentialType } from '../credential/claims.ts'
import { addressOfDid, type Did, didOfAddress } from '../did/did.ts'
import { COMPROMISED_ATTRIBUTE } from '../did/document.ts'
import { opemCredentialProvider } from './credential-provider.ts'
import { ownerAccount } from './owner-account.ts'
import { createRegistryWriter, type OwnerSigner, type RegistryWriterOptions } from './registry-writer.ts'
import { openSealedFile } from './sealed-file.ts'
import { openStores } from './stores.ts'

export interface AgentOptions extends RegistryWriterOptions {
  readonly chainId: number
  /** The key store: a file of mode 600, sealed with the secret. */
  readonly path: string
  /** At least 16 characters, from the environment (OPEM_AGENT_SECRET) or a file of mode 600. */
  readonly secret: string
}

export type Agent = Awaited<ReturnType<typeof openAgent>>

const KMS = 'local'
const PROVIDER = 'did:ethr'
const ISSUER = 'marketplace'
/** Seconds for which keys and endpoints are published: ten years. ERC-1056 libraries' own default is one day. */
export const ATTRIBUTE_LIFETIME = 315_360_000n

type Veramo = TAgent<IKeyManager & IDIDManager & ICredentialIssuer>

/**
 * Opens the marketplace's agent, with a new DID when the key store is empty. It holds the DID's keys, publishes what
 * others need to reach it, and issues; nothing is verified through it.
 * @throws ERR_SECRET, ERR_SEALED, ERR_SEALED_MODE, ERR_CHAIN_UNREACHABLE (retryable), ERR_AGENT_KEY
 */
export async function openAgent({ chainId, path, secret, ...chain }: AgentOptions) {
  const { privateKeys, keys, dids } = openStores(openSealedFile(path, secret))
  const veramo = createVeramoAgent<IKeyManager & IDIDManager & ICredentialIssuer>({
    plugins: [
      new KeyManager({ store: keys, kms: { [KMS]: new KeyManagementSystem(privateKeys) } }),
      new DIDManager({ store: dids, defaultProvider: PROVIDER, providers: {} }),
      new CredentialPlugin([opemCredentialProvider]),
    ],
  })
  const writer = createRegistryWriter(chain)
  const addressOfKey = async (kid: string): Promise<Address> =>
    publicKeyToAddress(`0x${(await veramo.keyManagerGet({ kid })).publicKeyHex}`)
  const signerWith =
    (kid: string): OwnerSigner =>
    async (hash) =>
      (await veramo.keyManagerSign({ keyRef: kid, data: hash, algorithm: 'eth_rawSign', encoding: 'hex' })) as Hex

  const did =
    (await dids.listDIDs()).find(({ alias }) => alias === ISSUER)?.did ?? (await createDid(veramo, dids, chainId))
  const identity = addressOfDid(did as Did)!

  /** A rotation that was cut short is finished or forgotten here: the chain says which key is the owner's. */
  const adoptOwner = async (): Promise<string> => {
    const owner = (await writer.ownerOf(identity)).toLowerCase()
    for (const { kid, type } of await keys.listKeys()) {
      if (type !== 'Secp256k1' || (await addressOfKey(kid)).toLowerCase() !== owner) continue
      const known = await dids.getDID({ did })
      if (known.controllerKeyId !== kid) await dids.importDID({ ...known, controllerKeyId: kid })
      return kid
    }
    throw new OpemError({
      code: 'ERR_AGENT_KEY',
      shortMessage: `The DID ${did} belongs to ${owner}, whose key is not in ${path}: restore the key store that holds it.`,
    })
  }
  await adoptOwner()

  const agreement = (await keys.listKeys()).find(({ type }) => type === 'X25519')
  const agreementKid = agreement?.kid ?? (await veramo.keyManagerCreate({ kms: KMS, type: 'X25519' })).kid
  const agreementKey = async () => {
    const [{ publicKeyHex }, { privateKeyHex }] = await Promise.all([
      keys.getKey({ kid: agreementKid }),
      privateKeys.getKey({ alias: agreementKid }),
    ])
    return { publicKey: hexToBytes(`0x${publicKeyHex}`), privateKey: hexToBytes(`0x${privateKeyHex}`) }
  }

  const publish = async (name: string, value: Hex): Promise<void> =>
    writer.setAttribute(identity, name, value, ATTRIBUTE_LIFETIME, signerWith(await adoptOwner()))

  return {
    did: did as Did,
    veramo: veramo as Veramo,
    /** The X25519 key of DIDComm. The private half leaves the agent only in memory. */
    agreementKey,
    /** Its present owner as an account: what it sends, it pays for itself. */
    ownerAccount: async (): Promise<LocalAccount> => {
      const kid = await adoptOwner()
      return ownerAccount(await addressOfKey(kid), signerWith(kid))
    },
    /** Publishes the key under which others encrypt to the agent. */
    publishAgreementKey: async (): Promise<void> =>
      publish('did/pub/X25519/enc/base58', `0x${Buffer.from((await agreementKey()).publicKey).toString('hex')}`),
    /** Publishes where the agent takes DIDComm v2 messages. */
    publishEndpoint: (uri: string): Promise<void> =>
      publish('did/svc/DIDCommMessaging', stringToHex(JSON.stringify({ uri, accept: ['didcomm/v2'] }))),
    /**
     * Hands the DID to a new key. What the old one issued stays valid, unless it is declared stolen.
     * @param compromised declare the old key stolen
     * @returns the new owner's address
     */
    rotate: async ({ compromised = false } = {}): Promise<Address> => {
      const old = await adoptOwner()
      const next = (await veramo.keyManagerCreate({ kms: KMS, type: 'Secp256k1' })).kid
      await writer.changeOwner(identity, await addressOfKey(next), signerWith(old))
      await adoptOwner()
      if (compromised) await publish(COMPROMISED_ATTRIBUTE, await addressOfKey(old))
      await veramo.keyManagerDelete({ kid: old })
      return addressOfKey(next)
    },
    /** Issues a credential through Veramo. Times are epoch seconds. */
    issue: async <T extends CredentialType>(terms: {
      readonly type: T
      readonly subject: Did
      readonly claims: ClaimsOf<T>
      readonly expiresAt: number
      readonly issuedAt?: number
      readonly jti?: string
    }): Promise<string> => {
      const instant = (seconds: number) => new Date(seconds * 1000).toISOString()
      const { proof } = await veramo.createVerifiableCredential({
        proofFormat: 'jwt',
        credential: {
          ...(terms.jti === undefined ? {} : { id: terms.jti }),
          issuer: did,
          type: ['VerifiableCredential', terms.type],
          issuanceDate: instant(terms.issuedAt ?? Math.floor(Date.now() / 1000)),
          expirationDate: instant(terms.expiresAt),
          credentialSubject: { id: terms.subject, ...terms.claims },
        },
      })
      return (proof as { jwt: string }).jwt
    },
  }
}

/** Veramo's own did:ethr are public keys; ours are addresses, the canonical form. */
async function createDid(
  veramo: TAgent<IKeyManager>,
  dids: ReturnType<typeof openStores>['dids'],
  chainId: number,
): Promise<Did> {
  const key = await veramo.keyManagerCreate({ kms: KMS, type: 'Secp256k1' })
  const did = didOfAddress(chainId, publicKeyToAddress(`0x${key.publicKeyHex}`))
  await dids.importDID({ did, alias: ISSUER, provider: PROVIDER, controllerKeyId: key.kid, keys: [key], services: [] })
  return did
}
