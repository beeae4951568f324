import { keccak256, stringToBytes } from 'viem'

/** The hash that domain is handed: bytes in, bytes out. */
export const keccak = (bytes: Uint8Array): Uint8Array => keccak256(bytes, 'bytes')

/** keccak256 of a text's UTF-8, as hex. */
export const keccakText = (text: string): `0x${string}` => keccak256(stringToBytes(text))
