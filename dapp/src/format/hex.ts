/** First and last digits of an identifier: enough to recognise, never to compare. */
export const shortHex = (hex: string): string => (hex.length <= 14 ? hex : `${hex.slice(0, 8)}…${hex.slice(-4)}`)

/** A member or community id out of an address bar, in lower case; `undefined` when it is none. */
export const hexOf = (text: string | undefined, bytes: 20 | 32): `0x${string}` | undefined =>
  text !== undefined && new RegExp(`^0x[0-9a-fA-F]{${bytes * 2}}$`).test(text)
    ? (text.toLowerCase() as `0x${string}`)
    : undefined
