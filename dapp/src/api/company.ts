import type { MarketRole, Role } from '@opem/domain'
import { ROLES } from '@opem/domain'
import { queryOptions } from '@tanstack/react-query'
import { z } from 'zod'
import { MarketRoles } from './access.ts'
import { exchange } from './http.ts'
import { Bytes32, Instant } from './shapes.ts'

const User = z.strictObject({
  did: z.string(),
  name: z.string(),
  email: z.string(),
  /** As the company's credential says. */
  credentialRoles: z.array(z.enum(ROLES)),
  /** What the administrator leaves of them. */
  roles: z.array(z.enum(ROLES)),
  disabled: z.boolean(),
  lastSeen: Instant.nullable(),
})
export type CompanyUser = z.infer<typeof User>

export const Users = z.strictObject({ users: z.array(User) })

export const companyUsersQuery = queryOptions({
  queryKey: ['company', 'users'],
  queryFn: async ({ signal }) => (await exchange('/v1/company/users', Users, { signal })).users,
})

export const limitUser = (did: string, limits: { roles: readonly Role[]; disabled: boolean }) =>
  exchange(`/v1/company/users/${encodeURIComponent(did)}`, z.unknown(), { method: 'PUT', body: limits })

/** A public key as JWK: Ed25519 or P-256, without anything private. */
export const PublicKey = z.strictObject({
  kty: z.enum(['OKP', 'EC']),
  crv: z.enum(['Ed25519', 'P-256']),
  x: z.string(),
  y: z.string().optional(),
  kid: z.string().optional(),
  use: z.string().optional(),
  alg: z.string().optional(),
})
export type PublicKey = z.infer<typeof PublicKey>

const Authentication = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('signature'), publicKey: PublicKey }),
  z.strictObject({ kind: z.literal('mtls'), certificateSha256: z.string() }),
])

const System = z.strictObject({
  id: z.string(),
  name: z.string(),
  authentication: Authentication,
  meters: z.array(z.string()),
  scopes: z.array(z.string()),
  createdAt: Instant.optional(),
})
export type System = z.infer<typeof System>
export type NewSystem = Pick<System, 'name' | 'authentication' | 'meters' | 'scopes'>

export const Systems = z.strictObject({ systems: z.array(System) })

export const systemsQuery = queryOptions({
  queryKey: ['company', 'systems'],
  queryFn: async ({ signal }) => (await exchange('/v1/company/systems', Systems, { signal })).systems,
})

export const addSystem = (system: NewSystem) => exchange('/v1/company/systems', z.unknown(), { body: system })
export const removeSystem = (id: string) =>
  exchange(`/v1/company/systems/${encodeURIComponent(id)}`, z.unknown(), { method: 'DELETE' })

/** A machine with an account of its own, in some of the company's roles. */
const Machine = z.strictObject({
  account: Bytes32,
  did: z.string(),
  name: z.string(),
  roles: MarketRoles,
  status: z.enum(['pending', 'active', 'suspended', 'revoked', 'expired']),
  version: z.number().int().positive(),
  createdAt: Instant,
  /** While it is pending: until when its receipt is taken. */
  waitsUntil: Instant.nullable(),
})
export type Machine = z.infer<typeof Machine>

export const Machines = z.strictObject({ machines: z.array(Machine) })

export const machinesQuery = queryOptions({
  queryKey: ['company', 'machines'],
  queryFn: async ({ signal }) => (await exchange('/v1/company/machines', Machines, { signal })).machines,
})

/** The credential is for the machine to keep: only its own key can present it. */
export const OpenedMachine = z.strictObject({ machine: Machine, credential: z.string() })

export const openMachine = (machine: { did: string; name: string; roles: readonly MarketRole[] }) =>
  exchange('/v1/company/machines', OpenedMachine, { body: machine })

export const closeMachine = (account: string) =>
  exchange(`/v1/company/machines/${account}`, Machine, { method: 'DELETE' })
