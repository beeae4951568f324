import { generateKeyPairSync } from 'node:crypto'
import { z } from 'zod'
import { keyidOf } from '../http-signature/jwk.ts'

const Coordinate = z.string().regex(/^[A-Za-z0-9_-]{43}$/)

/** A key for the encrypted answer to one request; kept with the request, and as secret as its answer. */
export const ResponseKey = z.strictObject({
  kid: z.string(),
  jwk: z.strictObject({ kty: z.literal('EC'), crv: z.literal('P-256'), x: Coordinate, y: Coordinate, d: Coordinate }),
})
export type ResponseKey = z.infer<typeof ResponseKey>

/** A new P-256 key (HAIP 1.0 §5: ephemeral, one per request). */
export function createResponseKey(): ResponseKey {
  const { x, y, d } = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' })
  const jwk = { kty: 'EC', crv: 'P-256', x: x as string, y: y as string } as const
  return { kid: keyidOf(jwk), jwk: { ...jwk, d: d as string } }
}

/** The public part, as a wallet needs it in `client_metadata.jwks`. */
export const publicResponseKey = ({ kid, jwk: { d: _, ...jwk } }: ResponseKey) => ({
  ...jwk,
  kid,
  use: 'enc',
  alg: 'ECDH-ES',
})
