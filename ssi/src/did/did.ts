import { ok, type Result, refuse } from '@opem/domain'
import { type Address, type Hex, isAddress, keccak256, stringToBytes } from 'viem'
import { publicKeyToAddress } from 'viem/accounts'
import { decompressKey } from './key-bytes.ts'
import { jwkOfDid } from './key-did.ts'

/** A DID in its one canonical form: compare with `===`, hash, store. */
export type Did = string & { readonly did: unique symbol }

/** Names that ethr-did-resolver's own list gives to chains; a DID without any names mainnet. */
const CHAIN_NAMES: Readonly<Record<string, number>> = {
  mainnet: 1,
  sepolia: 11155111,
  gno: 100,
  holesky: 17000,
  polygon: 137,
}

const ETHR = /^did:ethr:(?:([A-Za-z0-9]{1,32}):)?(0x[0-9a-fA-F]{40}|0x0[23][0-9a-fA-F]{64})$/

const chainOf = (specifier: string | undefined): number | undefined => {
  if (specifier === undefined) return 1
  if (/^0x[0-9a-fA-F]{1,13}$/i.test(specifier)) return Number.parseInt(specifier.slice(2), 16)
  if (/^[0-9]{1,15}$/.test(specifier)) return Number(specifier)
  return Object.hasOwn(CHAIN_NAMES, specifier) ? CHAIN_NAMES[specifier] : undefined
}

/**
 * Reads a DID in any of its spellings (chain names, decimal or padded chain ids, any case, public keys for addresses) and
 * writes it in the canonical one. did:jwk and did:key are their own canonical form when their key is P-256 or Ed25519.
 * Fragments, queries and paths are refused: those are URLs of something inside a DID document.
 * @param chainId the only chain whose did:ethr are accepted
 * @example parseDid('did:ethr:0x07A69:0xF39F…2266', 31337) // did:ethr:0x7a69:0xf39f…2266
 */
export function parseDid(text: unknown, chainId: number): Result<Did, 'ERR_DID'> {
  if (typeof text !== 'string' || text.length > 512)
    return refuse('ERR_DID', 'A DID is a text of at most 512 characters.')
  if (text.startsWith('did:jwk:') || text.startsWith('did:key:')) {
    if (jwkOfDid(text) !== undefined) return ok(text as Did)
    return refuse('ERR_DID', 'A did:jwk or did:key must hold one public P-256 or Ed25519 key in canonical encoding.')
  }
  const match = ETHR.exec(text)
  if (!match)
    return refuse('ERR_DID', 'The DID is none of did:ethr:<chain>:0x<address>, did:jwk and did:key, without # or ?.')
  const chain = chainOf(match[1])
  if (chain !== chainId) {
    return refuse(
      'ERR_DID',
      `The DID is of chain ${chain ?? match[1]}, but this marketplace is on chain ${chainId}: use did:ethr:0x${chainId.toString(16)}:0x….`,
    )
  }
  const identifier = match[2] as Hex
  if (identifier.length === 42) return ok(didOfAddress(chainId, identifier))
  const key = decompressKey(identifier)
  if (key === undefined) return refuse('ERR_DID', 'The public key in the DID is not a point of secp256k1.')
  return ok(didOfAddress(chainId, publicKeyToAddress(key)))
}

/** The DID of an address on a chain (ERC-1056: every address is one, without registration). */
export function didOfAddress(chainId: number, address: Address): Did {
  if (!isAddress(address, { strict: false })) throw new TypeError(`${address} is not an address`)
  return `did:ethr:0x${chainId.toString(16)}:${address.toLowerCase()}` as Did
}

/** The ERC-1056 identity of a did:ethr; undefined for a DID that is not on chain (did:jwk, did:key). */
export function addressOfDid(did: Did): Address | undefined {
  return did.startsWith('did:ethr:') ? (did.slice(did.lastIndexOf(':') + 1) as Address) : undefined
}

/** The key of a holder's account on chain and in tables: keccak256 of the canonical DID. */
export const accountIdOf = (did: Did): Hex => keccak256(stringToBytes(did))
