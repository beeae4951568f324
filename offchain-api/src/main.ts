/**
 * The unified API's process. Environment:
 * OPEM_API_PORT (default 8400), OPEM_POSTGRES_URL, OPEM_LAKE_URL, OPEM_LAKE_CLUSTER?, OPEM_CHAIN_URL, OPEM_INDEX_URL,
 * OPEM_DEPLOYMENT (path of deployment.json; may appear later), OPEM_PAGE_DIR?, OPEM_DEVELOPMENT=1 (development chain),
 * OPEM_CONTENT_URL? (Kubo-compatible content store), OPEM_MARKET_CONFIRMATIONS (blocks on a block before the marketplace counts it;
 * default 0 on a development chain, elsewhere 12),
 * OPEM_RELAYER_KEY_FILE? (pays for bringing agreements to the chain whose parties have no ether; unset: they pay themselves),
 * OPEM_METER_CAPACITY_W (default 1,000,000), OPEM_READING_FUTURE_SECONDS (default 86,400).
 * Access: OPEM_HOME (default .opem), OPEM_ACCESS_DIR (the marketplace's own keys; default $OPEM_HOME/access),
 * OPEM_AGENT_SECRET (seals the keys of its DID; without it a file of mode 600 beside them does),
 * OPEM_PUBLIC_URL (under which name people, wallets and machines elsewhere reach this API: Host, Origin and @authority of
 * that name are taken besides this machine's own), OPEM_TRUSTED_PROXIES (addresses and networks of proxies whose
 * X-Forwarded-For is believed; default none), OPEM_PINNED_ISSUERS_FILE (issuers of EU wallets' credentials),
 * OPEM_VERIFIER_CERTIFICATE and OPEM_VERIFIER_KEY (PEM files: under which certificate EU wallets are asked; needs OPEM_PUBLIC_URL),
 * OPEM_SYSTEMS_FILE (its own machines; default $OPEM_ACCESS_DIR/systems.json), OPEM_REGISTRAR_KEY_FILE (opens and renews
 * accounts on the chain; default $OPEM_HOME/keys/registrar.json), OPEM_OPERATOR_KEY_FILE (suspends and revokes them there;
 * default $OPEM_HOME/keys/account-operator.json), OPEM_OPERATOR_DIDS (whose accounts operate
 * the marketplace, separated by commas), OPEM_DEVELOPMENT_ISSUER_KEY_FILE (issues identities on a development chain;
 * default $OPEM_HOME/keys/development-identity-issuer.json), OPEM_PENDING_SECONDS (default 86,400),
 * OPEM_ACCESS_PER_ADDRESS and OPEM_ACCESS_PER_HOLDER (how often a public door is knocked at by one client address
 * and by whom it says to be: at once, and a second; default 500,200 and 300,100), OPEM_REGISTRATIONS_PER_HOUR (new accounts
 * of the whole marketplace, each costs gas; default 5,000), OPEM_API_TLS_PORT with OPEM_API_TLS_KEY_FILE and OPEM_API_TLS_CERTIFICATE_FILE (door for client certificates).
 * Billing: OPEM_BILLING_KEY_FILE (pays the gas of what becomes due; without the file, default $OPEM_HOME/keys/billing.json, others
 * do), OPEM_BILLING_GRACE_SECONDS (how long a payment may lack money before use is suspended; default 604,800).
 * Notifications: OPEM_SMTP_URL (smtp://user:password@host:587 or smtps://…; unset: no e-mail), OPEM_MAIL_FROM (default
 * OPEM <opem@localhost>), OPEM_NOTIFICATION_RETRY_SECONDS (wait before a letter's second try, then twice as long; default 10).
 */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { OpemError } from '@opem/domain'
import { openKeyFile } from '@opem/ssi'
import { z } from 'zod'
import { readPinnedIssuers } from './access/wiring/pinned-issuers.ts'
import { readVerifierCertificate } from './access/wiring/verifier-certificate.ts'
import { parseNetworks } from './unified-api/place/proxies.ts'
import { startUnifiedApi } from './unified-api/start.ts'

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

