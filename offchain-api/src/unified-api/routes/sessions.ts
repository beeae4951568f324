import { ACTORS, ROLES } from '@opem/domain'
import { z } from 'zod'
import { claimedHolder, givenProof } from '../../access/proof.ts'
import { ACCESS, BROWSER, REFRESH } from '../../access/session/cookies.ts'
import { endSession } from '../../access/session/sessions.ts'
import { formatSession, handOut, REFRESH_PATH, refresh } from '../../access/session/tokens.ts'
import { signIn } from '../../access/sign-in/sign-in.ts'
import { defineRoute } from '../route.ts'
import { bytes32, instantText } from '../shapes.ts'

const session = z
  .object({
    did: z.string(),
    name: z.string(),
    organisation: z.string().nullable(),
    account: bytes32,
    kind: z.enum(['company', 'citizen', 'machine']),
    roles: z.array(z.enum(ROLES)),
    actors: z.array(z.enum(ACTORS)).meta({ description: 'columns of D2.3 Table 5' }),
    operator: z.boolean(),
    expiresAt: instantText,
  })
  .meta({ id: 'Session' })

const handedOut = z.object({
  session,
  accessToken: z.string().optional().meta({ description: 'with tokens=body' }),
  refreshHandle: z.string().optional().meta({ description: 'with tokens=body' }),
})
const tokens = z.enum(['cookie', 'body']).default('cookie')

export const postSignIn = defineRoute({
  method: 'post',
  path: '/v1/access/sign-ins',
  summary:
    "Opens a session for an account's holder, or for a representative of a company, whose wallet is asked for the Account credential when it is not presented. Tokens come as cookies, or in the body for a machine.",
  access: 'public',
  limited: { holderOf: ({ body }) => claimedHolder(body.presentation) },
  body: z.strictObject({ presentation: givenProof, tokens }),
  answers: handedOut,
  async handle({ body }, { access }, { cookies }) {
    const opened = await signIn(access, { presentation: body.presentation, browser: cookies.get(BROWSER) })
    return handOut(access, opened, { cookies, tokens: body.tokens })
  },
})

export const postRefresh = defineRoute({
  method: 'post',
  path: '/v1/access/refresh',
  summary:
    'A new access token and the next refresh handle for this one, from the cookie or the body. A handle that comes twice ends the session.',
  access: 'public',
  limited: { holderOf: ({ body }, cookies) => body?.refreshHandle ?? cookies.get(REFRESH) },
  body: z.strictObject({ refreshHandle: z.string().max(100).optional() }).optional(),
  answers: handedOut,
  async handle({ body }, { access }, { cookies }) {
    const given = body?.refreshHandle
    const opened = await refresh(access, given ?? cookies.get(REFRESH))
    return handOut(access, opened, { cookies, tokens: given === undefined ? 'cookie' : 'body' })
  },
})

export const getSession = defineRoute({
  method: 'get',
  path: '/v1/access/session',
  summary: 'Who is signed in, and as what.',
  access: 'own-session',
  answers: z.object({ session }),
  async handle(_input, _services, { caller, refuse }) {
    return caller.kind === 'person' ? { session: formatSession(caller) } : refuse('somebody who signed in')
  },
})

export const deleteSession = defineRoute({
  method: 'delete',
  path: '/v1/access/session',
  summary: 'Ends the session, for every token of it at once.',
  access: 'own-session',
  answers: z.object({ ended: z.boolean() }),
  async handle(_input, { access }, { caller, cookies }) {
    cookies.drop(ACCESS)
    cookies.drop(REFRESH, REFRESH_PATH)
    if (caller.kind === 'person') await endSession(access.store, caller.session, access.now(), 'its holder ended it')
    return { ended: caller.kind === 'person' }
  },
})
