import { jwtAttachment, jwtOf } from './attachment.ts'
import type { DidcommMessage } from './check-message.ts'
import type { Draft } from './didcomm.ts'
import { ISSUE_ACK, ISSUE_CREDENTIAL } from './message-types.ts'

/** issue-credential 3.0: hands a credential to its holder, who answers at once. */
export const issueCredentialMessage = (jwt: string): Draft => ({
  type: ISSUE_CREDENTIAL,
  return_route: 'all',
  body: {},
  attachments: [jwtAttachment('credential', jwt)],
})

/** The credential that an issue-credential message hands over. */
export const credentialIn = (message: DidcommMessage): string | undefined =>
  message.type === ISSUE_CREDENTIAL ? jwtOf(message) : undefined

/** The holder's answer: it holds the credential for good, or keeps it until somebody has accepted it. */
export type Acceptance = 'accepted' | 'pending'

export const ackMessage = (thid: string, acceptance: Acceptance): Draft => ({
  type: ISSUE_ACK,
  thid,
  body: { status: acceptance === 'accepted' ? 'OK' : 'PENDING' },
})

export function acceptanceIn({ type, body }: DidcommMessage): Acceptance | undefined {
  if (type !== ISSUE_ACK) return undefined
  return body.status === 'OK' ? 'accepted' : body.status === 'PENDING' ? 'pending' : undefined
}
