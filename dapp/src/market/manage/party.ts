import type { Address } from 'viem'

/** The party that a DID or an address names. @example partyOf('did:ethr:0x7a69:0xAb…') // '0xab…' */
export function partyOf(text: string): Address | undefined {
  const match = /^(?:did:ethr:0x[0-9a-f]+:)?(0x[0-9a-f]{40})$/i.exec(text.trim())
  return match === null ? undefined : (match[1]!.toLowerCase() as Address)
}
