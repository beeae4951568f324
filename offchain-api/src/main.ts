/** The unified API's process; its settings: docs/settings.md. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { OpemError } from '@opem/domain'
import { openKeyFile } from '@opem/ssi'
import { z } from 'zod'
import { readPinnedIssuers } from './access/wiring/pinned-issuers.ts'
import { readVerifierCertificate } from './access/wiring/verifier-certificate.ts'
import { ApiEnvironment } from './environment.ts'
import { startUnifiedApi } from './unified-api/start.ts'

const environment = ApiEnvironment.safeParse(process.env)
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
