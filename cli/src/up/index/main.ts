import { resolve } from 'node:path'
import { z } from 'zod'
import { keepIndex } from './keeper.ts'

// The index part as a process. GraphQL is at http://127.0.0.1:$OPEM_INDEX_PORT/subgraphs/name/opem; the other three ports
// follow it unless they are set.

const Port = z.coerce.number().int().min(1).max(65535)
const settings = z
  .object({
    OPEM_INDEX_PORT: Port,
    OPEM_INDEX_ADMIN_PORT: Port.optional(),
    OPEM_INDEX_STATUS_PORT: Port.optional(),
    OPEM_INDEX_METRICS_PORT: Port.optional(),
    OPEM_INDEX_DIR: z.string().min(1),
    OPEM_POSTGRES_URL: z.url(),
    OPEM_CHAIN_URL: z.url(),
    OPEM_CONTENT_URL: z.url(),
    OPEM_DEPLOYMENT: z.string().min(1),
  })
  .parse(process.env)
const graphql = settings.OPEM_INDEX_PORT
const from = performance.now()

const index = keepIndex({
  dir: resolve(settings.OPEM_INDEX_DIR),
  ports: {
    graphql,
    admin: settings.OPEM_INDEX_ADMIN_PORT ?? graphql + 1,
    status: settings.OPEM_INDEX_STATUS_PORT ?? graphql + 2,
    metrics: settings.OPEM_INDEX_METRICS_PORT ?? graphql + 3,
  },
  postgresUrl: settings.OPEM_POSTGRES_URL,
  chainUrl: settings.OPEM_CHAIN_URL,
  contentUrl: settings.OPEM_CONTENT_URL.replace(/\/$/, ''),
  deployment: settings.OPEM_DEPLOYMENT,
  say: (line) => console.log(line),
})
index.synced.then(() => {
  const seconds = ((performance.now() - from) / 1000).toFixed(1)
  console.log(`index at the chain's head after ${seconds} s: http://127.0.0.1:${graphql}/subgraphs/name/opem`)
})

let ending = false
for (const signal of ['SIGINT', 'SIGTERM', 'disconnect'] as const) {
  process.on(signal, async () => {
    if (ending) return
    ending = true
    await index.stop()
    process.exit(0)
  })
}
