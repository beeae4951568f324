import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startPostgres } from '../cli/src/up/postgres/start-postgres.ts'
import { buildSubgraph, gndBinary } from './build.ts'

// Runs the mappings' tests (tests/*.json) with graph-node's own runner on a Postgres of their own.
// `node subgraph/test.ts [tests/fall.json …]`

const probe = createServer().listen(0, '127.0.0.1')
await once(probe, 'listening')
const { port } = probe.address() as { port: number }
probe.close()

await buildSubgraph()
const dir = await mkdtemp(join(tmpdir(), 'opem-subgraph-'))
const postgres = await startPostgres({ dir: join(dir, 'postgres'), port })
try {
  const args = ['test', '--skip-build', '--postgres-url', postgres.url('graph'), ...process.argv.slice(2)]
  const child = spawn(gndBinary(), args, { cwd: import.meta.dirname, stdio: 'inherit' })
  const [code] = await once(child, 'exit')
  process.exitCode = code ?? 1
} finally {
  await postgres.stop()
  await rm(dir, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 })
}
