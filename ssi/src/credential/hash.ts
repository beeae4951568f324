import { type Hex, keccak256, stringToBytes } from 'viem'

/**
 * What identifies a credential: keccak256 of its signing input "header.payload". The signature is left out, because one
 * secp256k1 signature can be written in two ways (low and high S).
 */
export function credentialHashOf(jwt: string): Hex {
  const end = jwt.lastIndexOf('.')
  return keccak256(stringToBytes(end === -1 ? jwt : jwt.slice(0, end)))
}

/** The key of a credential in the RevocationRegistry: keccak256 of its `jti`. */
export const credentialIdOf = (jti: string): Hex => keccak256(stringToBytes(jti))
