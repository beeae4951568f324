/**
 * Bytes of a base64url text in its only canonical form: no padding, no stray bits, no other alphabet.
 * A lenient decoder would read several texts as the same bytes, so that a changed signature still verified.
 */
export function decodeBase64url(text: string): Uint8Array | undefined {
  if (!/^[A-Za-z0-9_-]*$/.test(text)) return undefined
  const bytes = Buffer.from(text, 'base64url')
  return bytes.toString('base64url') === text ? new Uint8Array(bytes) : undefined
}

export const encodeBase64url = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url')
