import { secp256k1 } from '@noble/curves/secp256k1.js'
import { bytesToHex, type Hex, hexToBytes } from 'viem'

/** The uncompressed form (65 bytes) of a secp256k1 public key; undefined when it is no point of the curve. */
export function decompressKey(key: Hex): Hex | undefined {
  try {
    return bytesToHex(secp256k1.Point.fromBytes(hexToBytes(key)).toBytes(false))
  } catch {
    return undefined
  }
}
