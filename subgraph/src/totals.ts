import { BigInt, Bytes, crypto } from '@graphprotocol/graph-ts'

/** Totals of one period, unpacked from one word (contracts/communities/ISettlement.sol, PeriodTotals). Energies in Wh. */
export class Totals {
  surplus: BigInt
  demand: BigInt
  shared: BigInt
  members: i32

  constructor(word: BigInt) {
    this.surplus = word.rightShift(184)
    this.demand = lowBits(word.rightShift(112), 72)
    this.shared = lowBits(word.rightShift(40), 72)
    this.members = lowBits(word.rightShift(24), 16).toI32()
  }
}

function lowBits(value: BigInt, bits: u8): BigInt {
  return value.minus(value.rightShift(bits).leftShift(bits))
}

/** keccak256(abi.encodePacked(totals)), as the contract hashes them. */
export function totalsHash(words: BigInt[]): Bytes {
  const packed = new Uint8Array(words.length * 32)
  for (let i = 0; i < words.length; i++) {
    // Little-endian, as long as it needs to be.
    const bytes = words[i]
    const length = bytes.length < 32 ? bytes.length : 32
    for (let k = 0; k < length; k++) packed[i * 32 + 31 - k] = bytes[k]
  }
  return Bytes.fromByteArray(crypto.keccak256(Bytes.fromUint8Array(packed)))
}
