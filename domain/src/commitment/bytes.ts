import { OpemError } from '../errors/opem-error.ts'

/** Lower-case hex with 0x. */
export type Hex = `0x${string}`
/** keccak-256 of bytes, passed in: this package has no dependency. With viem: `(bytes) => keccak256(bytes, 'bytes')`. */
export type Keccak256 = (bytes: Uint8Array) => Uint8Array

const HEX = /^0x(?:[0-9a-fA-F]{2})*$/
const DIGITS = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

export const toHex = (bytes: Uint8Array): Hex => {
  let text = '0x'
  for (const byte of bytes) text += DIGITS[byte]
  return text as Hex
}

/** @throws ERR_HEX when not whole bytes of hex, or not `length` bytes long */
export function toBytes(hex: string, length?: number): Uint8Array {
  if (!HEX.test(hex) || (length !== undefined && hex.length !== 2 + 2 * length))
    throw new OpemError({
      code: 'ERR_HEX',
      shortMessage: `"${hex}" is not ${length === undefined ? 'whole bytes' : `${length} bytes`} of hex with 0x in front`,
      details: { given: hex, length },
    })
  const bytes = new Uint8Array((hex.length - 2) / 2)
  for (let i = 0; i < bytes.length; i++) bytes[i] = Number.parseInt(hex.slice(2 + 2 * i, 4 + 2 * i), 16)
  return bytes
}

/** Big-endian unsigned integer of `length` bytes. @throws ERR_RANGE when it does not fit */
export function uintBytes(value: bigint | number, length: number): Uint8Array {
  let rest = BigInt(value)
  const bytes = new Uint8Array(length)
  for (let i = length - 1; i >= 0; i--) {
    bytes[i] = Number(rest & 0xffn)
    rest >>= 8n
  }
  if (rest !== 0n)
    throw new OpemError({
      code: 'ERR_RANGE',
      shortMessage: `${value} does not fit ${length * 8} unsigned bits`,
      details: { given: String(value), bits: length * 8 },
    })
  return bytes
}

export function concatBytes(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

/** Solidity's abi.encode of static values, one 32-byte word each: numbers as uint256, hex left-padded (addresses, bytes32). */
export const abiWords = (values: readonly (bigint | number | Hex | Uint8Array)[]): Uint8Array =>
  concatBytes(
    values.map((value) => {
      if (typeof value === 'bigint' || typeof value === 'number') return uintBytes(value, 32)
      const bytes = typeof value === 'string' ? toBytes(value) : value
      if (bytes.length === 32) return bytes
      const word = new Uint8Array(32)
      word.set(bytes, 32 - bytes.length)
      return word
    }),
  )

/** Order of 32-byte words as numbers. */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return a[i]! - b[i]!
  return 0
}
