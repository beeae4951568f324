import { OpemError } from '../errors/opem-error.ts'

/** Lower-case hex with 0x. */
export type Hex = `0x${string}`
/** keccak-256 of bytes, passed in: this package has no dependency. With viem: `(bytes) => keccak256(bytes, 'bytes')`. */
export type Keccak256 = (bytes: Uint8Array) => Uint8Array

const DIGITS = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

export const toHex = (bytes: Uint8Array): Hex => {
  let text = '0x'
  for (const byte of bytes) text += DIGITS[byte]
  return text as Hex
}

// A digit's value by its character code; 255 for what is no digit.
const VALUES = new Uint8Array(128).fill(255)
for (const [value, digit] of [...'0123456789abcdef'].entries()) {
  VALUES[digit.charCodeAt(0)] = value
  VALUES[digit.toUpperCase().charCodeAt(0)] = value
}

/** @throws ERR_HEX when not whole bytes of hex, or not `length` bytes long */
export function toBytes(hex: string, length?: number): Uint8Array {
  const bytes = new Uint8Array(Math.max(0, hex.length - 2) >> 1)
  let whole = hex.startsWith('0x') && hex.length % 2 === 0 && (length === undefined || bytes.length === length)
  for (let i = 0; whole && i < bytes.length; i++) {
    const high = VALUES[hex.charCodeAt(2 + 2 * i)] ?? 255
    const low = VALUES[hex.charCodeAt(3 + 2 * i)] ?? 255
    whole = high < 16 && low < 16
    bytes[i] = high * 16 + low
  }
  if (whole) return bytes
  throw new OpemError({
    code: 'ERR_HEX',
    shortMessage: `"${hex}" is not ${length === undefined ? 'whole bytes' : `${length} bytes`} of hex with 0x in front`,
    details: { given: hex, length },
  })
}

/** Big-endian unsigned integer of `length` bytes. @throws ERR_RANGE when it does not fit */
export function uintBytes(value: bigint | number, length: number): Uint8Array {
  const given = BigInt(value)
  if (given < 0n || given >> BigInt(8 * length) !== 0n)
    throw new OpemError({
      code: 'ERR_RANGE',
      shortMessage: `${value} does not fit ${length * 8} unsigned bits`,
      details: { given: String(value), bits: length * 8 },
    })
  const bytes = new Uint8Array(length)
  let rest = given
  let at = length
  // Six bytes at a time as a plain number: bigint steps are slow, and these words are hashed by the million.
  while (rest !== 0n) {
    let six = Number(rest & 0xffffffffffffn)
    for (let i = 0; i < 6 && at > 0; i++) {
      bytes[--at] = six % 256
      six = Math.floor(six / 256)
    }
    rest >>= 48n
  }
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
