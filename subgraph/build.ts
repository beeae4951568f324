import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { communityFactoryAbi, energyCommunityAbi, settlementAbi } from '@opem/contracts'
import { typesOf } from './types.ts'

const run = promisify(execFile)
const ROOT = import.meta.dirname
const ABIS = { CommunityFactory: communityFactoryAbi, EnergyCommunity: energyCommunityAbi, Settlement: settlementAbi }

/** The graph-node program (Linux x64 only). */
export function gndBinary(): string {
  const manifest = createRequire(import.meta.url).resolve('@graphprotocol/gnd-linux-x64/package.json')
  return join(dirname(manifest), 'bin', 'gnd')
}

/**
 * Everything made out of the schema, the mappings and the contracts' ABIs: `abis`, `generated` and `build`. What is there
 * and was made of the same sources stays; returns the folder of the build.
 */
export async function buildSubgraph(): Promise<string> {
  const build = join(ROOT, 'build')
  const made = join(build, 'sources.sha256')
  const wanted = await hashOfSources()
  if ((await readFile(made, 'utf8').catch(() => '')) === wanted) return build

  await mkdir(join(ROOT, 'abis'), { recursive: true })
  for (const [name, abi] of Object.entries(ABIS))
    await replaceFile(join(ROOT, 'abis', `${name}.json`), JSON.stringify(abi, null, 2))
  await gnd('codegen', '--skip-migrations')
  await replaceFile(join(ROOT, 'generated', 'types.ts'), typesOf(await readFile(join(ROOT, 'schema.graphql'), 'utf8')))
  await rm(build, { recursive: true, force: true })
  await gnd('build', '--skip-migrations')
  await replaceFile(made, wanted)
  return build
}

async function hashOfSources(): Promise<string> {
  const hash = createHash('sha256').update(JSON.stringify(ABIS))
  const mappings = (await readdir(join(ROOT, 'src'))).sort().map((name) => join('src', name))
  for (const name of ['schema.graphql', 'subgraph.yaml', 'types.ts', ...mappings]) {
    hash.update(`\0${name}\0`).update(await readFile(join(ROOT, name)))
  }
  return hash.digest('hex')
}

async function gnd(...args: string[]): Promise<void> {
  try {
    // The AssemblyScript compiler is looked up on the PATH.
    await run(gndBinary(), args, { cwd: ROOT, env: { ...process.env, PATH: `${binFolders()}:${process.env['PATH']}` } })
  } catch (cause) {
    const { stdout, stderr } = cause as { stdout?: string; stderr?: string }
    throw new Error(`gnd ${args[0]} failed:\n${stdout ?? ''}${stderr ?? ''}`, { cause })
  }
}

const binFolders = () =>
  [dirname(process.execPath), join(ROOT, 'node_modules', '.bin'), join(ROOT, '..', 'node_modules', '.bin')].join(':')

async function replaceFile(path: string, text: string): Promise<void> {
  await writeFile(`${path}.part`, text)
  await rename(`${path}.part`, path)
}
