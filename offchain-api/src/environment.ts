import type { OpemError } from '@opem/domain'
import { z } from 'zod'
import { parseNetworks } from './unified-api/place/proxies.ts'

/** `burst,perSecond` */
const allowance = (burst: number, perSecond: number) =>
  z
    .string()
    .regex(/^[1-9]\d{0,6},[1-9]\d{0,6}$/, 'how many at once and how many a second, like 500,200')
    .default(`${burst},${perSecond}`)
    .transform((text) => {
      const [atOnce, aSecond] = text.split(',').map(Number) as [number, number]
      return { burst: atOnce, perSecond: aSecond }
    })

const file = z.string().min(1).optional()
const port = z.coerce.number().int().min(0).max(65_535)

/** The environment of the unified API's process; docs/settings.md says what each setting means. */
export const ApiEnvironment = z.object({
  // how it is reached
  OPEM_API_PORT: port.default(8400),
  OPEM_API_TLS_PORT: port.optional(),
  OPEM_API_TLS_KEY_FILE: file,
  OPEM_API_TLS_CERTIFICATE_FILE: file,
  OPEM_PUBLIC_URL: z.url({ protocol: /^https?$/ }).optional(),
  OPEM_TRUSTED_PROXIES: z
    .string()
    .default('')
    .transform((text, context) => {
      try {
        return parseNetworks(text)
      } catch (cause) {
        context.addIssue({ code: 'custom', message: (cause as OpemError).shortMessage })
        return z.NEVER
      }
    }),
  OPEM_PAGE_DIR: file,

  // the parts it works with
  OPEM_POSTGRES_URL: z.string().min(1),
  OPEM_LAKE_URL: z.url(),
  OPEM_LAKE_CLUSTER: z.string().min(1).optional(),
  OPEM_CHAIN_URL: z.url(),
  OPEM_INDEX_URL: z.url().optional(),
  OPEM_CONTENT_URL: z.url().optional(),
  OPEM_DEPLOYMENT: z.string().min(1),
  OPEM_DEVELOPMENT: z.enum(['0', '1']).default('0'),

  // its own keys and machines
  OPEM_HOME: z.string().min(1).default('.opem'),
  OPEM_ACCESS_DIR: file,
  OPEM_SYSTEMS_FILE: file,
  OPEM_AGENT_SECRET: z.string().min(16).optional(),
  OPEM_REGISTRAR_KEY_FILE: file,
  OPEM_OPERATOR_KEY_FILE: file,
  OPEM_RELAYER_KEY_FILE: file,
  OPEM_BILLING_KEY_FILE: file,
  OPEM_DEVELOPMENT_ISSUER_KEY_FILE: file,

  // accounts and wallets
  OPEM_OPERATOR_DIDS: z.string().default(''),
  OPEM_PENDING_SECONDS: z.coerce.number().int().min(1).max(31_536_000).default(86_400),
  OPEM_PINNED_ISSUERS_FILE: file,
  OPEM_VERIFIER_CERTIFICATE: file,
  OPEM_VERIFIER_KEY: file,
  OPEM_ACCESS_PER_ADDRESS: allowance(500, 200),
  OPEM_ACCESS_PER_HOLDER: allowance(300, 100),
  OPEM_REGISTRATIONS_PER_HOUR: z.coerce.number().int().min(1).max(1_000_000).default(5000),

  // market, money, letters
  OPEM_MARKET_CONFIRMATIONS: z.coerce.number().int().min(0).max(10_000).optional(),
  OPEM_BILLING_GRACE_SECONDS: z.coerce.number().int().min(0).max(31_536_000).default(604_800),
  OPEM_SMTP_URL: z.url({ protocol: /^smtps?$/ }).optional(),
  OPEM_MAIL_FROM: z.string().min(3).max(320).default('OPEM <opem@localhost>'),
  OPEM_NOTIFICATION_RETRY_SECONDS: z.coerce.number().int().min(1).max(3600).default(10),

  // readings
  OPEM_METER_CAPACITY_W: z.coerce.number().int().positive().default(1_000_000),
  OPEM_READING_FUTURE_SECONDS: z.coerce.number().int().min(0).default(86_400),
})
