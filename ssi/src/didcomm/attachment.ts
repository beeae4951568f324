import type { DidcommMessage } from './check-message.ts'

type Attachment = NonNullable<DidcommMessage['attachments']>[number]

/**
 * RFC 7519 §10.3.1, for credentials and presentations alike: which of both it is, the message's type says. `application/vc+jwt` and
 * `application/vp+jwt` are of data model 2.0, and ours are VC-JWT and VP-JWT of 1.1.
 */
export const JWT_MEDIA_TYPE = 'application/jwt'

/** Three base64url parts: a JWT in compact form, whatever it says. */
const JWT = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/

/** A JWT as a message carries it: base64url of its text (DIDComm v2 §"Attachments"). */
export const jwtAttachment = (id: string, jwt: string): Attachment => ({
  id,
  media_type: JWT_MEDIA_TYPE,
  data: { base64: Buffer.from(jwt, 'utf8').toString('base64url') },
})

/** The one JWT that a message carries; undefined when it carries none, several, or something else. */
export function jwtOf({ attachments = [] }: DidcommMessage): string | undefined {
  const [attachment, ...others] = attachments
  if (attachment?.media_type !== JWT_MEDIA_TYPE || others.length > 0 || !('base64' in attachment.data)) return undefined
  const text = Buffer.from(attachment.data.base64, 'base64url').toString('utf8')
  return JWT.test(text) ? text : undefined
}