const environment = z
  .object({
    OPEM_API_PORT: z.coerce.number().int().min(0).max(65_535).default(8400),
    OPEM_POSTGRES_URL: z.string().min(1),
    OPEM_LAKE_URL: z.url(),
    OPEM_LAKE_CLUSTER: z.string().min(1).optional(),
    OPEM_CHAIN_URL: z.url(),
    OPEM_INDEX_URL: z.url().optional(),
    OPEM_CONTENT_URL: z.url().optional(),
    OPEM_MARKET_CONFIRMATIONS: z.coerce.number().int().min(0).max(10_000).optional(),
    OPEM_RELAYER_KEY_FILE: z.string().min(1).optional(),
    OPEM_DEPLOYMENT: z.string().min(1),
    OPEM_PAGE_DIR: z.string().min(1).optional(),
    OPEM_DEVELOPMENT: z.enum(['0', '1']).default('0'),
    OPEM_METER_CAPACITY_W: z.coerce.number().int().positive().default(1_000_000),
    OPEM_READING_FUTURE_SECONDS: z.coerce.number().int().min(0).default(86_400),
    OPEM_HOME: z.string().min(1).default('.opem'),
    OPEM_ACCESS_DIR: z.string().min(1).optional(),
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
    OPEM_PINNED_ISSUERS_FILE: z.string().min(1).optional(),
    OPEM_VERIFIER_CERTIFICATE: z.string().min(1).optional(),
    OPEM_VERIFIER_KEY: z.string().min(1).optional(),
    OPEM_AGENT_SECRET: z.string().min(16).optional(),
    OPEM_SYSTEMS_FILE: z.string().min(1).optional(),
    OPEM_REGISTRAR_KEY_FILE: z.string().min(1).optional(),
    OPEM_OPERATOR_KEY_FILE: z.string().min(1).optional(),
    OPEM_DEVELOPMENT_ISSUER_KEY_FILE: z.string().min(1).optional(),
    OPEM_OPERATOR_DIDS: z.string().default(''),
    OPEM_BILLING_KEY_FILE: z.string().min(1).optional(),
    OPEM_BILLING_GRACE_SECONDS: z.coerce.number().int().min(0).max(31_536_000).default(604_800),
    OPEM_PENDING_SECONDS: z.coerce.number().int().min(1).max(31_536_000).default(86_400),
    OPEM_ACCESS_PER_ADDRESS: allowance(500, 200),
    OPEM_ACCESS_PER_HOLDER: allowance(300, 100),
    OPEM_REGISTRATIONS_PER_HOUR: z.coerce.number().int().min(1).max(1_000_000).default(5000),
    OPEM_SMTP_URL: z.url({ protocol: /^smtps?$/ }).optional(),
    OPEM_MAIL_FROM: z.string().min(3).max(320).default('OPEM <opem@localhost>'),
    OPEM_NOTIFICATION_RETRY_SECONDS: z.coerce.number().int().min(1).max(3600).default(10),
    OPEM_API_TLS_PORT: z.coerce.number().int().min(0).max(65_535).optional(),
    OPEM_API_TLS_KEY_FILE: z.string().min(1).optional(),
    OPEM_API_TLS_CERTIFICATE_FILE: z.string().min(1).optional(),
  })
  .safeParse(process.env)

if (!environment.success) {
  console.error(`api: the environment is not as needed:\n${z.prettifyError(environment.error)}`)
  process.exit(2)
}
const settings = environment.data
const accessDir = settings.OPEM_ACCESS_DIR ?? join(settings.OPEM_HOME, 'access')
const developmentIssuerFile =
  settings.OPEM_DEVELOPMENT_ISSUER_KEY_FILE ?? join(settings.OPEM_HOME, 'keys', 'development-identity-issuer.json')
