import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { endProcess, leftBehind } from '../up/chain/child.ts'
import { freePort } from '../up/chain/testing.ts'
import { indexState } from '../up/index/heads.ts'
import { startPostgres } from '../up/postgres/start-postgres.ts'

const ROOT = join(import.meta.dirname, '..', '..', '..')

/** For tests and measurements: an index of a market on a Postgres and a content store of its own, once it is at the chain's head. */
export async function startTestIndex(chain: {
  readonly url: string
  readonly addresses: object
  readonly head: number
}): Promise<{ readonly url: string; stop(): Promise<void> }> {
  const home = await mkdtemp(join(tmpdir(), 'opem-rebuilt-'))
  let port = 0
  while (port < 20_000 || port > 60_000) port = await freePort()
  const contentPort = await freePort()
  await mkdir(join(home, 'content'))
  const start = (file: string, env: Record<string, string>): ChildProcess =>
    spawn(process.execPath, [join(ROOT, file)], {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'ignore', 'inherit'],
    })
  const content = start('offchain-api/src/storage/main.ts', {
    ...{ OPEM_CONTENT_DIR: join(home, 'content'), OPEM_CONTENT_PORT: String(contentPort) },
  })
  const postgres = await startPostgres({ dir: join(home, 'postgres'), port: await freePort() })
  await writeFile(join(home, 'deployment.json'), JSON.stringify({ block: 0, addresses: chain.addresses }))
  const index = start('cli/src/up/index/main.ts', {
    ...{ OPEM_INDEX_PORT: String(port), OPEM_INDEX_DIR: join(home, 'index'), OPEM_CHAIN_URL: chain.url },
    ...{ OPEM_POSTGRES_URL: postgres.url('opem'), OPEM_CONTENT_URL: `http://127.0.0.1:${contentPort}` },
    OPEM_DEPLOYMENT: join(home, 'deployment.json'),
  })
  const stop = async () => {
    index.kill('SIGTERM')
    if (index.exitCode === null) await once(index, 'exit')
    const left = await leftBehind((argv) => argv[0]!.endsWith('/gnd') && argv.some((arg) => arg.startsWith(home)))
    for (const pid of left) await endProcess(pid, 'SIGKILL', 0)
    content.kill('SIGTERM')
    await postgres.stop()
    await rm(home, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 })
  }
  for (;;) {
    const state = await indexState(port).catch(() => null)
    if (state?.failed || index.exitCode !== null) {
      await stop()
      throw new Error('a mapping failed, or the index ended')
    }
    if (state !== null && state.block.number >= chain.head) break
    await sleep(200)
  }
  return { url: `http://127.0.0.1:${port}/subgraphs/name/opem`, stop }
}
