import { ok, refuse } from '@opem/domain'
import { z } from 'zod'
import { type PublicJwk, parsePublicJwk } from '../http-signature/jwk.ts'
import type { Verified } from '../verifier/types.ts'
import { discloseClaims } from './disclosures.ts'
import { type ReadJws, readJws } from './jws.ts'
import type { SdJwtProfile } from './profile.ts'
import { StatusReference } from './status-list.ts'

const seconds = z.int().min(0).max(1e11)
const Registered = z.looseObject({
  iss: z.string().max(2048).optional(),
  iat: seconds,
  nbf: seconds.optional(),
  exp: seconds,
  vct: z.string(),
  jti: z.string().max(256).optional(),
  sub: z.string().max(512).optional(),
  cnf: z.strictObject({ jwk: z.looseObject({}) }),
  status: z.strictObject({ status_list: StatusReference }).optional(),
})
const REGISTERED = [...Object.keys(Registered.shape), 'vct#integrity']

const LONGEST = 131_072
const MOST_DISCLOSURES = 200

/** An SD-JWT VC of the right shape, of which nothing is known to be true yet. */
export interface ReadSdJwt {
  readonly jws: ReadJws
  readonly issuerJwt: string
  /** The compact form up to and including the last tilde: what a key binding signs. */
  readonly presented: string
  readonly keyBinding: string
  readonly registered: z.infer<typeof Registered>
  /** The key that the credential is bound to. */
  readonly holderKey: PublicJwk
  /** The claims of the profile's type. */
  readonly claims: unknown
}

/** Reads an SD-JWT+KB (RFC 9901 §4, SD-JWT VC) of one type to the last member; asks nobody and believes nothing. */
export function readSdJwt(compact: string, { type, vct, shape }: SdJwtProfile): Verified<ReadSdJwt> {
  if (compact.length > LONGEST) return refuse('ERR_VC_SHAPE', 'The presentation is too long.')
  const [issuerJwt = '', ...disclosures] = compact.split('~')
  const keyBinding = disclosures.pop()
  if (!keyBinding) return refuse('ERR_VP_SHAPE', 'The presentation has no key binding: the holder has to sign it.')
  if (disclosures.length > MOST_DISCLOSURES) return refuse('ERR_VC_SHAPE', 'The presentation has too many disclosures.')

  const jws = readJws(issuerJwt, { typ: 'dc+sd-jwt', x5c: true })
  if (!jws.ok) return refuse(jws.code === 'SHAPE' ? 'ERR_VC_SHAPE' : 'ERR_ALG', `The ${type}: ${jws.reason}.`)
  const disclosed = discloseClaims(jws.value.payload, disclosures)
  if (!disclosed.ok) return refuse('ERR_VC_SHAPE', `The ${type}: ${disclosed.reason}.`)

  const registered = Registered.safeParse(disclosed.value)
  if (!registered.success) {
    return refuse('ERR_VC_SHAPE', `The ${type} has missing or malformed claims: ${placesOf(registered.error)}.`)
  }
  if (registered.data.vct !== vct)
    return refuse('ERR_VC_SCHEMA', `The credential is of another type (vct) than ${vct}.`)
  const others = Object.entries(disclosed.value).filter(([name]) => !REGISTERED.includes(name))
  const claims = shape.safeParse(Object.fromEntries(others))
  if (!claims.success) {
    const isUnknown = claims.error.issues.some(({ code }) => code === 'unrecognized_keys')
    return refuse(
      isUnknown ? 'ERR_VC_MEMBERS' : 'ERR_VC_SCHEMA',
      `The claims of the ${type} are not its schema's: ${placesOf(claims.error)}.`,
    )
  }
  const holderKey = parsePublicJwk(registered.data.cnf.jwk)
  if (!holderKey.ok) return refuse('ERR_VC_SHAPE', `The key that the ${type} is bound to: ${holderKey.reason}`)
  return ok({
    jws: jws.value,
    issuerJwt,
    presented: compact.slice(0, -keyBinding.length),
    keyBinding,
    registered: registered.data,
    holderKey: holderKey.value,
    claims: claims.data,
  })
}

/** Names members, never values: those are somebody's data. */
const placesOf = (error: z.ZodError): string => error.issues.map(({ path }) => path.join('.') || 'a member').join(', ')
