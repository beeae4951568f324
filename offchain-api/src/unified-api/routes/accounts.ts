import { formatInstant, type Hex, MARKET_ROLES, type MarketRole, roleBits } from '@opem/domain'
import { z } from 'zod'
import {
  type AccountStatus,
  changeStatus,
  findAccounts,
  lockAccount,
  readAccount,
  type StoredAccount,
  storeRoles,
} from '../../access/accounts/accounts.ts'
import { type ChainCall, writeCall } from '../../access/chain/calls.ts'
import { whoIs } from '../../access/log/access-log.ts'
import { endSessionsOfAccount } from '../../access/session/sessions.ts'
import { noteAction } from '../../marketplace/audit-log/note.ts'
import { notify } from '../../marketplace/notifications/notify.ts'
import type { OperationalStore } from '../../operational/store.ts'
import { Refusal } from '../problem.ts'
import { defineRoute } from '../route.ts'
import type { Services } from '../services.ts'
import { bytes32, count, instantText } from '../shapes.ts'
import { marketRoles } from './access.ts'

type Rows = OperationalStore['rows']

const STATUSES = ['pending', 'active', 'suspended', 'revoked'] as const

const shape = z
  .object({
    account: bytes32,
    did: z.string(),
    name: z.string(),
    kind: z.enum(['company', 'citizen', 'machine']),
    status: z.enum(STATUSES),
    roles: z.array(z.enum(MARKET_ROLES)),
    version: count,
    createdAt: instantText,
    reason: z.string().nullable(),
  })
  .meta({ id: 'Account' })

const format = (it: StoredAccount) => ({
  ...{ account: it.account, did: it.did, name: it.name, kind: it.kind, status: it.status, roles: it.roles },
  ...{ version: it.version, createdAt: formatInstant(it.createdAt), reason: it.reason },
})

const params = z.strictObject({ account: bytes32 })
const PAGE = 50

export const getAccounts = defineRoute({
  method: 'get',
  path: '/v1/accounts',
  summary: 'Accounts in the order in which they were made, by a part of their name or DID and by status.',
  access: 'operator',
  query: z.strictObject({
    search: z.string().min(1).max(200).optional(),
    status: z.enum(STATUSES).optional(),
    cursor: z
      .string()
      .regex(/^\d{1,12}\.0x[0-9a-f]{64}$/)
      .optional(),
  }),
  answers: z.object({ accounts: z.array(shape), cursor: z.string().nullable() }),
  async handle({ query: { search, status, cursor } }, { store }) {
    const page = await findAccounts(store.rows, { search, status, cursor, limit: PAGE })
    return { accounts: page.accounts.map(format), cursor: page.cursor }
  },
})

export const getAccount = defineRoute({
  method: 'get',
  path: '/v1/accounts/{account}',
  summary: 'One account.',
  access: 'operator',
  params,
  answers: shape,
  handle: async ({ params: { account } }, { store }) => format(await known(store.rows, account)),
})

const CHANGES = {
  suspend: { from: ['active'], to: 'suspended', summary: 'Suspends an active account: its sessions end at once.' },
  reinstate: {
    from: ['suspended'],
    to: 'active',
    summary: 'Reinstates a suspended account, when the chain says so too.',
  },
  revoke: {
    from: ['pending', 'active', 'suspended'],
    to: 'revoked',
    summary: 'Revokes an account for ever: its sessions end at once.',
  },
} as const satisfies Record<string, { from: readonly AccountStatus[]; to: AccountStatus; summary: string }>

const decision = (kind: keyof typeof CHANGES) =>
  defineRoute({
    method: 'post',
    path: `/v1/accounts/{account}/${kind}`,
    summary: CHANGES[kind].summary,
    access: 'operator',
    params,
    body: z.strictObject({ reason: z.string().min(1).max(500) }),
    answers: shape,
    async handle({ params: { account }, body: { reason } }, services, { caller }) {
      const { store, access } = services
      const { from, to } = CHANGES[kind]
      const id = await store.transaction(async (rows) => {
        await lockAccount(rows, account)
        const before = await known(rows, account)
        if (before.status === to) return undefined
        if (!(from as readonly string[]).includes(before.status))
          throw new Refusal(
            409,
            'ERR_ACCOUNT_STATUS',
            `the account is ${before.status}; ${kind} needs one that is ${from.join(' or ')}`,
          )
        // Whom we keep out is out before the chain has heard of it; who comes back, when it has.
        if (kind !== 'reinstate') {
          await changeStatus(rows, { account, from, to, reason })
          await endSessionsOfAccount(rows, { account, now: access.now(), because: `the operator: ${reason}` })
        }
        await noteAction(rows, {
          ...{ by: whoIs(caller), account: account as Hex, action: `account.${kind}`, about: { account } },
          detail: { from: before.status, to },
        })
        await tellHolder(rows, account, { title: DECIDED[kind], text: reason })
        return writeCall(rows, account, { kind }, access.now())
      })
      return tellChain(services, account, id)
    },
  })

