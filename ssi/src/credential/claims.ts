import { MARKET_ROLES, ROLES } from '@opem/domain'
import type { Hex } from 'viem'
import { z } from 'zod'

const hex = (bytes: number) =>
  z
    .string()
    .regex(
      new RegExp(`^0x[0-9a-f]{${bytes * 2}}$`),
      `0x and ${bytes * 2} lower-case hex digits`,
    ) as unknown as z.ZodType<Hex>
const text = (longest: number) => z.string().min(1).max(longest)
const did = z
  .string()
  .max(512)
  .regex(/^did:[a-z0-9]+:[A-Za-z0-9._:-]+$/, 'a DID')
const webUrl = z.url({ protocol: /^https?$/ }).max(2048)
const each = <const T extends readonly [string, ...string[]]>(values: T) =>
  z
    .array(z.enum(values))
    .min(1)
    .max(values.length)
    .refine((items) => new Set(items).size === items.length, 'each role once')
    .meta({ uniqueItems: true })

/** A service or data contract of an account: a line that the marketplace adds by issuing the next version. */
const ContractLine = z.strictObject({
  contract: hex(32),
  kind: z.enum(['service', 'data']),
  role: z.enum(['provider', 'user']),
  since: z.iso.datetime(),
})

/** An employee's right to act for a company; issued by the company to the employee's own DID. */
const RepresentativeCredential = z.strictObject({
  name: text(200),
  email: z.email().max(320),
  roles: each(ROLES),
  company: z.strictObject({ did, name: text(200), url: webUrl, walletEndpoint: webUrl }),
})

/** Who a citizen is; issued by an issuer on the allow-list. */
const IdentityCredential = z.strictObject({
  name: text(200),
  country: z
    .string()
    .regex(/^[A-Z]{2}$/, 'two letters, ISO 3166-1')
    .optional(),
})

/** An account of the marketplace; one version per change. Its status is not in it: that is on chain. */
const AccountCredential = z.strictObject({
  account: hex(32),
  kind: z.enum(['company', 'citizen', 'machine']),
  version: z.int().min(1),
  /** Hash of the version before; null in the first. */
  previous: z.nullable(hex(32)),
  roles: each(MARKET_ROLES),
  name: text(200),
  contracts: z.array(ContractLine).max(200),
})

/** Membership of an energy community; issued by its administrator. */
const MemberCredential = z.strictObject({ community: hex(20), member: hex(32) })

/** This metering point belongs to this subject; issued by a grid or meter operator. */
const DataSourceCredential = z.strictObject({
  meter: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9:_.-]{0,63}$/, 'a meter id'),
  role: z.literal('data-subject'),
})

/** The marketplace's receipt for an account version that became active: what was agreed, and under which terms. */
const ReceiptCredential = z.strictObject({
  account: hex(32),
  version: z.int().min(1),
  /** Of the Account credential that it is the receipt for. */
  credentialHash: hex(32),
  roles: each(MARKET_ROLES),
  /** `hash`: keccak256 of title, a blank line, and text. */
  terms: z.strictObject({ version: text(20), hash: hex(32) }),
  activatedAt: z.iso.datetime(),
})

/** Claims of each credential type: exactly these members, nothing else. */
export const CLAIMS = {
  RepresentativeCredential,
  IdentityCredential,
  AccountCredential,
  MemberCredential,
  DataSourceCredential,
  ReceiptCredential,
} as const

export type CredentialType = keyof typeof CLAIMS
export const CREDENTIAL_TYPES = Object.keys(CLAIMS) as readonly CredentialType[]
export type ClaimsOf<T extends CredentialType> = z.infer<(typeof CLAIMS)[T]>
export type ContractLine = z.infer<typeof ContractLine>

export const isCredentialType = (name: unknown): name is CredentialType =>
  typeof name === 'string' && Object.hasOwn(CLAIMS, name)
