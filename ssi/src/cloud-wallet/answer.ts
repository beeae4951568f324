import { OpemError, type Result } from '@opem/domain'
import type { Did } from '../did/index.ts'
import {
  ackMessage,
  credentialIn,
  type Didcomm,
  type DidcommCode,
  type DidcommMessage,
  type Draft,
  ISSUE_CREDENTIAL,
  presentationMessage,
  presentationRequestIn,
  problemMessage,
  REQUEST_PRESENTATION,
} from '../didcomm/index.ts'
import type { Holder } from './holder.ts'
import { decideRequest } from './policy.ts'
import type { WalletProfile } from './profile.ts'
import { readCredential } from './stored-credential.ts'

export interface AnswerPorts {
  readonly didcomm: Didcomm
  readonly holder: Holder
  readonly profile: WalletProfile
  /** Epoch seconds. */
  readonly now: () => number
}

/**
 * Answers one message to a company's wallet.
 * @returns the sealed answer, or why the message itself is not believed: then nobody is known to whom to answer
 * @throws retryable ERR_CHAIN_UNREACHABLE
 */
export async function answerMessage(packed: string, ports: AnswerPorts): Promise<Result<string, DidcommCode>> {
  const opened = await ports.didcomm.unpack(packed)
  if (!opened.ok) return opened
  const message = opened.value
  const draft = await replyTo(message, ports).catch((error: unknown) => {
    if (!(error instanceof OpemError) || error.retryable) throw error
    return problemMessage(message.thid ?? message.id, { code: error.code, reason: error.shortMessage })
  })
  return { ok: true, value: (await ports.didcomm.pack(message.from, draft)).packed }
}

async function replyTo(
  message: DidcommMessage & { readonly from: Did },
  { holder, profile, now }: AnswerPorts,
): Promise<Draft> {
  const { from } = message
  const thread = message.thid ?? message.id
  switch (message.type) {
    case ISSUE_CREDENTIAL: {
      const jwt = credentialIn(message)
      if (jwt === undefined) return problemMessage(thread, NO_CREDENTIAL)
      const trusted = profile.acceptFrom.includes(from) && readCredential(jwt)?.issuer === from
      const { status } = await holder.receive(jwt, from, trusted ? 'accepted' : 'pending')
      return ackMessage(thread, status)
    }
    case REQUEST_PRESENTATION: {
      const request = presentationRequestIn(message)
      if (!request.ok) return problemMessage(thread, request)
      const held = await holder.credentials.list()
      const facts = { from, marketplace: profile.marketplace, held, now: now() }
      const decided = decideRequest(request.value, facts)
      if (!decided.ok) return problemMessage(thread, decided)
      const { operation, credential } = decided.value
      const { challenge, audience } = request.value
      const jwt = await holder.present({ challenge, audience, operation, credentials: [credential.hash] })
      return presentationMessage(thread, jwt)
    }
    default:
      return problemMessage(thread, {
        code: 'ERR_MESSAGE_TYPE',
        reason: `The wallet does not know messages of type ${message.type}.`,
      })
  }
}

const NO_CREDENTIAL = {
  code: 'ERR_CREDENTIAL_SHAPE',
  reason: 'The message carries no credential as application/jwt.',
}
