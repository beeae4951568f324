import { formatInstant, type MarketRole, ROLES, type Role } from '@opem/domain'
import { z } from 'zod'
import { overlaps, type Person } from '../../access/caller/caller.ts'
import {
  addSystem,
  authentication,
  lockMeters,
  meterPattern,
  metersOfOthers,
  removeSystem,
  type StoredSystem,
  systemsOf,
  systemsOfAll,
} from '../../access/company/systems.ts'
import { limitUser, type StoredUser, usersOf } from '../../access/company/users.ts'
import { rolesOfRepresentative } from '../../access/session/person-of.ts'
import { Refusal } from '../problem.ts'
import { type Access, defineRoute } from '../route.ts'
import { instantText } from '../shapes.ts'

const role = z.enum(ROLES)

const user = z
  .object({
    did: z.string(),
    name: z.string(),
    email: z.string(),
    credentialRoles: z.array(role).meta({ description: "as the company's credential says" }),
    roles: z.array(role).meta({ description: 'what the administrator leaves of them' }),
    disabled: z.boolean(),
    lastSeen: instantText.nullable(),
  })
  .meta({ id: 'CompanyUser' })

const formatUser = (it: StoredUser) => ({
  ...{ did: it.did, name: it.name, email: it.email, credentialRoles: it.credential_roles, disabled: it.disabled },
  roles: rolesOfRepresentative(it.credential_roles, it.limited_roles),
  lastSeen: it.last_seen === null ? null : formatInstant(Number(it.last_seen)),
})

export const getUsers = defineRoute({
  method: 'get',
  path: '/v1/company/users',
  summary: "The company's representatives who have signed in, with their roles.",
  access: 'company-administrator',
  answers: z.object({ users: z.array(user) }),
  handle: async (_input, { store }, access) => ({
    users: (await usersOf(store, companyOf(access).account)).map(formatUser),
  }),
})

export const putUser = defineRoute({
  method: 'put',
  path: '/v1/company/users/{did}',
  summary:
    'Limits a representative to some roles of their credential, or disables them: then their sessions end at once.',
  access: 'company-administrator',
  params: z.strictObject({ did: z.string().max(512) }),
  body: z.strictObject({ roles: z.array(role).max(5), disabled: z.boolean() }),
  answers: user,
  async handle({ params: { did }, body }, { store, access: { now } }, access) {
    const company = companyOf(access)
    if (did === company.did)
      throw new Refusal(409, 'ERR_OWN_USER', 'an administrator does not limit themselves; another one does')
    const roles = body.roles as Role[]
    if (!(await limitUser(store, { account: company.account, did, roles, disabled: body.disabled, now: now() })))
      throw new Refusal(404, 'ERR_USER_UNKNOWN', 'no representative with this DID has signed in for the company')
    return formatUser((await usersOf(store, company.account)).find((one) => one.did === did)!)
  },
})

// What the marketplace's own parts may do is no company's to give.
const scope = z.enum(['readings', 'services'])

/** Whose systems may be configured for what. */
const ROLES_FOR: Readonly<Record<z.output<typeof scope>, readonly MarketRole[]>> = {
  readings: ['data-provider'],
  services: ['service-user', 'data-user'],
}

const system = z
  .object({
    id: z.string(),
    name: z.string(),
    authentication,
    meters: z.array(z.string()),
    scopes: z.array(scope),
    createdAt: instantText,
  })
  .meta({ id: 'System' })

const formatSystem = (it: StoredSystem) => ({
  ...{ id: it.id, name: it.name, authentication: it.authentication, meters: it.meters, scopes: it.scopes },
  createdAt: formatInstant(Number(it.created_at)),
})

export const getSystems = defineRoute({
  method: 'get',
  path: '/v1/company/systems',
  summary: "The company's systems: how each shows who it is, and for which meters it sends.",
  access: 'company-administrator',
  answers: z.object({ systems: z.array(system) }),
  handle: async (_input, { store }, access) => ({
    systems: (await systemsOf(store, companyOf(access).account)).map(formatSystem),
  }),
})

export const postSystem = defineRoute({
  method: 'post',
  path: '/v1/company/systems',
  summary:
    'Configures a system by its public key or client certificate: of a data provider one that sends readings of its meters, of a user one that calls contracted services.',
  access: 'company-administrator',
  body: z
    .strictObject({
      name: z.string().min(1).max(200),
      authentication,
      meters: z.array(meterPattern).max(10_000),
      scopes: z.array(scope).min(1).max(1),
    })
    .refine(({ meters, scopes }) => scopes.includes('readings') === meters.length > 0, {
      ...{ path: ['meters'], message: 'a system that sends readings names its meters, another one none' },
    }),
  bodyLimit: 1_000_000,
  answers: system,
  async handle({ body }, { store, access: { now } }, access) {
    const { account, accountRoles } = companyOf(access)
    const roles = ROLES_FOR[body.scopes[0]!]
    if (!accountRoles.some((one) => roles.includes(one)))
      access.refuse(`an account with the role ${roles.map((one) => `"${one}"`).join(' or ')}`)
    const id = await store.transaction(async (rows) => {
      await lockMeters(rows)
      const others = await metersOfOthers({ rows }, account)
      const taken = body.meters.find((meter) => others.some((other) => overlaps(meter, other)))
      if (taken !== undefined)
        throw new Refusal(409, 'ERR_METER_TAKEN', `a system of another account sends for ${taken}; ask the operator`)
      return addSystem({ rows }, { ...body, account, now: now() })
    })
    if (id === undefined)
      throw new Refusal(409, 'ERR_SYSTEM_EXISTS', 'another system shows this key or certificate; each has its own')
    return formatSystem((await systemsOf(store, account)).find((one) => one.id === id)!)
  },
})

export const deleteSystem = defineRoute({
  method: 'delete',
  path: '/v1/company/systems/{id}',
  summary: 'Removes a system: it is refused from now on.',
  access: 'company-administrator',
  params: z.strictObject({ id: z.string().max(100) }),
  answers: z.object({ id: z.string() }),
  async handle({ params: { id } }, { store }, access) {
    if (!(await removeSystem(store, companyOf(access).account, id)))
      throw new Refusal(
        404,
        'ERR_SYSTEM_UNKNOWN',
        `the company has no system ${id}; list them with GET /v1/company/systems`,
      )
    return { id }
  },
})

export const getAllSystems = defineRoute({
  method: 'get',
  path: '/v1/systems',
  summary: "All companies' systems, for the marketplace's own doors that readings come in by.",
  access: 'read-systems',
  answers: z.object({ systems: z.array(system) }),
  handle: async (_input, { store }) => ({ systems: (await systemsOfAll(store)).map(formatSystem) }),
})

// Without identity there is no company whose users and systems these could be.
export const companyOf = ({ caller, refuse }: Access): Person =>
  caller.kind === 'person' ? caller : refuse("a company's administrator")
