import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { cp, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { createServer } from 'node:net'
import { delimiter, dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import {
  accountRegistryAbi,
  agreementRegistryAbi,
  communityFactoryAbi,
  compositionRegistryAbi,
  credentialDefinitionRegistryAbi,
  energyCommunityAbi,
  escrowAbi,
  issuerRegistryAbi,
  listingRegistryAbi,
  openInnovationAbi,
  priceBookAbi,
  revocationRegistryAbi,
  schemaRegistryAbi,
  settlementAbi,
} from '@opem/contracts'
import { typesOf } from './types.ts'

const run = promisify(execFile)
const ROOT = import.meta.dirname
const BUILD = join(ROOT, 'build')

const eventsOf = (abi: readonly { readonly type: string }[]) => abi.filter(({ type }) => type === 'event')
/** The index sees events and nothing else: a contract's other changes need no new build. */
const ABIS = {
  CommunityFactory: eventsOf(communityFactoryAbi),
  EnergyCommunity: eventsOf(energyCommunityAbi),
  Settlement: eventsOf(settlementAbi),
  IssuerRegistry: eventsOf(issuerRegistryAbi),
  SchemaRegistry: eventsOf(schemaRegistryAbi),
  CredentialDefinitionRegistry: eventsOf(credentialDefinitionRegistryAbi),
  RevocationRegistry: eventsOf(revocationRegistryAbi),
  AccountRegistry: eventsOf(accountRegistryAbi),
  ListingRegistry: eventsOf(listingRegistryAbi),
  AgreementRegistry: eventsOf(agreementRegistryAbi),
  Escrow: eventsOf(escrowAbi),
  OpenInnovation: eventsOf(openInnovationAbi),
  CompositionRegistry: eventsOf(compositionRegistryAbi),
  PriceBook: eventsOf(priceBookAbi),
}

/** The graph-node program (Linux x64 only). */
export function gndBinary(): string {
  const manifest = createRequire(import.meta.url).resolve('@graphprotocol/gnd-linux-x64/package.json')
  return join(dirname(manifest), 'bin', 'gnd')
}

/**
 * Makes everything that comes of the schema, the mappings and the contracts' events: `abis`, `generated` and `build`. A
 * build of the same sources stays. Copies the build to `copyTo` if given; returns the hash of its sources.
 */
export function buildSubgraph({ copyTo }: { copyTo?: string } = {}): Promise<string> {
  return alone(async () => {
    const made = join(BUILD, 'sources.sha256')
    const wanted = await hashOfSources()
    if ((await readFile(made, 'utf8').catch(() => '')) !== wanted) await make(wanted)
    if (copyTo !== undefined) await cp(BUILD, copyTo, { recursive: true })
    return wanted
  })
}

async function make(hash: string): Promise<void> {
  await mkdir(join(ROOT, 'abis'), { recursive: true })
  for (const [name, abi] of Object.entries(ABIS)) {
    await replaceFile(join(ROOT, 'abis', `${name}.json`), JSON.stringify(abi, null, 2))
  }
  await gnd('codegen', '--skip-migrations')
  const types = typesOf(await readFile(join(ROOT, 'schema.graphql'), 'utf8'))
  await replaceFile(join(ROOT, 'generated', 'types.ts'), types)
  await rm(BUILD, { recursive: true, force: true })
  await gnd('build', '--skip-migrations', '--skip-asc-version-check')
  await replaceFile(join(BUILD, 'sources.sha256'), hash)
}

async function hashOfSources(): Promise<string> {
  const hash = createHash('sha256').update(JSON.stringify(ABIS))
  const mappings = (await readdir(join(ROOT, 'src'))).sort().map((name) => join('src', name))
  for (const name of ['schema.graphql', 'subgraph.yaml', 'types.ts', ...mappings]) {
    hash.update(`\0${name}\0`).update(await readFile(join(ROOT, name)))
  }
  return hash.digest('hex')
}

/** One process at a time makes or copies the build. The lock is a socket's name, which the kernel frees with its process. */
async function alone<T>(work: () => Promise<T>): Promise<T> {
  for (;;) {
    const lock = createServer().listen(`\0opem-subgraph:${ROOT}`)
    const held = await once(lock, 'listening').then(
      () => true,
      () => false,
    )
    if (!held) {
      await sleep(200)
      continue
    }
    try {
      return await work()
    } finally {
      lock.close()
    }
  }
}

async function gnd(...args: string[]): Promise<void> {
  // The AssemblyScript compiler is looked up on the PATH.
  const folders = [
    dirname(process.execPath),
    join(ROOT, 'node_modules', '.bin'),
    join(ROOT, '..', 'node_modules', '.bin'),
  ]
  const path = [...folders, process.env.PATH].join(delimiter)
  try {
    await run(gndBinary(), args, { cwd: ROOT, env: { ...process.env, PATH: path } })
  } catch (cause) {
    const { stdout, stderr } = cause as { stdout?: string; stderr?: string }
    throw new Error(`gnd ${args[0]} failed:\n${stdout ?? ''}${stderr ?? ''}`, { cause })
  }
}

async function replaceFile(path: string, text: string): Promise<void> {
  await writeFile(`${path}.part`, text)
  await rename(`${path}.part`, path)
}
