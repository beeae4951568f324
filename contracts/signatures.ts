type Hex = `0x${string}`

const HALF = 64

/**
 * Signatures as `settle` and `correct` take them: 64 bytes each (r ‖ vs, ERC-2098), one behind the other.
 * @param signatures 65 bytes each (r ‖ s ‖ v), ascending by signer, s in the lower half of the curve (as every wallet signs)
 */
export const packSignatures = (signatures: readonly Hex[]): Hex =>
  `0x${signatures
    .map((signature) => {
      const [r, s, v] = [signature.slice(2, 2 + HALF), signature.slice(2 + HALF, 2 + 2 * HALF), signature.slice(-2)]
      const odd = v === '1c' || v === '01'
      return r + (odd ? (BigInt(`0x${s}`) | (1n << 255n)).toString(16).padStart(HALF, '0') : s)
    })
    .join('')}`

/** The signatures in the calldata of `settle` or `correct`, each as 65 bytes r ‖ s ‖ v. */
export const unpackSignatures = (packed: Hex): Hex[] =>
  (packed.slice(2).match(/.{128}/g) ?? []).map((signature): Hex => {
    const vs = BigInt(`0x${signature.slice(HALF)}`)
    const s = (vs & ((1n << 255n) - 1n)).toString(16).padStart(HALF, '0')
    return `0x${signature.slice(0, HALF)}${s}${vs >> 255n === 1n ? '1c' : '1b'}`
  })
