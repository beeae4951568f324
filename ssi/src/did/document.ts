import { base58ToBytes } from 'did-jwt'
import type { DIDDocument, DIDResolutionResult, VerificationMethod } from 'did-resolver'
import { type Address, type Hex, hexToBytes, isAddress, size, stringToHex } from 'viem'
import { publicKeyToAddress } from 'viem/accounts'
import type { Did } from './did.ts'
import type { DidHistory } from './history.ts'
import { decompressKey } from './key-bytes.ts'
import type { ResolvedDid, VerificationKey } from './resolver-types.ts'

/**
 * The attribute by which an identity's owner declares a key stolen: its value is the key's address (20 bytes) or public
 * key. It counts for what the key ever signed, before and after, and cannot be taken back.
 */
export const COMPROMISED_ATTRIBUTE = 'opem/compromised'

/**
 * What the verifier needs of a DID document, with whole keys in place of references.
 * @param time the document is as of this time, epoch seconds; left out, it is of now. The library asks as of a block, and
 * the next block of a quiet chain may be days later: keys that ended in between are taken out here
 */
export function toResolvedDid(did: Did, history: DidHistory, result: DIDResolutionResult, time?: number): ResolvedDid {
  const didDocument = result.didDocument as DIDDocument
  const { deactivated = false, versionId = '0' } = result.didDocumentMetadata
  const methods = didDocument.verificationMethod ?? []
  const keys = new Map(methods.map((method) => [method.id, keyOf(method)]))
  const select = (ids: DIDDocument['authentication'] = []): VerificationKey[] =>
    ids
      .flatMap((id) => keys.get(typeof id === 'string' ? id : id.id) ?? [])
      .filter(
        ({ id, address }) => time === undefined || id === `${did}#controller` || isValidAt(history, address, time),
      )
  const controller = keys.get(`${did}#controller`)?.address
  return {
    did,
    version: Number(versionId),
    deactivated,
    ...(controller === undefined ? {} : { controller }),
    authentication: select(didDocument.authentication),
    assertionMethod: select(didDocument.assertionMethod),
    keyAgreement: agreementKeys(didDocument),
    services: didDocument.service ?? [],
    compromised: compromisedIn(history),
  }
}

/** Only what may sign an ES256K JWT or typed data: an address, or a secp256k1 public key by its address. */
function keyOf({ id, type, ...method }: VerificationMethod): VerificationKey | undefined {
  const account = method.blockchainAccountId?.split(':').at(-1)
  if (account !== undefined && isAddress(account, { strict: false }))
    return { id, kind: 'address', address: account.toLowerCase() as Address }
  if (type !== 'EcdsaSecp256k1VerificationKey2019' || !method.publicKeyHex) return undefined
  const address = addressOfKey(`0x${method.publicKeyHex}`)
  return address && { id, kind: 'address', address }
}

/** The delegates whose signatures are the identity's own (ERC-1056). Those of other types act in other ways and sign nothing. */
const SIGNING: ReadonlySet<Hex> = new Set(['veriKey', 'sigAuth'].map((type) => stringToHex(type, { size: 32 })))

/** Whether a delegate or a key set as an attribute was valid, by the last that was recorded of it until then. */
function isValidAt({ changes }: DidHistory, address: Address | undefined, time: number): boolean {
  const last = new Map<string, { readonly value: Hex; readonly end: number }>()
  for (const { validities } of changes.filter((change) => change.time <= time)) {
    for (const { what, value, end, delegateType } of validities) {
      if (delegateType === undefined || SIGNING.has(delegateType)) last.set(what, { value, end })
    }
  }
  return [...last.values()].some(({ value, end }) => end >= time && addressIn(value) === address)
}

const addressIn = (value: Hex): Address | undefined =>
  size(value) === 20 ? (value.toLowerCase() as Address) : addressOfKey(value)

function addressOfKey(value: Hex): Address | undefined {
  const key = decompressKey(value)
  return key && (publicKeyToAddress(key).toLowerCase() as Address)
}

/** Whole keys only: the library keeps references to key agreement keys that were revoked. */
const agreementKeys = ({ keyAgreement = [], verificationMethod = [] }: DIDDocument): ResolvedDid['keyAgreement'] =>
  verificationMethod
    .filter(({ id, type }) => keyAgreement.includes(id) && type === 'X25519KeyAgreementKey2019')
    .map((method) => ({ id: method.id, publicKey: bytesOf(method) }))
    .filter(({ publicKey }) => publicKey.length === 32)

function bytesOf({ publicKeyHex, publicKeyBase58, publicKeyBase64 }: VerificationMethod): Uint8Array {
  if (publicKeyBase58 !== undefined) return base58ToBytes(publicKeyBase58)
  if (publicKeyBase64 !== undefined) return new Uint8Array(Buffer.from(publicKeyBase64, 'base64'))
  return hexToBytes(`0x${publicKeyHex ?? ''}`)
}

function compromisedIn({ changes }: DidHistory): ReadonlySet<Address> {
  const declared = changes
    .flatMap(({ attributes }) => attributes)
    .filter(({ name }) => name === COMPROMISED_ATTRIBUTE)
    .map(({ value }) => addressIn(value))
  return new Set(declared.filter((address) => address !== undefined))
}
