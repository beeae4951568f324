/**
 * The unified API's process. Environment:
 * OPEM_API_PORT (default 8400), OPEM_POSTGRES_URL, OPEM_LAKE_URL, OPEM_LAKE_CLUSTER?, OPEM_CHAIN_URL, OPEM_INDEX_URL,
 * OPEM_DEPLOYMENT (path of deployment.json; may appear later), OPEM_PAGE_DIR?, OPEM_DEVELOPMENT=1 (development chain),
 * OPEM_METER_CAPACITY_W (default 1,000,000), OPEM_READING_FUTURE_SECONDS (default 86,400).
 */
import { z } from 'zod'
import { startUnifiedApi } from './unified-api/start.ts'

const environment = z
  .object({
    OPEM_API_PORT: z.coerce.number().int().min(0).max(65_535).default(8400),
    OPEM_POSTGRES_URL: z.string().min(1),
    OPEM_LAKE_URL: z.url(),
    OPEM_LAKE_CLUSTER: z.string().min(1).optional(),
    OPEM_CHAIN_URL: z.url(),
    OPEM_INDEX_URL: z.url().optional(),
    OPEM_DEPLOYMENT: z.string().min(1),
    OPEM_PAGE_DIR: z.string().min(1).optional(),
    OPEM_DEVELOPMENT: z.enum(['0', '1']).default('0'),
    OPEM_METER_CAPACITY_W: z.coerce.number().int().positive().default(1_000_000),
    OPEM_READING_FUTURE_SECONDS: z.coerce.number().int().min(0).default(86_400),
  })
  .safeParse(process.env)

if (!environment.success) {
  console.error(`api: the environment is not as needed:\n${z.prettifyError(environment.error)}`)
  process.exit(2)
}
const settings = environment.data
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
  meterCapacityWatts: settings.OPEM_METER_CAPACITY_W,
  futureSeconds: settings.OPEM_READING_FUTURE_SECONDS,
  log: (line) => console.error(line),
})
console.log(`ready api ${api.url}`)

const close = () => void api.close().then(() => process.exit(0))
process.once('SIGTERM', close)
process.once('SIGINT', close)