export const postSuspend = decision('suspend')
export const postReinstate = decision('reinstate')
export const postRevoke = decision('revoke')

const DECIDED = {
  suspend: 'Your account was suspended',
  reinstate: 'Your account is reinstated',
  revoke: 'Your account was revoked',
} as const

/** Whose account it is reads of it as soon as they are let in. */
const tellHolder = (rows: Rows, account: string, words: { title: string; text: string }) =>
  notify(rows, {
    ...{ account: account as Hex, kind: 'account-changed', about: { account }, link: '/credentials' },
    words,
  })

export const putRoles = defineRoute({
  method: 'put',
  path: '/v1/accounts/{account}/roles',
  summary: 'Sets the roles that bound an account; what its sessions may do follows at once.',
  access: 'operator',
  params,
  body: z.strictObject({ roles: marketRoles }),
  answers: shape,
  async handle({ params: { account }, body: { roles } }, services, { caller }) {
    const { store, access } = services
    const id = await store.transaction(async (rows) => {
      await lockAccount(rows, account)
      const before = await known(rows, account)
      if (!(await storeRoles(rows, account, roles as MarketRole[])))
        throw new Refusal(409, 'ERR_ACCOUNT_STATUS', 'only an active or suspended account has roles to change')
      await noteAction(rows, {
        ...{ by: whoIs(caller), account: account as Hex, action: 'account.roles', about: { account } },
        detail: { from: [...before.roles], to: roles },
      })
      const none = 'It has no role now.'
      await tellHolder(rows, account, {
        title: 'The roles of your account were changed',
        text:
          roles.length === 0 ? none : `It may act as ${roles.map((role) => role.replace('-', ' ')).join(', ')} now.`,
      })
      const call: ChainCall = { kind: 'change-roles', roles: roleBits(roles) }
      return writeCall(rows, account, call, access.now())
    })
    return tellChain(services, account, id)
  },
})

export const getUsage = defineRoute({
  method: 'get',
  path: '/v1/accounts/{account}/usage',
  summary: 'What an account did in the last 90 days: sign-ins, requests, and how many of them were refused.',
  access: 'operator',
  params,
  answers: z.object({
    days: z.array(z.object({ day: z.iso.date(), signIns: count, requests: count, refused: count })),
  }),
  async handle({ params: { account } }, { store }) {
    await known(store.rows, account)
    const days = await store.rows<{ day: string; signIns: number; requests: number; refused: number }>(
      `SELECT to_char(day, 'YYYY-MM-DD') AS day, sign_ins AS "signIns", requests, refused FROM access_usage
       WHERE account = $1 ORDER BY access_usage.day DESC LIMIT 90`,
      [account],
    )
    return { days: days.reverse() }
  },
})

const CHAIN_WAIT_MS = 5000

/** Waits a little for the chain; what it has not heard yet it is told until it has. */
async function tellChain({ store, access }: Services, account: string, id: number | undefined) {
  const fate = id === undefined ? undefined : await access.outbox.settle(id, CHAIN_WAIT_MS).catch(() => undefined)
  if (fate?.status === 'dropped')
    throw new Refusal(
      409,
      'ERR_CHAIN_REFUSED',
      `the account registry refused: ${fate.why}; what is stored here stays as it is`,
    )
  return format(await known(store.rows, account))
}

async function known(rows: Services['store']['rows'], account: string): Promise<StoredAccount> {
  const found = await readAccount(rows, account)
  if (!found)
    throw new Refusal(404, 'ERR_ACCOUNT_UNKNOWN', `there is no account ${account}; list them with GET /v1/accounts`)
  return found
}
