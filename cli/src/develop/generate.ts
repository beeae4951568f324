import { existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fingerprintOf, isCurrent, markCurrent } from './fingerprint.ts'
import { ROOT, runInOrder } from './run.ts'

type Step = readonly [string, readonly string[]]

/** Something made from sources: made anew when a source changed since it was made. */
interface Made {
  readonly name: string
  readonly from: readonly string[]
  readonly file: string
  readonly steps: readonly Step[]
}

/** Contracts first: ABIs come from their artifacts, the subgraph's types from ABIs, the page from all. */
const MADE: readonly Made[] = [
  {
    name: 'contracts',
    from: ['contracts', 'hardhat.config.ts', 'package-lock.json'],
    file: 'artifacts/.made',
    steps: [
      ['hardhat', ['build']],
      ['node', ['contracts/generate-abi.ts']],
    ],
  },
  {
    name: 'subgraph',
    from: ['subgraph', 'contracts/abi', 'package-lock.json'],
    file: 'subgraph/build/.made',
    steps: [['node', ['subgraph/generate.ts']]],
  },
  {
    name: 'openapi',
    from: ['offchain-api/src'],
    file: 'offchain-api/.made',
    steps: [['node', ['offchain-api/generate.ts']]],
  },
]

const PAGE: Made = {
  name: 'page',
  from: ['dapp', 'domain/src', 'contracts/abi', 'package-lock.json'],
  file: 'dapp/dist/.made',
  steps: [['npm', ['run', '--silent', 'build', '--workspace', '@opem/dapp']]],
}

async function make(made: Made): Promise<number> {
  const code = await runInOrder(made.steps)
  if (code === 0) await markCurrent(join(ROOT, made.file), await fingerprintOf(ROOT, made.from))
  else process.stderr.write(`ERR_GENERATE: making ${made.name} failed with code ${code} (its words are above)\n`)
  return code
}

/** Makes what is missing or older than its sources; returns the first bad exit code. */
export async function generateWhatIsStale({ page }: { readonly page: boolean }): Promise<number> {
  for (const made of page ? [...MADE, PAGE] : MADE) {
    if (await isCurrent(join(ROOT, made.file), await fingerprintOf(ROOT, made.from))) continue
    process.stdout.write(`Making ${made.name} …\n`)
    const code = await make(made)
    if (code !== 0) return code
  }
  return 0
}

/** `npm run generate`: everything that scripts make out of sources, anew. */
export async function generate(): Promise<number> {
  for (const made of MADE) {
    if (existsSync(join(ROOT, made.file))) await rm(join(ROOT, made.file))
    const code = await make(made)
    if (code !== 0) return code
  }
  return 0
}
