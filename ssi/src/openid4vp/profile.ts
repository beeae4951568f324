import { z } from 'zod'
import { CLAIMS, CREDENTIAL_TYPES, type CredentialType } from '../credential/claims.ts'

/** One way in which a credential of ours may come as SD-JWT VC: what to ask a wallet for, and how to read the answer. */
export interface SdJwtProfile {
  /** The id of the DCQL credential query, and with it the member of the vp_token. */
  readonly id: string
  readonly type: CredentialType
  readonly vct: string
  /** Top-level claims to disclose. */
  readonly claims: readonly string[]
  /** Shape of what was disclosed, without the registered claims; gives the claims of `type`. */
  readonly shape: z.ZodType
  /** Whether `sub` is the holder's DID; elsewhere it is the issuer's own identifier of a person, and not read. */
  readonly namesHolder: boolean
}

const required = (type: CredentialType): string[] =>
  Object.entries(CLAIMS[type].shape as Record<string, z.ZodType>)
    .filter(([, shape]) => !shape.safeParse(undefined).success)
    .map(([name]) => name)

const own = (type: CredentialType): SdJwtProfile => ({
  id: type,
  type,
  vct: `urn:opem:credential:${type}:1`,
  claims: required(type),
  shape: CLAIMS[type],
  namesHolder: true,
})

/**
 * The person identification data of an EU wallet, read as an IdentityCredential: name and issuing country, nothing more
 * is asked for. What a PID shows beside them of its own document is allowed to be there and not read.
 */
const pid: SdJwtProfile = {
  id: 'pid',
  type: 'IdentityCredential',
  vct: 'urn:eudi:pid:1',
  claims: ['given_name', 'family_name', 'issuing_country'],
  shape: z
    .strictObject({
      given_name: z.string().min(1).max(99),
      family_name: z.string().min(1).max(99),
      issuing_country: z.string().regex(/^[A-Z]{2}$/),
      issuing_authority: z.string().optional(),
      date_of_expiry: z.string().optional(),
      date_of_issuance: z.string().optional(),
    })
    .transform(({ given_name, family_name, issuing_country }) => ({
      name: `${given_name} ${family_name}`,
      country: issuing_country,
    })),
  namesHolder: false,
}

const PROFILES: readonly SdJwtProfile[] = [...CREDENTIAL_TYPES.map(own), pid]

export const profileOf = (id: string): SdJwtProfile | undefined => PROFILES.find((profile) => profile.id === id)

/** The DCQL query (OpenID4VP 1.0 §6) for exactly these credential types; an identity may come as ours or as a PID. */
export function dcqlQuery(types: readonly CredentialType[]) {
  const asked = PROFILES.filter(({ type }) => types.includes(type))
  const credentials = asked.map(({ id, vct, claims }) => ({
    id,
    format: 'dc+sd-jwt',
    meta: { vct_values: [vct] },
    claims: claims.map((name) => ({ path: [name] })),
  }))
  const credential_sets = types.map((type) => ({
    options: asked.filter((profile) => profile.type === type).map(({ id }) => [id]),
  }))
  // Without sets every query has to be answered (§6.2), and a wallet has one identity or the other.
  return asked.length === types.length ? { credentials } : { credentials, credential_sets }
}
