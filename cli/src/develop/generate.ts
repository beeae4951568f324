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

/** The contracts' ABIs and bytecode, the subgraph's types and the API's document are committed: only the page is not. */
const PAGE: Made = {
  name: 'the page',
  from: ['dapp', 'domain/src', 'contracts/abi', 'package-lock.json'],
  file: 'dapp/dist/.made',
  steps: [['npm', ['run', '--silent', 'build', '--workspace', '@opem/dapp']]],
}

/** In this order: the subgraph's types come from the ABIs. */
const GENERATORS = ['contracts/generate-abi.ts', 'subgraph/generate.ts', 'offchain-api/generate.ts']

async function make(made: Made): Promise<number> {
  const code = await runInOrder(made.steps)
  if (code === 0) await markCurrent(join(ROOT, made.file), await fingerprintOf(ROOT, made.from))
  else process.stderr.write(`ERR_GENERATE: making ${made.name} failed with code ${code} (its words are above)\n`)
  return code
}

/** Builds the page when it is missing or older than its sources. */
export async function buildPage(): Promise<number> {
  if (await isCurrent(join(ROOT, PAGE.file), await fingerprintOf(ROOT, PAGE.from))) return 0
  process.stdout.write(`Making ${PAGE.name} …\n`)
  return make(PAGE)
}

/** `npm run generate`: everything that is committed and made by scripts, anew. */
export const generate = (): Promise<number> => runInOrder(GENERATORS.map((script) => ['node', [script]] as const))
