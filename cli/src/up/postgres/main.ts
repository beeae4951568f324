import { OpemError } from '@opem/domain'
import { z } from 'zod'
import { startPostgres } from './start-postgres.ts'

// The Postgres part as a process: it lives as long as its server and ends it on SIGINT and SIGTERM.

const settings = z
  .object({ OPEM_POSTGRES_PORT: z.coerce.number().int().min(1).max(65535), OPEM_POSTGRES_DIR: z.string().min(1) })
  .parse(process.env)

const started = startPostgres({ dir: settings.OPEM_POSTGRES_DIR, port: settings.OPEM_POSTGRES_PORT })
let ending = false
for (const signal of ['SIGINT', 'SIGTERM', 'disconnect'] as const) {
  process.on(signal, async () => {
    if (ending) return
    ending = true
    await started.then(
      (postgres) => postgres.stop(),
      () => {},
    )
    process.exit(0)
  })
}

try {
  const postgres = await started
  console.log(`postgres ready at ${postgres.url('opem')}`)
  const how = await postgres.ended
  if (!ending) {
    console.error(`Postgres ended by itself: ${how}`)
    process.exit(1)
  }
} catch (error) {
  console.error(error instanceof OpemError ? error.message : error)
  process.exit(1)
}