const billingKeyFile = settings.OPEM_BILLING_KEY_FILE ?? join(settings.OPEM_HOME, 'keys', 'billing.json')
const relayerFile = settings.OPEM_RELAYER_KEY_FILE
const registrarFile = settings.OPEM_REGISTRAR_KEY_FILE ?? join(settings.OPEM_HOME, 'keys', 'registrar.json')
const operatorFile = settings.OPEM_OPERATOR_KEY_FILE ?? join(settings.OPEM_HOME, 'keys', 'account-operator.json')
const {
  OPEM_API_TLS_PORT: tlsPort,
  OPEM_API_TLS_KEY_FILE: tlsKey,
  OPEM_API_TLS_CERTIFICATE_FILE: tlsCertificate,
} = settings
const verifierCertificate = refuseUnfit(() =>
  readVerifierCertificate(
    {
      certificate: settings.OPEM_VERIFIER_CERTIFICATE,
      key: settings.OPEM_VERIFIER_KEY,
      publicUrl: settings.OPEM_PUBLIC_URL,
    },
    Math.floor(Date.now() / 1000),
  ),
)
const api = await startUnifiedApi({
  port: settings.OPEM_API_PORT,
  postgresUrl: settings.OPEM_POSTGRES_URL,
  lakeUrl: settings.OPEM_LAKE_URL,
  lakeCluster: settings.OPEM_LAKE_CLUSTER,
  chainUrl: settings.OPEM_CHAIN_URL,
  indexUrl: settings.OPEM_INDEX_URL,
  deploymentPath: settings.OPEM_DEPLOYMENT,
  pageDir: settings.OPEM_PAGE_DIR,
  development: settings.OPEM_DEVELOPMENT === '1',
  trustedProxies: settings.OPEM_TRUSTED_PROXIES,
  meterCapacityWatts: settings.OPEM_METER_CAPACITY_W,
  futureSeconds: settings.OPEM_READING_FUTURE_SECONDS,
  access: {
    dir: accessDir,
    agentSecret: settings.OPEM_AGENT_SECRET,
    publicUrl: settings.OPEM_PUBLIC_URL?.replace(/\/+$/, ''),
    pinnedIssuers: readPinnedIssuers(settings.OPEM_PINNED_ISSUERS_FILE),
    verifierCertificate,
    systemsFile: settings.OPEM_SYSTEMS_FILE ?? join(accessDir, 'systems.json'),
    registrar: () => openKeyFile(registrarFile),
    operator: () => openKeyFile(operatorFile),
    developmentIssuer: settings.OPEM_DEVELOPMENT === '1' ? () => openKeyFile(developmentIssuerFile) : undefined,
    operatorDids: settings.OPEM_OPERATOR_DIDS.split(',')
      .map((did) => did.trim().toLowerCase())
      .filter(Boolean),
    pendingSeconds: settings.OPEM_PENDING_SECONDS,
    limits: {
      perAddress: settings.OPEM_ACCESS_PER_ADDRESS,
      perHolder: settings.OPEM_ACCESS_PER_HOLDER,
      registrationsPerHour: settings.OPEM_REGISTRATIONS_PER_HOUR,
    },
    development: settings.OPEM_DEVELOPMENT === '1',
  },
  market: {
    contentUrl: settings.OPEM_CONTENT_URL,
    confirmations: settings.OPEM_MARKET_CONFIRMATIONS ?? (settings.OPEM_DEVELOPMENT === '1' ? 0 : 12),
    relayer: relayerFile === undefined ? undefined : () => openKeyFile(relayerFile),
  },
  billing: {
    signer: existsSync(billingKeyFile) ? () => openKeyFile(billingKeyFile) : undefined,
    graceSeconds: settings.OPEM_BILLING_GRACE_SECONDS,
  },
  notifications: {
    mail:
      settings.OPEM_SMTP_URL === undefined ? undefined : { url: settings.OPEM_SMTP_URL, from: settings.OPEM_MAIL_FROM },
    retrySeconds: settings.OPEM_NOTIFICATION_RETRY_SECONDS,
  },
  tls:
    tlsPort === undefined || !tlsKey || !tlsCertificate
      ? undefined
      : { port: tlsPort, key: readFileSync(tlsKey, 'utf8'), certificate: readFileSync(tlsCertificate, 'utf8') },
  log: (line) => console.error(line),
})
console.log(`ready api ${api.url}${api.tlsUrl ? ` ${api.tlsUrl}` : ''}`)

/** A setting that cannot be right is said in one sentence, and nothing is started. */
function refuseUnfit<T>(read: () => T): T {
  try {
    return read()
  } catch (cause) {
    if (!(cause instanceof OpemError)) throw cause
    console.error(`api: ${cause.code}: ${cause.shortMessage}`)
    return process.exit(2)
  }
}

const close = () => void api.close().then(() => process.exit(0))
process.once('SIGTERM', close)
process.once('SIGINT', close)
