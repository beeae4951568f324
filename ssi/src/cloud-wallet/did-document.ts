import { ethereumDidRegistryAbi } from '@opem/contracts'
import { type Address, encodePacked, type Hex, keccak256, type LocalAccount, parseSignature, stringToHex } from 'viem'
import type { WalletChain } from './wallet-chain.ts'

/** A change of a DID document on its ERC-1056 registry. */
export type DocumentChange =
  | { readonly kind: 'setAttribute'; readonly name: string; readonly value: Hex }
  | { readonly kind: 'revokeAttribute'; readonly name: string; readonly value: Hex }
  | { readonly kind: 'changeOwner'; readonly newOwner: Address }
  /** `type`: 32 bytes (`delegateTypeOf`); `seconds` from the block in which it is written. */
  | { readonly kind: 'addDelegate'; readonly type: Hex; readonly delegate: Address; readonly seconds: bigint }
  | { readonly kind: 'revokeDelegate'; readonly type: Hex; readonly delegate: Address }

/** X25519 key agreement, 32 raw bytes (ethr-did-resolver writes them as base58). */
export const AGREEMENT_ATTRIBUTE = 'did/pub/X25519/enc/base58'
/** DIDComm v2 §"DID Document Service Endpoint". */
export const ENDPOINT_ATTRIBUTE = 'did/svc/DIDCommMessaging'
/** A key that its owner declares stolen: nothing that it ever signed counts. */
export const COMPROMISED_ATTRIBUTE = 'opem/compromised'

/** Ten years, seconds: the registry's attributes end by themselves, and a wallet that lost its key agreement is deaf. */
const VALIDITY = 315_360_000n

/** The value of an endpoint's attribute. */
export const endpointValue = (uri: string): Hex =>
  stringToHex(JSON.stringify({ uri, accept: ['didcomm/v2'], routingKeys: [] }))

const nameWord = (name: string): Hex => stringToHex(name, { size: 32 })

function argumentsOf(change: DocumentChange): { readonly types: readonly string[]; readonly values: unknown[] } {
  switch (change.kind) {
    case 'setAttribute':
      return { types: ['bytes32', 'bytes', 'uint256'], values: [nameWord(change.name), change.value, VALIDITY] }
    case 'revokeAttribute':
      return { types: ['bytes32', 'bytes'], values: [nameWord(change.name), change.value] }
    case 'changeOwner':
      return { types: ['address'], values: [change.newOwner] }
    case 'addDelegate':
      return { types: ['bytes32', 'address', 'uint256'], values: [change.type, change.delegate, change.seconds] }
    case 'revokeDelegate':
      return { types: ['bytes32', 'address'], values: [change.type, change.delegate] }
  }
}

/**
 * Changes the document of `identity`.
 * @param owner the identity's owner in the registry
 * @param payer who sends the transaction and pays: the owner itself, or anybody to whom the owner's signature is enough
 */
export async function changeDocument(
  chain: WalletChain,
  owner: LocalAccount,
  identity: Address,
  change: DocumentChange,
  payer: LocalAccount = owner,
): Promise<Hex> {
  const door = { address: chain.addresses.EthereumDIDRegistry, abi: ethereumDidRegistryAbi }
  const { types, values } = argumentsOf(change)
  if (payer.address === owner.address) {
    return chain.send(payer, { ...door, functionName: change.kind, args: [identity, ...values] })
  }
  const nonce = await chain.client.readContract({ ...door, functionName: 'nonce', args: [owner.address] })
  // ERC-1056 §"Signed": 0x19 0x00 registry nonce identity "name of the call" arguments, all packed (ERC-191, version 0).
  const hash = keccak256(
    encodePacked(
      ['bytes1', 'bytes1', 'address', 'uint256', 'address', 'string', ...types] as never,
      ['0x19', '0x00', door.address, nonce, identity, change.kind, ...values] as never,
    ),
  )
  const { r, s, yParity } = parseSignature(await owner.sign!({ hash }))
  const args = [identity, 27 + yParity, r, s, ...values]
  return chain.send(payer, { ...door, functionName: `${change.kind}Signed`, args })
}
