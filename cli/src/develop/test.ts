import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Counts, judged, textCounts, vitestCounts } from './counts.ts'
import { run } from './run.ts'

type Runner = (args: readonly string[]) => Promise<Counts>

/** Everything beside the TypeScript sources; what it counts comes from vitest's JSON report, not from its text. */
const typescript: Runner = async (args) => {
  const folder = await mkdtemp(join(tmpdir(), 'opem-test-'))
  const file = join(folder, 'vitest.json')
  try {
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`]
    const { code } = await run('vitest', ['run', ...reporters, ...args])
    const counts = await readFile(file, 'utf8').then(
      (text) => vitestCounts(JSON.parse(text)),
      () => undefined,
    )
    return judged(counts, code)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

const solidity: Runner = async () => {
  const { code, output } = await run('hardhat', ['test', 'solidity'])
  return judged(textCounts(output), code)
}

const subgraph: Runner = async () => {
  const { code, output } = await run('node', ['subgraph/test.ts'], { show: 'last' })
  return judged(textCounts(output), code)
}

const RUNNERS: Readonly<Record<string, Runner>> = { solidity, subgraph, typescript }

// The compiler of the contracts and the subgraph's runner take one core each; vitest takes them all.
const TOGETHER = [['solidity', 'subgraph'], ['typescript']] as const

/**
 * `npm test`: every runner, one final line `N passed, N failed`.
 * `npm test -- typescript cli/` runs one runner alone, with its own arguments.
 */
export async function test(args: readonly string[]): Promise<number> {
  const [only = '', ...rest] = args
  const named = RUNNERS[only] !== undefined
  const totals = { passed: 0, failed: 0 }
  const lines: string[] = []
  const runs = async (name: string) => {
    process.stdout.write(`\n── ${name} tests\n`)
    const counts = await RUNNERS[name]!(name === 'typescript' ? (named ? rest : args) : [])
    totals.passed += counts.passed
    totals.failed += counts.failed
    lines.push(`${name}: ${counts.passed} passed, ${counts.failed} failed`)
  }
  for (const together of TOGETHER)
    await Promise.all(together.filter((name) => !named || name === only).map((name) => runs(name)))
  process.stdout.write(`\n${lines.join('\n')}\n\n${totals.passed} passed, ${totals.failed} failed\n`)
  return totals.failed === 0 && totals.passed > 0 ? 0 : 1
}
