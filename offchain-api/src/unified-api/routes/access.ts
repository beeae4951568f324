import { formatInstant, type Hex, MARKET_ROLES, OPERATIONS } from '@opem/domain'
import { z } from 'zod'
import { readAccount } from '../../access/accounts/accounts.ts'
import { makeChallenge } from '../../access/challenge/challenges.ts'
import { readCredential } from '../../access/contract/credentials.ts'
import { claimedHolder, givenProof } from '../../access/proof.ts'
import { receiptOf } from '../../access/receipt/receipts.ts'
import { takeReceipt } from '../../access/registration/receipt.ts'
import { register } from '../../access/registration/register.ts'
import { TERMS } from '../../access/registration/terms.ts'
import { BROWSER } from '../../access/session/cookies.ts'
import { Refusal } from '../problem.ts'
import { defineRoute } from '../route.ts'
import { bytes32, count, instantText } from '../shapes.ts'

const did = z.string()
export const marketRoles = z
  .array(z.enum(MARKET_ROLES))
  .min(1)
  .max(MARKET_ROLES.length)
  .refine((roles) => new Set(roles).size === roles.length, 'each role once')

export const postChallenge = defineRoute({
  method: 'post',
  path: '/v1/access/challenges',
  summary: '32 random bytes for one operation of this browser (cookie opem_browser): good once, and for two minutes.',
  access: 'public',
  limited: {},
  body: z.strictObject({ operation: z.enum(OPERATIONS) }),
  answers: z.object({
    challenge: bytes32,
    audience: did.meta({ description: 'DID of the marketplace: to whom something is proved' }),
    chainId: count,
    operation: z.enum(OPERATIONS),
    expiresAt: instantText,
  }),
  async handle({ body: { operation } }, { access }, { cookies }) {
    const { marketplace, chainId } = await access.identity()
    const made = await makeChallenge(access.store, { browser: cookies.browser(), operation, now: access.now() })
    return {
      challenge: made.challenge,
      audience: marketplace,
      chainId,
      operation,
      expiresAt: formatInstant(made.expiresAt),
    }
  },
})

export const postRegistration = defineRoute({
  method: 'post',
  path: '/v1/access/registrations',
  summary:
    'Opens an account that is pending until its holder shows that the Account credential has arrived. A company is brought it to its wallet, a citizen finds it in the answer. Asked again while it is pending, it answers the same.',
  access: 'public',
  limited: { holderOf: ({ body }) => claimedHolder(body.presentation) },
  body: z.strictObject({
    kind: z.enum(['company', 'citizen']),
    roles: marketRoles,
    terms: z.string().max(20).meta({ description: 'version of the terms that is accepted' }),
    presentation: givenProof,
  }),
  answers: z.object({
    account: bytes32,
    status: z.literal('pending'),
    delivery: z.enum(['wallet', 'response']),
    credential: z.string().optional(),
    receipt: z
      .object({ challenge: bytes32, audience: did, expiresAt: instantText, credentialHash: bytes32 })
      .optional(),
  }),
  async handle({ body }, { access }, { cookies }) {
    const opened = await register(access, { ...body, browser: cookies.get(BROWSER) })
    const { account } = opened
    if (body.kind === 'company') return { account, status: 'pending', delivery: 'wallet' }
    const [{ marketplace }, receipt] = await Promise.all([
      access.identity(),
      makeChallenge(access.store, { browser: cookies.browser(), operation: 'receipt', account, now: access.now() }),
    ])
    return {
      ...{ account, status: 'pending', delivery: 'response', credential: opened.credential },
      receipt: {
        challenge: receipt.challenge,
        audience: marketplace,
        expiresAt: formatInstant(receipt.expiresAt),
        credentialHash: opened.credentialHash,
      },
    }
  },
})

export const getRegistration = defineRoute({
  method: 'get',
  path: '/v1/access/registrations/{account}',
  summary: 'How far a registration is, and what it waits for.',
  access: 'public',
  params: z.strictObject({ account: bytes32 }),
  answers: z.object({
    status: z.enum(['pending', 'active', 'suspended', 'revoked', 'expired', 'none']),
    reason: z.string().optional(),
  }),
  async handle({ params }, { access }) {
    const account = await readAccount(access.store.rows, params.account)
    if (!account) return { status: 'none' }
    if (account.status !== 'pending') return { status: account.status }
    if (account.pendingUntil <= access.now()) return { status: 'expired' }
    const credential = await readCredential(access.store.rows, params.account, account.version)
    return { status: 'pending', ...(credential?.reason ? { reason: credential.reason } : {}) }
  },
})

export const postReceipt = defineRoute({
  method: 'post',
  path: '/v1/access/receipts',
  summary:
    'Takes the receipt of an Account credential: the holder presents it, and the account or its new version is in force.',
  access: 'public',
  limited: { holderOf: ({ body }) => claimedHolder(body.presentation) },
  body: z.strictObject({
    presentation: givenProof,
    operation: z
      .enum(['receipt', 'contract'])
      .default('receipt')
      .meta({ description: 'what the challenge was made for: `contract` says that the holder confirms one by it' }),
  }),
  answers: z.object({
    account: bytes32,
    status: z.literal('active'),
    receipt: z
      .string()
      .optional()
      .meta({ description: 'the marketplace’s Receipt credential: what was agreed, when, under which terms' }),
  }),
  async handle({ body: { presentation, operation } }, { access }, { cookies }) {
    const { account } = await takeReceipt(access, { presentation, operation, browser: cookies.get(BROWSER) })
    // The account is active whatever becomes of the receipt: the same request again answers it.
    const receipt = await receiptOf(access, account).catch(() => undefined)
    return { account: account as Hex, status: 'active', ...(receipt ? { receipt } : {}) }
  },
})

export const postDevelopmentIdentity = defineRoute({
  method: 'post',
  path: '/v1/access/development/identity-credentials',
  summary: 'Development chains only: an identity credential for whoever asks, from the development issuer.',
  access: 'public',
  limited: { holderOf: ({ body }) => body.did.toLowerCase() },
  body: z.strictObject({ did: z.string().max(512), name: z.string().min(1).max(200) }),
  answers: z.object({ credential: z.string() }),
  async handle({ body: { did: subject, name } }, { access, development }) {
    const issue = development ? access.issueDevelopmentIdentity : undefined
    if (!issue)
      throw new Refusal(
        404,
        'ERR_NO_DEVELOPMENT_ISSUER',
        'identities come from accredited issuers; only a development chain has one for everybody',
      )
    return { credential: await issue(subject, name) }
  },
})

export const getTerms = defineRoute({
  method: 'get',
  path: '/v1/access/terms',
  summary: 'The terms that a registration accepts.',
  access: 'public',
  answers: z.object({ version: z.string(), title: z.string(), text: z.string() }),
  handle: async () => TERMS,
})

export const getKeys = defineRoute({
  method: 'get',
  path: '/v1/access/keys',
  summary: 'Public keys of access tokens (RFC 7517): which sign now, and which will.',
  access: 'public',
  answers: z.object({ keys: z.array(z.record(z.string(), z.unknown())) }),
  handle: async (_input, { access }) => (await access.tokens()).keySet(),
})
