import { type DIDDoc, type DIDResolver, Message, type SecretsResolver } from 'didcomm-node'
import { type DidResolver, parseDid, type ResolvedDid } from '../did/index.ts'
import type { AgreementKey } from './agreement-key.ts'
import type { EnvelopeProof } from './check-message.ts'

/** What didcomm-node asks: documents of DIDs, and our own secrets. */
export interface LibraryPorts {
  readonly resolver: DIDResolver
  readonly secrets: SecretsResolver
}

const base64url = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url')
const jwkOf = (publicKey: Uint8Array) => ({ kty: 'OKP', crv: 'X25519', x: base64url(publicKey) })

/** The part of a DID document that messages need: its X25519 keys. Keys of another DID are left out. */
const documentOf = ({ did, keyAgreement }: ResolvedDid): DIDDoc => {
  const own = keyAgreement.filter(({ id, publicKey }) => id.startsWith(`${did}#`) && publicKey.length === 32)
  return {
    id: did,
    keyAgreement: own.map(({ id }) => id),
    authentication: [],
    verificationMethod: own.map(({ id, publicKey }) => ({
      id,
      type: 'JsonWebKey2020',
      controller: did,
      publicKeyJwk: jwkOf(publicKey),
    })),
    service: [],
  }
}

/**
 * The library's view of our DIDs and keys. A DID that is not in canonical form is not resolved. Which of our keys has
 * which id, our own document says.
 * @returns `failure`: what resolving threw; the library would hide it behind an error of its own
 */
export function libraryPorts(
  did: string,
  keys: readonly AgreementKey[],
  resolver: DidResolver,
  chainId: number,
): LibraryPorts & { readonly failure: () => unknown } {
  let failure: unknown
  const resolve = async (text: string): Promise<ResolvedDid | null> => {
    const parsed = parseDid(text, chainId)
    if (!parsed.ok || parsed.value !== text) return null
    try {
      const resolved = await resolver.resolve(parsed.value)
      return resolved.deactivated ? null : resolved
    } catch (error) {
      failure = error
      throw error
    }
  }
  const ownKeys = async (): Promise<Map<string, AgreementKey>> => {
    const found = new Map<string, AgreementKey>()
    for (const { id, publicKey } of (await resolve(did))?.keyAgreement ?? []) {
      const key = keys.find((candidate) => Buffer.from(candidate.publicKey).equals(publicKey))
      if (key) found.set(id, key)
    }
    return found
  }
  return {
    failure: () => failure,
    resolver: {
      resolve: async (text) => {
        const resolved = await resolve(text)
        return resolved && documentOf(resolved)
      },
    },
    secrets: {
      find_secrets: async (ids) => {
        const own = await ownKeys()
        return ids.filter((id) => own.has(id))
      },
      get_secret: async (id) => {
        const key = (await ownKeys()).get(id)
        if (!key) return null
        const privateKeyJwk = { ...jwkOf(key.publicKey), d: base64url(key.privateKey) }
        return { id, type: 'JsonWebKey2020', privateKeyJwk }
      },
    },
  }
}

/** Opens an envelope; what it holds is not believed yet (`checkMessage`). Throws the library's own errors. */
export async function openEnvelope(
  packed: string,
  { resolver, secrets }: LibraryPorts,
): Promise<{ readonly message: unknown; readonly proof: EnvelopeProof }> {
  const [opened, proof] = await Message.unpack(packed, resolver, secrets, {})
  return { message: released(opened, () => opened.as_value()), proof: proof as EnvelopeProof }
}

/** Seals a message for all keys of its one recipient, authenticated by its sender (ECDH-1PU, A256CBC-HS512). */
export async function sealEnvelope(
  message: object,
  to: string,
  from: string,
  { resolver, secrets }: LibraryPorts,
): Promise<string> {
  const plain = new Message(message as ConstructorParameters<typeof Message>[0])
  try {
    const [packed] = await plain.pack_encrypted(to, from, null, resolver, secrets, { forward: false })
    return packed
  } finally {
    released(plain, () => undefined)
  }
}

/** Messages live in the memory of WebAssembly, which no garbage collector empties. */
function released<T>(message: Message, read: () => T): T {
  const value = read()
  ;(message as { free?: () => void }).free?.()
  return value
}
