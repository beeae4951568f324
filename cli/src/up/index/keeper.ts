import { createHash } from 'node:crypto'
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { buildSubgraph } from '@opem/subgraph/build'
import { Deployment, manifestFor } from '@opem/subgraph/manifest'
import type { Child } from '../chain/child.ts'
import { deploySubgraph, type Ports, startGraphNode } from './graph-node.ts'
import { forgetIdentity, graphStoreUrl, prepareGraphStore, rememberIdentity } from './graph-store.ts'
import { chainBlock, indexState } from './heads.ts'

export interface IndexOptions {
  readonly dir: string
  readonly ports: Ports
  readonly postgresUrl: string
  readonly chainUrl: string
  readonly contentUrl: string
  /** Path of deployment.json. */
  readonly deployment: string
  readonly say: (line: string) => void
}

export interface Index {
  /** Resolves when the index first stands at the chain's head. */
  readonly synced: Promise<void>
  stop(): Promise<void>
}

/** How often the index is compared with the chain, and how often in a row it may be silent, or on another chain. */
const LOOK_MS = 500
const MOST_SILENT = 20
const MOST_OTHER = 6

/**
 * Keeps an index of the deployment: starts graph-node when chain, store and content answer, again when it dies or falls
 * silent, and makes the index anew when the chain under it is another one than before.
 */
export function keepIndex(options: IndexOptions): Index {
  const { dir, ports, chainUrl, postgresUrl, say } = options
  let child: Child | null = null
  let stopping = false
  let reached = () => {}
  const synced = new Promise<void>((resolve) => {
    reached = resolve
  })

  async function start(): Promise<Child> {
    const fresh = join(dir, 'build')
    const sources = await buildSubgraph({ copyTo: fresh })
    const deployment = Deployment.parse(JSON.parse(await readFile(options.deployment, 'utf8')))
    const manifest = manifestFor(await readFile(join(fresh, 'subgraph.yaml'), 'utf8'), deployment)
    const genesis = await chainBlock(chainUrl, 0)
    // Without an answer of the content store graph-node would wait for ever.
    await fetch(`${options.contentUrl}/api/v0/version`, { method: 'POST', signal: AbortSignal.timeout(5000) })
    const identity = createHash('sha256').update(`${dir}\n${genesis?.hash}\n${sources}\n${manifest}`).digest('hex')
    const folder = join(dir, identity.slice(0, 16))
    await cp(fresh, folder, { recursive: true })
    await writeFile(join(folder, 'subgraph.yaml'), manifest)
    const found = await prepareGraphStore(postgresUrl, identity)
    const postgres = graphStoreUrl(postgresUrl)
    const started = await startGraphNode({
      dir,
      ports,
      postgresUrl: postgres,
      chainUrl,
      contentUrl: options.contentUrl,
    })
    if (found === 'new') {
      await deploySubgraph(ports.admin, join(folder, 'subgraph.yaml'))
      await rememberIdentity(postgresUrl, identity)
    }
    return started
  }

  /** `other`: at a block that this chain does not have. */
  async function look(): Promise<'head' | 'behind' | 'other' | 'failed'> {
    const { block, failed } = await indexState(ports.graphql)
    if (failed) return 'failed'
    const [here, latest] = await Promise.all([chainBlock(chainUrl, block.number), chainBlock(chainUrl, 'latest')])
    if (here?.hash !== block.hash) return 'other'
    return block.number === latest?.number ? 'head' : 'behind'
  }

  async function watch(running: Child): Promise<void> {
    let strikes = { silent: 0, other: 0 }
    let told = false
    while (!stopping && running.ending() === null) {
      await sleep(LOOK_MS)
      const seen = await look().catch(() => 'silent' as const)
      strikes = { silent: seen === 'silent' ? strikes.silent + 1 : 0, other: seen === 'other' ? strikes.other + 1 : 0 }
      if (seen === 'head') reached()
      if (seen === 'failed' && !told) say(`a mapping failed; graph-node's words are in ${join(dir, 'gnd.log')}`)
      told = seen === 'failed'
      if (strikes.other > MOST_OTHER) {
        say('the chain is another one than the index was made of: making it anew')
        await forgetIdentity(postgresUrl)
        return
      }
      // Silence is graph-node's own fault only while the chain answers.
      if (strikes.silent > MOST_SILENT && (await chainBlock(chainUrl, 'latest').catch(() => null))) return
    }
    if (!stopping) say(`graph-node ended (${running.ending()}): starting it again`)
  }

  async function live(): Promise<void> {
    await mkdir(dir, { recursive: true })
    for (let pause = 250; !stopping; ) {
      try {
        const from = performance.now()
        child = await start()
        say(`graph-node started in ${Math.round(performance.now() - from)} ms`)
        pause = 250
        await watch(child)
      } catch (error) {
        say(`index not started, trying again: ${error instanceof Error ? error.message : error}`)
        await sleep(pause)
        pause = Math.min(pause * 2, 5000)
      }
      // Everything is in Postgres' hands, so nothing is lost by ending it at once.
      await child?.end('SIGKILL', 0)
    }
  }
  const lived = live()

  return {
    synced,
    async stop() {
      stopping = true
      await lived
    },
  }
}
