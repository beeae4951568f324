import { ROLES } from '@opem/domain'
import { z } from 'zod'

const bytes32 = z.string().regex(/^0x[0-9a-f]{64}$/)
const seconds = z.int().nonnegative()
const text = z.string().max(256)
const did = z
  .string()
  .max(512)
  .regex(/^did:[a-z0-9]+:[A-Za-z0-9._:-]+$/)

/**
 * The contracts of the account by reference: how many, and keccak256 of their lines as canonical JSON. The lines
 * themselves stand in the store and in the Account credential; 200 of them would fit no cookie.
 */
const Contracts = z.strictObject({ count: z.int().min(0).max(200), hash: bytes32 })

/**
 * What an access token says (D2.3 5.4.9, "self-describing Access Token"): who signed in, for which account, in which
 * roles. Times are epoch seconds.
 */
export const AccessClaims = z.strictObject({
  /** DID of the marketplace. */
  iss: did,
  /** DID of the marketplace whose modules accept the token. */
  aud: did,
  /** DID of the person or machine. */
  sub: did,
  iat: seconds,
  exp: seconds,
  /** When the presentation was verified; refreshing does not move it. */
  auth_time: seconds,
  jti: text.min(1),
  /** The session that the token belongs to. */
  sid: text.min(1),
  account: bytes32,
  accountVersion: z.int().positive(),
  /** The roles that the caller acts in, after the company's limits. */
  roles: z.array(z.enum(ROLES)).max(5),
  profile: z.strictObject({ role: text, name: text.nullable(), organisation: text.nullable() }),
  charging: z.strictObject({ accountName: text, accountNum: text }),
  contracts: Contracts,
})

export type AccessClaims = z.infer<typeof AccessClaims>
