import { ok, type Result, refuse } from '@opem/domain'
import { z } from 'zod'

export type DidcommCode =
  | 'ERR_DIDCOMM_ENVELOPE'
  | 'ERR_DIDCOMM_SHAPE'
  | 'ERR_DIDCOMM_SENDER'
  | 'ERR_DIDCOMM_RECIPIENT'
  | 'ERR_DIDCOMM_TIME'
  | 'ERR_DIDCOMM_EXPIRED'
  | 'ERR_DIDCOMM_STRANGER'
  | 'ERR_DIDCOMM_REPLAY'

/** Seconds after its creation in which a message counts; its id is remembered for as long. */
export const MESSAGE_LIFETIME = 600
/** Seconds by which another's clock may be ahead of ours. */
const CLOCK_AHEAD = 60

const Attachment = z.object({
  id: z.string().max(256).optional(),
  media_type: z.string().max(128).optional(),
  format: z.string().max(128).optional(),
  data: z.union([z.object({ base64: z.string() }), z.object({ json: z.unknown() })]),
})

/** DIDComm v2 §"Plaintext Message Structure"; headers that nobody here uses are ignored, as the clause demands. */
const Message = z.object({
  id: z.string().min(1).max(256),
  typ: z.literal('application/didcomm-plain+json').optional(),
  type: z.string().min(1).max(256),
  from: z.string().max(512),
  to: z.array(z.string().max(512)).min(1).max(16),
  thid: z.string().min(1).max(256).optional(),
  pthid: z.string().min(1).max(256).optional(),
  created_time: z.number().int().nonnegative(),
  expires_time: z.number().int().nonnegative().optional(),
  return_route: z.enum(['none', 'all', 'thread']).optional(),
  // A DID is not exchanged for another on the way: whoever rotates publishes it on chain.
  from_prior: z.undefined().optional(),
  body: z.record(z.string(), z.unknown()),
  attachments: z.array(Attachment).max(16).optional(),
})

export type DidcommMessage = z.infer<typeof Message>

/** What the envelope proved about its message. */
export interface EnvelopeProof {
  readonly encrypted: boolean
  readonly authenticated: boolean
  readonly encrypted_from_kid?: string | null
  readonly re_wrapped_in_forward?: boolean
}

/**
 * Whether an opened message may be believed: authenticated encryption by a key of the DID that it says it is from, meant
 * for us, made just now. The library checks none of it, and a message whose `from` is another's opens all the same.
 * @param now epoch seconds
 */
export function checkMessage(
  message: unknown,
  proof: EnvelopeProof,
  { me, now }: { readonly me: string; readonly now: number },
): Result<DidcommMessage, DidcommCode> {
  const parsed = Message.safeParse(message)
  if (!parsed.success)
    return refuse('ERR_DIDCOMM_SHAPE', `The message is no DIDComm v2 message: ${firstIssue(parsed)}.`)
  const { from, to, created_time: created, expires_time: expires } = parsed.data
  const sender = proof.encrypted_from_kid?.split('#')[0]
  if (!proof.encrypted || !proof.authenticated || proof.re_wrapped_in_forward || sender === undefined) {
    return refuse('ERR_DIDCOMM_SENDER', 'The message does not prove who sent it: authenticated encryption is needed.')
  }
  if (sender !== from) {
    return refuse('ERR_DIDCOMM_SENDER', `The message says that it is from ${from}, but ${sender} encrypted it.`)
  }
  if (!to.includes(me)) return refuse('ERR_DIDCOMM_RECIPIENT', `The message is not for ${me}.`)
  if (created > now + CLOCK_AHEAD || created <= now - MESSAGE_LIFETIME) {
    return refuse(
      'ERR_DIDCOMM_TIME',
      `The message was created at ${created}, and it is ${now}: it must be at most ${MESSAGE_LIFETIME} s old and not of the future.`,
    )
  }
  if (expires !== undefined && expires <= now) {
    return refuse('ERR_DIDCOMM_EXPIRED', `The message expired at ${expires}, and it is ${now}: send a new one.`)
  }
  return ok(parsed.data)
}

const firstIssue = ({ error }: { error: z.ZodError }): string =>
  `${error.issues[0]?.path.join('.')}: ${error.issues[0]?.message}`
