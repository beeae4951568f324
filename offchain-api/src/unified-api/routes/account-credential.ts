import { formatInstant, type Hex } from '@opem/domain'
import { z } from 'zod'
import type { AccessParts } from '../../access/access.ts'
import type { Person } from '../../access/caller/caller.ts'
import { makeChallenge } from '../../access/challenge/challenges.ts'
import { pendingCredential, readCredential } from '../../access/contract/credentials.ts'
import type { Update } from '../../access/contract/next-version.ts'
import type { AccountClaims } from '../../access/identity.ts'
import { claimedHolder, givenProof } from '../../access/proof.ts'
import { reissueCredential } from '../../access/renewal/reissue.ts'
import { RENEWABLE_SECONDS, renewCredential } from '../../access/renewal/renew.ts'
import { BROWSER, type Cookies } from '../../access/session/cookies.ts'
import { Refusal } from '../problem.ts'
import { type Access, defineRoute } from '../route.ts'
import { bytes32, count, instantText } from '../shapes.ts'

const line = z.object({
  contract: bytes32,
  kind: z.enum(['service', 'data']),
  role: z.enum(['provider', 'user']),
  since: instantText,
})
const delivery = z
  .enum(['wallet', 'response'])
  .meta({ description: "`wallet`: the company's wallet is brought it and asked for the receipt" })

export const getAccountCredential = defineRoute({
  method: 'get',
  path: '/v1/access/credential',
  summary:
    'The Account credential of whoever is signed in: its version, until when it is good, its contracts, and the version that waits for its receipt.',
  access: 'own-session',
  answers: z.object({
    account: bytes32,
    version: count,
    credentialHash: bytes32,
    expiresAt: instantText,
    renewableFrom: instantText,
    contracts: z.array(line),
    pending: z
      .object({
        version: count,
        credentialHash: bytes32,
        waitsUntil: instantText,
        delivery,
        contracts: z.array(line).meta({ description: 'the lines that it adds' }),
        reason: z.string().nullable().meta({ description: "how the last try at the company's wallet ended" }),
      })
      .nullable(),
  }),
  async handle(_input, { access, store }, { caller, refuse }) {
    const person = caller.kind === 'person' ? caller : refuse('somebody who signed in')
    const { version } = await versionOf(access, person)
    const [current, waiting] = await Promise.all([
      readCredential(store.rows, person.account, version),
      pendingCredential(store.rows, person.account),
    ])
    const lines = linesOf(current!.claims)
    const pending = waiting && waiting.pendingUntil > access.now() ? waiting : undefined
    return {
      ...{ account: person.account, version, credentialHash: current!.hash, contracts: lines },
      expiresAt: formatInstant(current!.expiresAt),
      renewableFrom: formatInstant(current!.expiresAt - RENEWABLE_SECONDS),
      pending: pending
        ? {
            ...{ version: pending.version, credentialHash: pending.hash, reason: pending.reason },
            waitsUntil: formatInstant(pending.pendingUntil),
            delivery: deliveryOf(person.accountKind),
            contracts: linesOf(pending.claims).slice(lines.length),
          }
        : null,
    }
  },
})

export const getPendingCredential = defineRoute({
  method: 'get',
  path: '/v1/access/credential/pending',
  summary:
    'The version of the own Account credential that waits for its receipt (POST /v1/access/receipts), for a citizen or a machine.',
  access: 'own-session',
  answers: z.object({ version: count, credentialHash: bytes32, waitsUntil: instantText, credential: z.string() }),
  async handle(_input, { access, store }, allowed) {
    const person = holderOf(allowed)
    if (person.accountKind === 'company')
      throw new Refusal(
        409,
        'ERR_BROUGHT_TO_WALLET',
        "a company's credential is brought to its wallet and to nobody else; see that the wallet runs",
      )
    const waiting = await pendingCredential(store.rows, person.account)
    if (!waiting?.jwt || waiting.pendingUntil <= access.now())
      throw new Refusal(404, 'ERR_NO_UPDATE', 'no version of this Account credential waits for its receipt')
    return {
      ...{ version: waiting.version, credentialHash: waiting.hash, credential: waiting.jwt },
      waitsUntil: formatInstant(waiting.pendingUntil),
    }
  },
})

export const handedVersion = z
  .object({
    account: bytes32,
    version: count,
    status: z.enum(['pending', 'active']),
    delivery,
    credential: z.string().optional(),
    receipt: z
      .object({ challenge: bytes32, audience: z.string(), expiresAt: instantText, credentialHash: bytes32 })
      .optional(),
  })
  .meta({ id: 'HandedVersion' })

export const postRenewal = defineRoute({
  method: 'post',
  path: '/v1/access/credential/renewals',
  summary:
    'The own Account credential for another year, in its last 60 days: the next version, pending until its receipt. Asked again, it is the same one.',
  access: 'own-session',
  limited: {},
  answers: handedVersion,
  async handle(_input, { access }, allowed) {
    const person = holderOf(allowed)
    const { version } = await versionOf(access, person)
    const update = await renewCredential(access, { account: person.account as Hex, version })
    return handOver(access, update, person.accountKind, allowed.cookies)
  },
})

export const postReissue = defineRoute({
  method: 'post',
  path: '/v1/access/reissues',
  summary:
    'A lost or expired Account credential again, as the next version: for who shows (operation `reissue`) an Identity credential of the same DID, or is the company’s administrator. It is in force when its receipt comes.',
  access: 'public',
  limited: { holderOf: ({ body }) => claimedHolder(body.presentation) },
  body: z.strictObject({ presentation: givenProof }),
  answers: handedVersion,
  async handle({ body: { presentation } }, { access }, { cookies }) {
    const { kind, ...update } = await reissueCredential(access, { presentation, browser: cookies.get(BROWSER) })
    return handOver(access, update, kind, cookies)
  },
})

/** The answer with the credential for its holder; a company's goes to its wallet and to nobody else. */
async function handOver(access: AccessParts, update: Update, kind: Person['accountKind'], cookies: Cookies) {
  const { account, version, status, credential, credentialHash } = update
  const answer = { account, version, status, delivery: deliveryOf(kind) }
  if (kind === 'company' || status === 'active' || credential === null) return answer
  const [{ marketplace }, receipt] = await Promise.all([
    access.identity(),
    makeChallenge(access.store, { browser: cookies.browser(), operation: 'receipt', account, now: access.now() }),
  ])
  const { challenge } = receipt
  return {
    ...{ ...answer, credential },
    receipt: { challenge, audience: marketplace, expiresAt: formatInstant(receipt.expiresAt), credentialHash },
  }
}

const deliveryOf = (kind: Person['accountKind']) => (kind === 'company' ? 'wallet' : 'response')

const linesOf = (claims: object) => (claims as AccountClaims).contracts.map((line) => ({ ...line }))

const versionOf = async ({ store }: AccessParts, { account }: Person): Promise<{ version: number }> =>
  (await store.rows<{ version: number }>('SELECT version FROM accounts WHERE account = $1', [account]))[0]!

/** An account's holder, or its company's administrator: others act for it and do not answer for its credential. */
function holderOf({ caller, refuse }: Access): Person {
  if (caller.kind !== 'person') return refuse('somebody who signed in')
  if (caller.accountKind === 'company' && !caller.companyAdministrator) return refuse("the company's administrator")
  return caller
}
