import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { ROOT } from './run.ts'

/** `npm run bench -- NAME …`: runs `bench/NAME/index.ts`'s `run(args)`; the last line is its figures as JSON. */
export async function bench(args: readonly string[]): Promise<number> {
  const [name = '', ...rest] = args
  const folder = join(ROOT, 'bench')
  const entries = await readdir(folder, { withFileTypes: true })
  const known = entries.filter((entry) => existsSync(join(folder, entry.name, 'index.ts'))).map((entry) => entry.name)
  if (!known.includes(name)) {
    process.stderr.write(`ERR_BENCH: "${name}" is not a bench; use npm run bench -- ${known.join('|')}\n`)
    return 2
  }
  const { run } = (await import(pathToFileURL(join(folder, name, 'index.ts')).href)) as {
    run: (args: readonly string[]) => Promise<unknown>
  }
  const figures = await run(rest)
  process.stdout.write(
    `${JSON.stringify(figures, (_key, value) => (typeof value === 'bigint' ? Number(value) : value))}\n`,
  )
  return 0
}
