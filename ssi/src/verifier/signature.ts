import { ed25519 } from '@noble/curves/ed25519.js'
import { p256 } from '@noble/curves/nist.js'
import { secp256k1 } from '@noble/curves/secp256k1.js'
import { type Address, bytesToHex, sha256 } from 'viem'
import { publicKeyToAddress } from 'viem/accounts'
import { decodeBase64url } from '../did/base64url.ts'
import type { PublicJwk } from '../did/key-did.ts'
import type { VerificationKey } from '../did/resolver-types.ts'
import type { Algorithm, ParsedJwt } from './parse-jwt.ts'

/** The one algorithm that a kind of key signs with: the header may not choose. */
const ALGORITHM_OF: Readonly<Record<VerificationKey['kind'], Algorithm>> = {
  address: 'ES256K',
  'P-256': 'ES256',
  Ed25519: 'EdDSA',
}

export const hasAlgorithmOf = (jwt: ParsedJwt, keys: readonly VerificationKey[]): boolean =>
  keys.some(({ kind }) => ALGORITHM_OF[kind] === jwt.alg)

/**
 * Finds whichever of some keys signed a JWT. An ES256K signature in either of its forms (low and high S) is the signer's.
 * @returns a function that looks among keys, so that an address is recovered once for several documents
 */
export function signerAmong(jwt: ParsedJwt): (keys: readonly VerificationKey[]) => VerificationKey | undefined {
  let recovered: readonly Address[] | undefined
  const signed = (key: VerificationKey): boolean => {
    if (ALGORITHM_OF[key.kind] !== jwt.alg) return false
    if (jwt.kid !== undefined && jwt.kid !== key.id) return false
    if (key.jwk) return verifyWithJwk(jwt, key.jwk)
    recovered ??= recoverAddresses(jwt)
    return key.address !== undefined && recovered.includes(key.address)
  }
  return (keys) => keys.find(signed)
}

/** Addresses by signing input and signature: a credential is presented at every sign-in, and recovery costs milliseconds. */
const known = new Map<string, readonly Address[]>()
const KNOWN = 10_000

/** Both addresses whose keys make this signature valid; JOSE leaves out the bit that tells them apart (RFC 8812). */
function recoverAddresses({ signingInput, signature }: ParsedJwt): readonly Address[] {
  const hash = sha256(signingInput, 'bytes')
  const name = bytesToHex(hash) + bytesToHex(signature)
  const before = known.get(name)
  if (before) return before
  const addresses = [0, 1].flatMap((bit) => {
    try {
      const key = secp256k1.Signature.fromBytes(signature, 'compact').addRecoveryBit(bit).recoverPublicKey(hash)
      return [publicKeyToAddress(bytesToHex(key.toBytes(false))).toLowerCase() as Address]
    } catch {
      return []
    }
  })
  known.set(name, addresses)
  if (known.size > KNOWN) known.delete(known.keys().next().value!)
  return addresses
}

function verifyWithJwk({ signingInput, signature }: ParsedJwt, jwk: PublicJwk): boolean {
  try {
    const x = decodeBase64url(jwk.x)!
    if (jwk.kty === 'OKP') return ed25519.verify(signature, signingInput, x, { zip215: false })
    const key = Uint8Array.from([4, ...x, ...decodeBase64url(jwk.y)!])
    return p256.verify(signature, signingInput, key, { lowS: false })
  } catch {
    return false
  }
}
