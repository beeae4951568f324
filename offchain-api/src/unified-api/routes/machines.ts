import { formatInstant, MARKET_ROLES, type MarketRole } from '@opem/domain'
import { z } from 'zod'
import { machinesOf, readAccount, type StoredAccount } from '../../access/accounts/accounts.ts'
import { closeMachine, openMachine, reissueForMachine } from '../../access/company/machines.ts'
import { defineRoute } from '../route.ts'
import { bytes32, count, instantText } from '../shapes.ts'
import { marketRoles } from './access.ts'
import { companyOf } from './company.ts'

const machine = z
  .object({
    account: bytes32,
    did: z.string(),
    name: z.string(),
    roles: z.array(z.enum(MARKET_ROLES)),
    status: z.enum(['pending', 'active', 'suspended', 'revoked', 'expired']),
    version: count,
    createdAt: instantText,
    waitsUntil: instantText.nullable().meta({ description: 'while it is pending: until when its receipt is taken' }),
  })
  .meta({ id: 'Machine' })

const format = (it: StoredAccount, now: number) => ({
  ...{ account: it.account, did: it.did, name: it.name, roles: [...it.roles], version: it.version },
  status: it.status === 'pending' && it.pendingUntil <= now ? 'expired' : it.status,
  createdAt: formatInstant(it.createdAt),
  waitsUntil: it.status === 'pending' ? formatInstant(it.pendingUntil) : null,
})

/** To give to the machine: only its own key can present it. */
const credential = z.string().meta({ description: 'the Account credential, for the machine to keep and to present' })
const params = z.strictObject({ account: bytes32 })

export const getMachines = defineRoute({
  method: 'get',
  path: '/v1/company/machines',
  summary: "The company's machines with an account of their own.",
  access: 'company-administrator',
  answers: z.object({ machines: z.array(machine) }),
  handle: async (_input, { store, access: { now } }, access) => ({
    machines: (await machinesOf(store.rows, companyOf(access).account)).map((one) => format(one, now())),
  }),
})

export const postMachine = defineRoute({
  method: 'post',
  path: '/v1/company/machines',
  summary:
    'Opens an account of kind machine for a DID, in some of the company’s roles. It is active when the machine has shown the receipt (POST /v1/access/receipts).',
  access: 'company-administrator',
  limited: {},
  body: z.strictObject({ did: z.string().max(512), name: z.string().min(1).max(200), roles: marketRoles }),
  answers: z.object({ machine, credential }),
  async handle({ body }, { access, store }, allowed) {
    const opened = await openMachine(access, companyOf(allowed), { ...body, roles: body.roles as MarketRole[] })
    const stored = (await readAccount(store.rows, opened.account))!
    return { machine: format(stored, access.now()), credential: opened.credential }
  },
})

export const postMachineReissue = defineRoute({
  method: 'post',
  path: '/v1/company/machines/{account}/reissues',
  summary:
    "A machine's lost or expired credential again, as the next version: in force when the machine has shown its receipt.",
  access: 'company-administrator',
  limited: {},
  params,
  answers: z.object({
    version: count,
    status: z.enum(['pending', 'active']),
    credential: credential.nullable(),
  }),
  async handle({ params: { account } }, { access }, allowed) {
    const { version, status, credential: jwt } = await reissueForMachine(access, companyOf(allowed), account)
    return { version, status, credential: jwt }
  },
})

export const deleteMachine = defineRoute({
  method: 'delete',
  path: '/v1/company/machines/{account}',
  summary: "Closes a machine's account for ever: its sessions end at once.",
  access: 'company-administrator',
  params,
  answers: machine,
  handle: async ({ params: { account } }, { access }, allowed) =>
    format(await closeMachine(access, companyOf(allowed), account), access.now()),
})
