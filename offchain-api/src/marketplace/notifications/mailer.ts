import { isIP } from 'node:net'
import { createTransport } from 'nodemailer'

export interface MailSettings {
  /** `smtp://user:password@host:587` or `smtps://…`; a secret, never logged. */
  readonly url: string
  /** `OPEM <opem@example.org>` */
  readonly from: string
}

export interface Mail {
  readonly to: string
  readonly subject: string
  readonly text: string
  /** Id of the message: the same letter sent again has the same. */
  readonly id: string
  readonly headers?: Readonly<Record<string, string>>
}

export type SendMail = (mail: Mail) => Promise<void>

const TIMEOUT_MS = 10_000

/** Sends by SMTP. To another machine only inside TLS: letters hold addresses, and the connection a password. */
export function createMailer({ url, from }: MailSettings): { send: SendMail; close(): void } {
  const { hostname } = new URL(url)
  const transport = createTransport(url, { from })
  Object.assign(transport.options, {
    ...{ connectionTimeout: TIMEOUT_MS, greetingTimeout: TIMEOUT_MS, socketTimeout: TIMEOUT_MS },
    ...(isLoopback(hostname) ? {} : { requireTLS: true }),
  })
  const domain = /@([A-Za-z0-9.-]+)>?$/.exec(from)?.[1] ?? 'opem.invalid'
  return {
    async send({ to, subject, text, id, headers }) {
      await transport.sendMail({
        ...{
          to,
          subject,
          text,
          messageId: `<${id}@${domain}>`,
          headers: { ...headers, 'Auto-Submitted': 'auto-generated' },
        },
        // An address is text from a stranger: never a list, a group or a file.
        ...{ disableFileAccess: true, disableUrlAccess: true },
      })
    },
    close: () => transport.close(),
  }
}

const isLoopback = (host: string) =>
  host === 'localhost' || host === '[::1]' || (isIP(host) === 4 && host.startsWith('127.'))

/** Whether the receiving server said never (5yz), so that trying again is of no use. */
export const isFinal = (cause: unknown): boolean =>
  cause instanceof Error &&
  'responseCode' in cause &&
  Number(cause.responseCode) >= 500 &&
  Number(cause.responseCode) < 600
