import { concatBytes, type Hex, type Keccak256, toBytes, toHex, uintBytes } from './bytes.ts'

/** Salt of one balance: keccak256(salt key (32) ‖ uint64 period start ‖ uint32 revision). Destroying the key erases. */
export const saltOf = (keccak: Keccak256, saltKey: Hex, start: number, revision: number): Hex =>
  toHex(keccak(concatBytes([toBytes(saltKey, 32), uintBytes(start, 8), uintBytes(revision, 4)])))

/** A metering point as the chain knows it: keccak256(salt key (32) ‖ UTF-8 meter id). */
export const meteringPointId = (keccak: Keccak256, saltKey: Hex, meter: string): Hex =>
  toHex(keccak(concatBytes([toBytes(saltKey, 32), new TextEncoder().encode(meter)])))
