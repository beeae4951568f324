import { formatInstant, OPERATIONS } from '@opem/domain'
import { readAuthorisationResponse } from '@opem/ssi/openid4vp'
import { z } from 'zod'
import { makeChallenge } from '../../access/challenge/challenges.ts'
import { keepAnswer, keepRefusal, readRequest, storeRequest, WALLET_TYPES } from '../../access/openid4vp/requests.ts'
import { BROWSER } from '../../access/session/cookies.ts'
import { Refusal } from '../problem.ts'
import { defineRoute, text } from '../route.ts'
import type { Services } from '../services.ts'
import { instantText } from '../shapes.ts'

const params = z.strictObject({ id: z.string().regex(/^[A-Za-z0-9_-]{43}$/) })
const PATH = '/v1/access/openid4vp'

export const postWalletRequest = defineRoute({
  method: 'post',
  path: `${PATH}/requests`,
  summary:
    'Asks an EU wallet (OpenID4VP 1.0) for what an operation needs. The page shows the link, waits for the answer, and presents {"kind":"openid4vp","request":id}.',
  access: 'public',
  limited: {},
  body: z.strictObject({ operation: z.enum(OPERATIONS) }),
  answers: z.object({
    id: z.string(),
    requestUri: z.string().meta({ description: 'a link that opens the wallet, also as QR code' }),
    requestObject: z.string().meta({ description: 'where the wallet finds the signed request' }),
    expiresAt: instantText,
  }),
  async handle({ body: { operation } }, { access }, { cookies, origin }) {
    if (!WALLET_TYPES[operation])
      throw new Refusal(
        422,
        'ERR_VP_OPERATION',
        `an EU wallet holds nothing for the operation ${operation}; use another wallet`,
      )
    const [asked, browser] = [await access.openid4vp(), cookies.browser()]
    const { challenge, expiresAt } = await makeChallenge(access.store, { browser, operation, now: access.now() })
    const id = await storeRequest(access.store, { browser, operation, challenge, expiresAt, now: access.now() })
    const requestObject = `${access.publicUrl ?? origin}${PATH}/requests/${id}`
    return { id, requestUri: asked.link(requestObject), requestObject, expiresAt: formatInstant(expiresAt) }
  },
})

const requestObject = async ({ access }: Services, origin: string, id: string, walletNonce?: string) => {
  const request = await known(access, id)
  const jwt = await (await access.openid4vp()).request(request, {
    responseUri: `${access.publicUrl ?? origin}${PATH}/responses/${id}`,
    now: access.now(),
    ...(walletNonce === undefined ? {} : { walletNonce }),
  })
  return text('application/oauth-authz-req+jwt', jwt)
}

export const getWalletRequest = defineRoute({
  method: 'get',
  path: `${PATH}/requests/{id}`,
  summary: 'The signed request object (RFC 9101), for the wallet.',
  access: 'public',
  limited: { holderOf: ({ params: { id } }) => id },
  params,
  answers: z.string(),
  handle: ({ params: { id } }, services, { origin }) => requestObject(services, origin, id),
})

export const postWalletRequestObject = defineRoute({
  method: 'post',
  path: `${PATH}/requests/{id}`,
  summary: 'The same for a wallet that sends a nonce of its own (request_uri_method=post).',
  access: 'public',
  limited: { holderOf: ({ params: { id } }) => id },
  params,
  form: true,
  answers: z.string(),
  handle({ params: { id }, form }, services, { origin }) {
    const nonce = new URLSearchParams(form).get('wallet_nonce') ?? undefined
    return requestObject(services, origin, id, nonce?.slice(0, 500))
  },
})

export const postWalletResponse = defineRoute({
  method: 'post',
  path: `${PATH}/responses/{id}`,
  summary:
    "The wallet's answer, encrypted to the key of its request (direct_post.jwt); it is verified when the page presents it.",
  access: 'public',
  limited: { holderOf: ({ params: { id } }) => id },
  params,
  form: true,
  bodyLimit: 600_000,
  answers: z.object({}),
  async handle({ params: { id }, form }, { access }) {
    const { state, responseKey } = await known(access, id)
    const answer = await readAuthorisationResponse(form ?? '', { state, responseKey })
    if (!answer.ok) {
      await keepRefusal(access.store, id, `${answer.code}: ${answer.reason}`)
      throw new Refusal(400, answer.code, answer.reason)
    }
    if (!(await keepAnswer(access.store, id, answer.value)))
      throw new Refusal(409, 'ERR_CHALLENGE_UNKNOWN', 'this request was answered before')
    return {}
  },
})

export const getWalletResponse = defineRoute({
  method: 'get',
  path: `${PATH}/responses/{id}`,
  summary: 'Whether the wallet has answered, for the browser that asked.',
  access: 'public',
  limited: { holderOf: ({ params: { id } }) => id },
  params,
  answers: z.object({ status: z.enum(['waiting', 'answered', 'refused']), reason: z.string().optional() }),
  async handle({ params: { id } }, { access }, { cookies }) {
    const request = await known(access, id, cookies.get(BROWSER) ?? 'nobody')
    if (request.vpToken) return { status: 'answered' }
    return request.reason === null ? { status: 'waiting' } : { status: 'refused', reason: request.reason }
  },
})

async function known({ store, now }: Services['access'], id: string, browser?: string) {
  const request = await readRequest(store, { id, now: now(), ...(browser === undefined ? {} : { browser }) })
  if (request) return request
  throw new Refusal(404, 'ERR_WALLET_REQUEST_UNKNOWN', 'there is no such request, or it is over; make a new one')
}
