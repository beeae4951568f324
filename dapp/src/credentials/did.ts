/**
 * The canonical did:ethr of a wallet's address on our chain.
 * @example didOfAddress(31337, '0xF39F…2266') // 'did:ethr:0x7a69:0xf39f…2266'
 */
export const didOfAddress = (chainId: number, address: string): string =>
  `did:ethr:0x${chainId.toString(16)}:${address.toLowerCase()}`

/** Whether two spellings name the same did:ethr: letters' case never tells two apart. */
export const sameDid = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase()

/** The end of a DID that a person can recognise. @example shortDid('did:ethr:0x7a69:0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266') // 'did:ethr:…b92266' */
export const shortDid = (did: string): string => {
  const method = /^did:[a-z0-9]+:/.exec(did)?.[0] ?? ''
  return did.length <= method.length + 12 ? did : `${method}…${did.slice(-6)}`
}

/** The address of a did:ethr, in lower case; `undefined` for every other method. */
export const addressOfDid = (did: string): `0x${string}` | undefined =>
  /^did:ethr:(?:0x[0-9a-f]+:)?(0x[0-9a-f]{40})$/.exec(did.toLowerCase())?.[1] as `0x${string}` | undefined
