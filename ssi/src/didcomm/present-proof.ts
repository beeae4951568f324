import { ok, type Result, refuse } from '@opem/domain'
import { z } from 'zod'
import { jwtAttachment, jwtOf } from './attachment.ts'
import type { DidcommMessage } from './check-message.ts'
import type { Draft } from './didcomm.ts'
import { PRESENTATION, REQUEST_PRESENTATION } from './message-types.ts'

/** present-proof 3.0 names this format for requests in the form of DIF Presentation Exchange. */
const FORMAT = 'dif/presentation-exchange/definitions@v1.0'
const GOAL = 'opem.'

/** What a verifier asks a wallet to present. */
export interface PresentationRequest {
  /** What the presentation will be used for: `sign-in`, `receipt`, `contract`, … */
  readonly operation: string
  /** 0x and 64 hex digits, used once. */
  readonly challenge: `0x${string}`
  /** DID of the verifier: the presentation counts for nobody else. */
  readonly audience: string
  /** Types of the credentials, in the order in which they are wanted. */
  readonly types: readonly string[]
  /** Hashes of the very credentials, in the same order; without them the wallet takes its newest accepted ones. */
  readonly credentials?: readonly `0x${string}`[] | undefined
}

const hash = z.custom<`0x${string}`>((value) => typeof value === 'string' && /^0x[0-9a-f]{64}$/.test(value))

const Descriptor = z.strictObject({
  id: z.string().min(1).max(64),
  name: z.string().regex(/^[A-Z][A-Za-z]{0,63}$/),
  purpose: hash.optional(),
  constraints: z.strictObject({
    fields: z.tuple([
      z.strictObject({
        path: z.tuple([z.literal('$.vc.type')]),
        filter: z.strictObject({ type: z.literal('array'), contains: z.strictObject({ const: z.string() }) }),
      }),
    ]),
  }),
})
const Definition = z.strictObject({
  options: z.strictObject({ challenge: hash, domain: z.string().min(1).max(512) }),
  presentation_definition: z.strictObject({
    id: z.string().min(1).max(256),
    format: z.strictObject({ jwt_vp: z.strictObject({ alg: z.tuple([z.literal('ES256K')]) }) }),
    input_descriptors: z.array(Descriptor).min(1).max(4),
  }),
})

const descriptorOf = (type: string, index: number, credential: `0x${string}` | undefined) => ({
  id: String(index),
  name: type,
  ...(credential ? { purpose: credential } : {}),
  constraints: { fields: [{ path: ['$.vc.type'], filter: { type: 'array', contains: { const: type } } }] },
})

/** present-proof 3.0: asks for a presentation under a challenge, to be answered in the same HTTP exchange. */
export const requestPresentationMessage = (
  { operation, challenge, audience, types, credentials = [] }: PresentationRequest,
  thid?: string,
): Draft => ({
  type: REQUEST_PRESENTATION,
  return_route: 'all',
  ...(thid === undefined ? {} : { thid }),
  body: { goal_code: `${GOAL}${operation}`, will_confirm: false },
  attachments: [
    {
      id: 'request',
      media_type: 'application/json',
      format: FORMAT,
      data: {
        json: {
          options: { challenge, domain: audience },
          presentation_definition: {
            id: challenge,
            format: { jwt_vp: { alg: ['ES256K'] } },
            input_descriptors: types.map((type, index) => descriptorOf(type, index, credentials[index])),
          },
        },
      },
    },
  ],
})

/** What a request-presentation message asks; a request that asks for anything else in any other form is refused. */
export function presentationRequestIn(message: DidcommMessage): Result<PresentationRequest, 'ERR_REQUEST_SHAPE'> {
  const [attachment, ...others] = message.attachments ?? []
  const goal = message.body.goal_code
  const definition =
    attachment?.format === FORMAT && others.length === 0 && 'json' in attachment.data
      ? Definition.safeParse(attachment.data.json)
      : undefined
  if (typeof goal !== 'string' || !/^opem\.[a-z-]{1,32}$/.test(goal) || !definition?.success) {
    return refuse('ERR_REQUEST_SHAPE', `A request needs a goal_code opem.… and one attachment in the format ${FORMAT}.`)
  }
  const { options, presentation_definition: wanted } = definition.data
  const descriptors = wanted.input_descriptors
  const named = descriptors.map(({ purpose }) => purpose).filter((purpose) => purpose !== undefined)
  if (
    (named.length > 0 && named.length < descriptors.length) ||
    descriptors.some(({ name, constraints }) => name !== constraints.fields[0].filter.contains.const)
  ) {
    return refuse('ERR_REQUEST_SHAPE', 'A request names the hash of every credential or of none, and each type once.')
  }
  return ok({
    operation: goal.slice(GOAL.length),
    challenge: options.challenge,
    audience: options.domain,
    types: descriptors.map(({ name }) => name),
    ...(named.length > 0 ? { credentials: named } : {}),
  })
}

/** present-proof 3.0: the wallet's answer, a VP-JWT. */
export const presentationMessage = (thid: string, jwt: string): Draft => ({
  type: PRESENTATION,
  thid,
  body: {},
  attachments: [jwtAttachment('presentation', jwt)],
})

export const presentationIn = (message: DidcommMessage): string | undefined =>
  message.type === PRESENTATION ? jwtOf(message) : undefined
